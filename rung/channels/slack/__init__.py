"""Slack: where customers write and the team works."""
