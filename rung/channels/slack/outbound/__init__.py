"""What Rung posts in Slack."""
