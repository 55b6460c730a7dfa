"""A fictitious support team's day on a desk of its own: its people, its policy, what they do, and what is told."""
