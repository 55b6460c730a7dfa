"""What owners set up of Slack, and the sample day in it."""
