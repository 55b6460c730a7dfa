"""What must be said until somebody has heard it."""
