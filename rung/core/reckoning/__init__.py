"""What a policy makes of a case at a moment."""
