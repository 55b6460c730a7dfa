"""The tables of what came in."""
