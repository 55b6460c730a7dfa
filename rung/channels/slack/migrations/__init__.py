"""Slack's tables."""
