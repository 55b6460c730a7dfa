"""History from elsewhere: recorded logs read as streams."""
