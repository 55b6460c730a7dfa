"""One person's data: what there is of it, taken along as a file, and forgotten."""

from rung.intake.privacy.forgetting import Forgotten, forget_agent, forget_requester
from rung.intake.privacy.giving import archive_of_agent, archive_of_requester

__all__ = ["Forgotten", "archive_of_agent", "archive_of_requester", "forget_agent", "forget_requester"]
