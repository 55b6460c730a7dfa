"""What runs: settings, addresses, the database, the parts and their supervisor."""
