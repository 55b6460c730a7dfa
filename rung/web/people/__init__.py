"""Agents, teams, customers, on call, and signing in."""
