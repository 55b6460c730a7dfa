"""Versions of the policy document, drafts, publishing."""
