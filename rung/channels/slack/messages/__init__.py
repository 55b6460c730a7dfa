"""Messages of customers and agents: read, kept, answered."""
