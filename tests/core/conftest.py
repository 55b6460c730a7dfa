"""Properties in the core run without a deadline: a busy machine must fail no test."""

from hypothesis import settings

settings.register_profile("core", deadline=None)
settings.load_profile("core")
