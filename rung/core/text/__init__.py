"""What a text says: phrases, quotations, negations, bare thanks, gaps."""
