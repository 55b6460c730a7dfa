"""From a message to a ticket: receive, sort, import."""
