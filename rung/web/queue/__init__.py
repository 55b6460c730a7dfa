"""Lists of tickets: triage, escalations, search, bulk acts."""
