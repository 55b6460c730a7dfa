"""The outside, both ways, one folder for each medium."""
