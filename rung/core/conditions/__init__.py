"""Conditions: whether they hold, whether they ever can, and why."""
