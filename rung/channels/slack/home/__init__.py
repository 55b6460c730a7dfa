"""The Home tab: what needs attention."""
