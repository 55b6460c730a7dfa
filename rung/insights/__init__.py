"""Alerts, problems, feedback, reports: read-only over events, except what they ask actions to do."""
