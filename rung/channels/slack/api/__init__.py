"""Slack's Web API: clients, installations, addresses, and what its refusals mean."""
