"""Slack as a channel of the outbox: every call ends in one outcome."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from rung.channels.slack.api import clients, directory
from rung.channels.slack.api.addresses import Place, parse
from rung.channels.slack.api.outcomes import DISCONNECTED, GONE, TOO_LONG, code_of, of_error
from rung.channels.slack.connection.disconnect import switch_off
from rung.channels.slack.models import Workspace
from rung.channels.slack.outbound import lost_posts, mentions, post_arguments, reminders
from rung.channels.slack.sentences import Said
from rung.core import actors
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox.handover import handing_over
from rung.outbox.ports import (
    Card,
    CustomerMessage,
    Digest,
    Lane,
    Later,
    Method,
    Moment,
    Never,
    Outcome,
    Sent,
    Summary,
    Unclear,
)
from rung.people.clock import database_now
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket

log = structlog.get_logger(__name__)

POST_EVERY = timedelta(seconds=1)  # one message a second and channel
EDIT_EVERY = timedelta(seconds=1.25)  # chat.update: fifty a minute and workspace, with room for a retry
KNOWN_FOR = 5.0  # seconds for which the answer to "is a workspace connected?" is believed
KINDS = frozenset(
    {NoticeKind.MOMENT, NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD, NoticeKind.REPLY, NoticeKind.DIGEST}
    | {NoticeKind.SUMMARY}
)


def adapter() -> SlackAdapter:
    """The adapter; it takes nothing while no workspace is connected."""
    return SlackAdapter()


class SlackAdapter:
    """Posts, edits and looks up. Where a post stands is its external id: `team/channel/ts`."""

    name = "slack"
    repeats_safely = False
    shows_tickets = True
    shows_summaries = True

    def __init__(self) -> None:
        self._connected = False
        self._asked = float("-inf")
        self._places: dict[str, Place] = {}

    @property
    def takes(self) -> frozenset[NoticeKind]:
        """All kinds for people, as soon as a workspace is connected."""
        if time.monotonic() - self._asked > KNOWN_FOR:
            self._connected, self._asked = Workspace.objects.filter(active=True).exists(), time.monotonic()
        return KINDS if self._connected else frozenset()

    def lane(self, method: Method, to: str) -> Lane:
        """Posts queue by channel, edits by workspace."""
        place = parse(to) or self._place_of(to)
        if method is Method.EDIT:
            return Lane(f"slack:{place.team if place else to}:chat.update", EDIT_EVERY)
        return Lane(f"slack:{place.team}/{place.channel}" if place else f"slack:{to}", POST_EVERY)

    def _place_of(self, name: str) -> Place | None:
        """The place behind a name; once known, a lane keeps its name."""
        if name not in self._places and (found := directory.find(name)) is not None:
            self._places[name] = found[1]
        return self._places.get(name)

    def send_moment(self, moment: Moment) -> Outcome:
        """A message to a person or channel; about a ticket whose card is in that channel, in the card's thread."""
        found = directory.find(moment.to)
        if found is None:
            return _nowhere(moment.to)
        workspace, place = found
        thread = reminders.thread_of(moment.ticket, place) if moment.ticket and not place.is_person else ""
        called = mentions.of(workspace, moment.calls, database_now()) if not place.is_person else []
        drawn = post_arguments.moment(moment, called)
        if thread and called and called[0]["type"] == "broadcast":
            drawn["reply_broadcast"] = True  # nobody can be named: at least it stands where everybody looks
        outcome = _post(workspace, Place(place.team, place.channel, thread), drawn)
        goes = thread or (moment.subject is Subject.REMINDER and not place.is_person)
        if goes and moment.ticket and isinstance(outcome, Sent):
            reminders.keep(moment.ticket, outcome.external_id)
        return outcome

    def send_digest(self, digest: Digest) -> Outcome:
        """Everything that was held back, as one message."""
        found = directory.find(digest.to)
        if found is None:
            return _nowhere(digest.to)
        called = mentions.of(found[0], digest.calls, database_now()) if not found[1].is_person else []
        return _post(*found, post_arguments.digest(digest, called))

    def post_card(self, card: Card) -> Outcome:
        found = directory.find(card.to)
        return _post(*found, post_arguments.card(card)) if found else _nowhere(card.to)

    def edit_card(self, card: Card, external_id: str) -> Outcome:
        """Edit it where it stands; one that is gone or closed is posted anew."""
        found = directory.find(external_id)
        if found is None:
            return _nowhere(external_id)
        workspace, place = found
        drawn = post_arguments.card(card)
        try:
            client = clients.client_of(workspace, database_now())
            handing_over()
            client.chat_update(channel=place.channel, ts=place.ts, **drawn)
        except Exception as error:  # noqa: BLE001 - every refusal is an outcome; what is none is raised again
            if code_of(error) in GONE:
                return _post(workspace, Place(place.team, place.channel), drawn)
            if code_of(error) == "channel_not_found":
                return _elsewhere(card, place, drawn) or _outcome(workspace, "chat.update", error)
            return _outcome(workspace, "chat.update", error)
        if reminders.are_over(card):
            reminders.take_away(client, card.ticket)
        return Sent(str(place))

    def find_card(self, card: Card) -> Sent | Later | None:
        """Look in the channel for our own key."""
        found = directory.find(card.to)
        return lost_posts.in_channel(*found, card.key) if found else None

    def post_summary(self, summary: Summary) -> Outcome:
        found = directory.find(summary.to)
        return _post(*found, post_arguments.summary(summary)) if found else _nowhere(summary.to)

    def edit_summary(self, summary: Summary, external_id: str) -> Outcome:
        """Where it stands; one that is gone is posted anew."""
        found = directory.find(external_id)
        if found is None:
            return _nowhere(external_id)
        workspace, place = found
        drawn = post_arguments.summary(summary)
        try:
            client = clients.client_of(workspace, database_now())
            handing_over()
            client.chat_update(channel=place.channel, ts=place.ts, **drawn)
        except Exception as error:  # noqa: BLE001 - every refusal is an outcome; what is none is raised again
            if code_of(error) in GONE:
                return _post(workspace, Place(place.team, place.channel), drawn)
            return _outcome(workspace, "chat.update", error)
        return Sent(str(place))

    def find_summary(self, summary: Summary) -> Sent | Later | None:
        """Look in the channel for our own key."""
        found = directory.find(summary.to)
        return lost_posts.in_channel(*found, summary.key) if found else None

    def send_message(self, message: CustomerMessage) -> Outcome:
        """An answer, in the customer's thread and under the agent's name."""
        found = directory.find(message.to)
        if found is None:
            return _nowhere(message.to)
        workspace, place = found
        drawn = post_arguments.customer_message(message, workspace)
        short = post_arguments.customer_message(message, workspace, post_arguments.SHORT_ANSWER)
        return _post(workspace, place, drawn, answers=message, short=short)

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:
        """Look in the thread for our own key."""
        found = directory.find(message.to)
        return lost_posts.in_thread(*found, message.key) if found else None


