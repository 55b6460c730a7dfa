"""Rung: an open escalation desk for B2B support teams."""
