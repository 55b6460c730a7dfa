"""The written procedure, made from the policy."""
