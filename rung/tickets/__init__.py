"""What happened: tickets, their events, and the actions, which are the only way to change one."""
