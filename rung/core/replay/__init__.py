"""A policy over recorded history, alone and beside another."""
