"""A channel that is no part of Rung: messages are carried by pigeons between named lofts, kept in memory."""
