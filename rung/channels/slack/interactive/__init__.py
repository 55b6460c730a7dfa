"""Buttons, forms, commands and shortcuts: what people do in Slack."""
