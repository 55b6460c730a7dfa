"""The policy studio: the policy edited by forms, each of which changes only its own lines of the text."""
