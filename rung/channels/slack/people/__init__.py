"""Who somebody in Slack is."""
