"""Linked tickets elsewhere, one folder for each system."""
