"""Mail out by SMTP."""
