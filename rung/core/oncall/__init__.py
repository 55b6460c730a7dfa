"""Who is there and who is on call."""
