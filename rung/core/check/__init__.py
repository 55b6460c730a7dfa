"""What in a policy can never work, or not as somebody would expect."""
