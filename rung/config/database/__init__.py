"""Django's door to PostgreSQL, as the settings name it."""
