"""Rung: an open escalation desk for B2B support teams."""

__version__ = "0.1.0"
