"""What people see in Slack: cards, forms and buttons, within the limits of blocks."""
