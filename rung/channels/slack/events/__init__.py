"""What Slack tells us: read as facts, put in order, caught up with."""
