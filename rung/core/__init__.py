"""The rules: no database, no network, no clock."""
