"""What surrounds every page: navigation, palette, notifications, saved views."""
