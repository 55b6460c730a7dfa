"""Connecting a workspace, and noticing when it is lost."""
