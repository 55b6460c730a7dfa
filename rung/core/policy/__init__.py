"""The policy: its values, and the reader that makes them of a document."""
