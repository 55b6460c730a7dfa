"""What happened to a ticket: its events, and the case they add up to."""
