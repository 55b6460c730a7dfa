"""Recorded history: its columns, rows and events."""
