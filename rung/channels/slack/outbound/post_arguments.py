"""What is posted: the arguments of chat.postMessage and chat.update, with our key in the metadata."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import structlog
from django.core.files.storage import default_storage
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from rung.channels.slack.api.addresses import parse
from rung.channels.slack.blocks import burst, rich
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.card import Origin, due, fallback, triage_card
from rung.channels.slack.blocks.escalation_card import escalation_card
from rung.channels.slack.models import Workspace
from rung.channels.slack.outbound.lost_posts import metadata
from rung.core.reckoning.effects import NoticeKind
from rung.core.text import markdown
from rung.outbox.ports import AttachedFile, Card, CustomerMessage, Digest, Moment, Move, Summary
from rung.tickets import customer_pass

log = structlog.get_logger(__name__)

Drawn = dict[str, Any]
LONGEST_ANSWER, SHORT_ANSWER = 30_000, 2_500


def card(one: Card) -> Drawn:
    origin = origin_of(one)
    drawn = escalation_card(one, origin) if one.kind is NoticeKind.OFFER_CARD else triage_card(one, origin)
    return {"text": fallback(one), "blocks": drawn, "metadata": metadata(one.key)}


def summary(one: Summary) -> Drawn:
    """The burst in a channel."""
    return {"text": b.escaped(burst.headline(one)), "blocks": burst.summary(one), "metadata": metadata(one.key)}


def origin_of(one: Card) -> Origin:
    """Where the customer wrote, if that was in Slack. A channel that is shared is known by that of either side."""
    place = parse(one.thread) if one.channel == "slack" else None
    workspace = Workspace.objects.filter(team=place.team).first() if place is not None else None
    if place is None or workspace is None:
        return Origin()
    row = workspace.channels.filter(channel=place.channel).first()
    name = str(row) if row is not None and row.name else "direct messages"
    site = workspace.domain.rstrip("/")
    url = f"{site}/archives/{place.channel}/p{place.ts.replace('.', '')}" if site and place.ts else ""
    return Origin(url, name, row is not None and row.is_external)


def moment(one: Moment, called: Sequence[b.Leaf] = ()) -> Drawn:
    """A few lines, and what can be done from here. `called`: who is to notice it."""
    details = [line for line in one.text.splitlines() if line and line not in (one.title, one.url)]
    rows = [[*called, b.words(b.cut(one.title, 500), bold=True)]]
    rows += [due(one.deadline)] if one.deadline is not None else []
    rows += [[b.words(b.cut(line, 1000))] for line in details[:20]]
    drawn = [b.lines(rows), *([b.quote(one.excerpt)] if one.excerpt else [])]
    buttons = _moves(one)
    if buttons:
        drawn.append(b.actions(buttons, "moment"))
    elif one.url.startswith("http"):
        drawn.append(b.lines([[b.link(one.url, "Open")]]))
    return {"text": b.escaped(b.cut(one.title, b.FALLBACK)), "blocks": drawn, "metadata": metadata(one.key)}


def digest(one: Digest, called: Sequence[b.Leaf] = ()) -> Drawn:
    """A line for each. `called`: who is to notice it."""
    shown = one.moments[:40]
    rows = [[b.words("• "), b.link(each.url, b.cut(each.title, 300))] for each in shown]
    more = len(one.moments) - len(shown)
    rows += [[b.words(f"and {more} more")]] if more > 0 else []
    return {
        "text": b.escaped(b.cut(one.title, b.FALLBACK)),
        "blocks": [b.lines([[*called, b.words(b.cut(one.title, 500), bold=True)], *rows])],
        "metadata": metadata(one.key),
    }


def customer_message(one: CustomerMessage, workspace: Workspace, most: int = LONGEST_ANSWER) -> Drawn:
    """The words as their Markdown says, and nothing else; addresses in them can be pressed, mentions are only words.

    What is longer than `most` is cut, with a link to where the customer reads all of it.
    """
    text = one.text if len(one.text) <= most else f"{b.cut(one.text, most)}\n{customer_pass.link(one.ticket)}"
    drawn: Drawn = {
        "text": b.escaped(b.cut(markdown.plain(one.text), b.FALLBACK)),
        "blocks": rich.blocks(text),
        "metadata": metadata(one.key),
    }
    if one.author and not one.automatic and "chat:write.customize" in workspace.scopes:
        drawn["username"] = b.cut(one.author, 80)
    drawn["blocks"] += _for_customers(one)
    return drawn


def standing_alone(asked: Drawn, one: CustomerMessage) -> Drawn:
    """The same words with what they answer above them, for a thread that is gone."""
    return {"text": asked["text"], "blocks": [b.aside(f"About “{b.cut(one.subject, 150)}”"), *asked["blocks"]]}


def _for_customers(one: CustomerMessage) -> list[b.Block]:
    """The buttons a customer has; who presses is asked again."""
    if Move.ASK_ESCALATION in one.moves:
        asked = b.button("Ask for escalation", Press.ASK_ESCALATION, write(About(one.ticket)))
        return [b.actions([asked], "customer")]
    if Move.RATE in one.moves:
        marks = [b.button(str(n), f"{Press.RATE}:{n}", write(About(one.ticket, what=str(n)))) for n in range(1, 6)]
        return [b.aside("How did we do? 1 is bad, 5 is good."), b.actions(marks, "rating")]
    return []


def attach(client: WebClient, channel: str, thread: str, files: tuple[AttachedFile, ...]) -> list[str]:
    """Send the files of an answer after it. The names of those that cannot be sent: its words are already there."""
    missing = []
    for file in files:
        try:
            with contextlib.closing(default_storage.open(file.path)) as stored:
                client.files_upload_v2(channel=channel, thread_ts=thread, filename=file.name, content=stored.read())
        except (SlackClientError, OSError) as error:
            log.warning("a file could not be sent to Slack", file=file.name, channel=channel, error=str(error))
            missing.append(file.name)
    return missing


def _moves(one: Moment) -> list[b.Block]:
    if one.ticket is None:
        return []
    value = write(About(one.ticket))
    known = {
        Move.CLAIM: b.button("Claim", Press.CLAIM, value, style="primary"),
        Move.RETURN: b.button("Return…", Press.RETURN, value),
        Move.REPLY: b.button("Reply", Press.REPLY, value),
        Move.ASSIGN_ME: b.button("Take it", Press.TAKE, value, style="primary"),
        Move.ESCALATE: b.button("Escalate", Press.ESCALATE, value),
        Move.RESOLVE: b.button("Resolve", Press.RESOLVE, value),
    }
    buttons = [known[move] for move in one.moves if move in known]
    if buttons and one.url.startswith("http"):
        buttons.append(b.button("Open", Press.OPEN, value, url=one.url))
    return buttons
