"""The same actions in JSON."""
