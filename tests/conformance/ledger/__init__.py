"""A ticket system that is no part of Rung: issues of projects, in a book kept in memory."""
