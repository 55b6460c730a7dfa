"""The rung command."""
