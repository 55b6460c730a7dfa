"""The policy: read, edited, reviewed, published."""
