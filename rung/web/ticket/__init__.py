"""The page of one ticket, and what people do there."""
