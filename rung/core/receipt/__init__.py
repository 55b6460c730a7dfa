"""Every second of every clock accounted for, and what happens next."""
