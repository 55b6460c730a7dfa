"""A card that may have been posted before: looked for where one can look, posted again where a copy is dropped."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rung.outbox.ports import Outcome, Sent
from rung.outbox.sending import _card

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Adapter:
    """Finds nothing, and counts what it is asked to post."""

    def __init__(self, *, repeats_safely: bool) -> None:
        self.repeats_safely = repeats_safely
        self.posted = self.edited = 0

    def find_card(self, _card: object) -> None:
        return None

    def post_card(self, card: Any) -> Outcome:
        self.posted += 1
        return Sent(card.key)

    def edit_card(self, _card: object, external_id: str) -> Outcome:
        self.edited += 1
        return Sent(external_id)


@pytest.mark.parametrize(
    ("repeats_safely", "over", "posted"), [(True, True, 1), (True, False, 1), (False, True, 0), (False, False, 1)]
)
def test_what_has_ended_is_posted_again_only_where_nobody_can_look(
    repeats_safely: bool, over: bool, posted: int
) -> None:
    adapter = Adapter(repeats_safely=repeats_safely)
    source = SimpleNamespace(card=lambda _delivery, _now: SimpleNamespace(key="7/offer", version=3, over=over))
    delivery = SimpleNamespace(external_id="", look_first=True, shown_event=0)
    outcome = _card(cast("Any", adapter), cast("Any", delivery), cast("Any", source), NOW)()
    assert adapter.posted == posted
    assert adapter.edited == repeats_safely, "a receiver that drops the copy still hears how it stands"
    assert outcome == Sent("7/offer" if posted else "")
