"""What customers see without an account."""
