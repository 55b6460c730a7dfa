"""Signed webhooks out, after the Standard Webhooks specification."""
