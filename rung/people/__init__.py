"""Agents, teams, customers, requesters, contact methods, sign-in, roles."""