def _elsewhere(card: Card, gone: Place, drawn: dict[str, Any]) -> Outcome | None:
    """Post a card anew whose channel is not there any more, if its name leads to another channel by now."""
    found = directory.find(card.to)
    return _post(*found, drawn) if found and found[1].channel != gone.channel else None


def _post(
    workspace: Workspace,
    place: Place,
    drawn: dict[str, Any],
    *,
    answers: CustomerMessage | None = None,
    short: dict[str, Any] | None = None,
) -> Outcome:
    """One chat.postMessage; `place.ts` is the thread. `short`: what is posted where Slack finds `drawn` too long."""
    if not workspace.active:
        return Never(Said.NOT_CONNECTED(workspace=workspace.name, reason=workspace.off_why or ""))
    asked: dict[str, Any] = {"channel": place.channel, "unfurl_links": False, "unfurl_media": False, **drawn}
    if place.ts:
        asked["thread_ts"] = place.ts
    try:
        client = clients.client_of(workspace, database_now())
        handing_over()
        posted = client.chat_postMessage(**asked)
    except Exception as error:  # noqa: BLE001 - every refusal is an outcome; what is none is raised again
        if short is not None and code_of(error) in TOO_LONG:
            return _post(workspace, place, short, answers=answers)
        return _outcome(workspace, "chat.postMessage", error)
    sent = Place(place.team, str(posted["channel"]), str(posted["ts"]))
    stands = posted.get("message") or {"thread_ts": place.ts}
    if answers is not None and place.ts and not stands.get("thread_ts"):
        _quote(client, sent, asked, answers)
        place = sent
    if answers is not None and answers.files:
        _attach(client, sent, place.ts or sent.ts, answers)
    return Sent(str(sent))


def _quote(client: WebClient, sent: Place, asked: dict[str, Any], answers: CustomerMessage) -> None:
    """The message it answers was deleted, and Slack has posted it alone: it says what it is about, and on the ticket
    stands why, for whoever has it."""
    try:
        client.chat_update(channel=sent.channel, ts=sent.ts, **post_arguments.standing_alone(asked, answers))
    except (SlackClientError, OSError) as error:
        log.warning("an answer stands alone and could not say what it answers", error=str(error))
    _note(
        answers, sent, "alone", "what it answers was deleted in Slack; it stands in the channel by itself, quoting it."
    )


def _note(answers: CustomerMessage, sent: Place, name: str, what: str) -> None:
    who = Ticket.objects.values_list("assignee", flat=True).get(number=answers.ticket)
    words = MessageText(text=f"{f'@{who}: ' if who else ''}{what}", inbox="slack", external_id=f"{sent}/{name}")
    actions.note(answers.ticket, words, by=actors.bot("slack"), now=database_now())


def _attach(client: WebClient, sent: Place, thread: str, answers: CustomerMessage) -> None:
    """The files go after the words; those that do not are named on the ticket, for its assignee."""
    missing = post_arguments.attach(client, sent.channel, thread, answers.files)
    if missing:
        what = f"Slack did not take {', '.join(missing)}; the customer has only the words."
        _note(answers, sent, "files", what)


def _outcome(workspace: Workspace, method: str, error: Exception) -> Outcome:
    outcome = of_error(method, error)
    if code_of(error) in DISCONNECTED and isinstance(outcome, Never):
        switch_off(workspace.team, outcome.reason, database_now())
    return outcome


def _nowhere(to: str) -> Never:
    if not Workspace.objects.filter(active=True).exists():
        return Never(Said.NO_WORKSPACE())
    return Never(Said.NOWHERE(to=to))
