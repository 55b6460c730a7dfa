"""What the folders of channels and trackers add to the settings."""

from django import template

from rung.hooks import Label, folders

register = template.Library()


@register.simple_tag
def folder_tabs() -> list[tuple[str, Label]]:
    """Of each that has a tab: the name of its page's address, and its word."""
    return [folder.setup.tab for folder in folders() if folder.setup.tab is not None]
