"""The settings of a desk, for its owners: inboxes, trackers, keys, sign-in, and the log of who changed what."""
