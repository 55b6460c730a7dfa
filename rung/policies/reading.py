"""A published text, read again: it was found in order when it was published."""

from collections.abc import Mapping

from rung.core.policy import Policy


def read(text: str, *, holidays: Mapping[str, object]) -> Policy:
    """The policy a version's text says, with the holidays it was published with."""
    raise NotImplementedError(f"the reader of policies is not here yet ({len(text)} characters, {len(holidays)} lists)")
