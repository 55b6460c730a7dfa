"""A ticket's story from opening to end, and what must be true of it afterwards, whatever died meanwhile."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

from tests.stories.site import Site

REMINDED, ESCALATED = "notify.1", "escalate.1"
IN_ORDER = "every case is as its events say\n"
Gap = Callable[[], None]


def tell(site: Site, subject: str, between: Gap = lambda: None) -> int:
    """A ticket from its opening to its end, with something happening between any two steps."""
    ticket = site.opens(subject)
    between()
    site.eventually(lambda: REMINDED in site.steps(ticket))
    between()
    site.eventually(lambda: site.has(ticket, "offered"))
    between()
    site.acts(ticket, "claim", agent="ben")
    between()
    site.acts(ticket, "answer", agent="ben", text="We have found it and are mending it.", keep_open=True)
    between()
    site.acts(ticket, "resolve", agent="ben")
    between()
    return ticket


def judge(site: Site, *tickets: int, courier_died: bool) -> None:
    """The timeline has each thing once; what went out was heard, once; what was overtaken was not sent."""
    site.eventually(lambda: site.is_quiet(*tickets))
    for ticket in tickets:
        judge_one(site, ticket, courier_died=courier_died)
    assert site.hooks.refused == []
    assert audit(site) == IN_ORDER


def judge_one(site: Site, ticket: int, *, courier_died: bool = False) -> None:
    site.eventually(lambda: site.is_quiet(ticket))
    timeline = site.timeline(ticket)
    assert [event["number"] for event in timeline] == list(range(1, len(timeline) + 1))
    times = Counter(event["kind"] for event in timeline)
    assert [times[kind] for kind in ("opened", "offered", "claimed", "answered", "resolved")] == [1, 1, 1, 1, 1]
    steps = site.steps(ticket)
    assert set(steps) == {REMINDED, ESCALATED}
    assert steps[ESCALATED] == "fired"
    assert steps[REMINDED] in ("fired", "overtaken")
    said = {step for (step,) in site.rows(_STEPS_SAID, ticket)}
    assert said == {step for step, outcome in steps.items() if outcome == "fired"}
    mails_are_right(site, ticket)
    hooks_are_right(site, ticket, courier_died=courier_died)


def mails_are_right(site: Site, ticket: int) -> None:
    """None twice, those said to be sent have come, and the customer has the answer or an agent knows they have not."""
    came = site.mailbox.times()
    assert not [name for name, times in came.items() if times > 1]
    mails = site.rows(
        "select state, external_id, kind, recipient from outbox_delivery where ticket_id = %s and channel = 'email'",
        ticket,
    )
    assert all(came[name] == 1 for state, name, _, _ in mails if state == "sent")
    replies = [state for state, _, kind, _ in mails if kind == "reply"]
    assert len(replies) == 2  # the answer, and what is said at the end
    for state in replies:
        assert state in ("sent", "never", "unclear")
    lost = site.rows("select count(*) from outbox_delivery where ticket_id = %s and key like '%%/lost/%%'", ticket)
    assert lost == [(replies.count("never") + replies.count("unclear"),)]


def hooks_are_right(site: Site, ticket: int, *, courier_died: bool) -> None:
    """Each that was sent has come, by one id; what had stopped being true before anybody could send it has not."""
    rows = site.rows("select key, state from outbox_delivery where ticket_id = %s and channel = 'webhook'", ticket)
    assert {state for _, state in rows} <= {"sent", "overtaken", *(["unclear"] if courier_died else [])}
    for key, state in rows:
        if state != "unclear":
            assert (key in site.hooks.received) == (state == "sent"), (key, state)
    kinds = Counter(body["type"] for body in site.hooks.of(ticket, ""))
    assert kinds["triage_card.opened"] <= 1
    assert kinds["offer_card.opened"] <= 1
    assert kinds["notice.reminder"] <= 1
    assert kinds["notice.notification"] <= 1
    for kind in ("triage_card", "offer_card"):
        cards = [body["data"] for body in site.hooks.of(ticket, kind)]
        versions = [card["version"] for card in cards]
        # One that may have been posted by a courier that died is posted and edited: twice the same, never an older one.
        assert versions == sorted(versions if courier_died else set(versions)), versions
        assert not cards or cards[-1]["over"], "its last drawing shows the end"
    if not courier_died:
        assert not [key for key, times in site.hooks.times.items() if times > 1 and key.startswith(f"{ticket}/")]


def audit(site: Site) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.stories.audited"],
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


_STEPS_SAID = "select distinct step from outbox_delivery where ticket_id = %s and step <> ''"
