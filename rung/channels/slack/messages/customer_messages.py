"""A message in Slack becomes a ticket, joins one, or is nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from msgspec import Struct
from msgspec.structs import replace

from rung.channels.slack.api.addresses import Place
from rung.channels.slack.api.clients import client_of
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.events import threads
from rung.channels.slack.events.facts import Wrote
from rung.channels.slack.home import content
from rung.channels.slack.messages import agent_messages, files, mrkdwn
from rung.channels.slack.models import PersonSeen, SlackChannel, Workspace
from rung.channels.slack.outbound import lost_posts
from rung.channels.slack.people import identity
from rung.channels.slack.people.affiliation import Standing
from rung.core import actors
from rung.core.case.events import Said
from rung.intake import batch_cache
from rung.people import advisory_locks
from rung.people.models import Agent, Customer, Requester
from rung.people.prepared_statements import found
from rung.tickets import actions, text_facts
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Message, Ticket
from rung.tickets.results import AlreadySo, Created, what_came_of
from rung.tickets.visibility import sees

SUBJECT = 120


class Author(Struct, frozen=True):
    """Who wrote, what that makes of them, and where."""

    row: PersonSeen | None
    standing: Standing
    channel: SlackChannel | None
    #: The channel's id, and those it had before.
    ids: tuple[str, ...]


def message(workspace: Workspace, wrote: Wrote, now: datetime, *, wished_by: Agent | None = None) -> str:
    """What came of it, in a few words. `wished_by`: who asks for a ticket of it, by the emoji or the shortcut."""
    if _is_ours(workspace, wrote):
        return "our own message"
    if wrote.bot or not wrote.user:
        return "a bot's message"
    author = batch_cache.once(
        ("author", workspace.pk, wrote.user, wrote.channel), lambda: _author(workspace, wrote, now)
    )
    if author.standing in (Standing.BOT, Standing.OURSELVES):
        return "a bot's message"
    if threads.is_kept_elsewhere(workspace, author.ids, wrote.ts):
        return "another of our workspaces has kept it"
    return _heard(workspace, wrote, author, now, wished_by)


def _heard(workspace: Workspace, wrote: Wrote, author: Author, now: datetime, wished_by: Agent | None) -> str:
    """What came of a person's words."""
    asked = wished_by is not None or wrote.mention or mrkdwn.mentions(wrote.text, workspace.bot_user)
    card = _card(workspace, wrote, author) if wrote.is_reply else None
    if card is not None:
        return agent_messages.in_our_thread(workspace, card, wrote, row=author.row, standing=author.standing, now=now)
    if wished_by is not None and (told := _wished_for(workspace, wrote, author, wished_by, now)):
        return told
    # A ticket made of a message from long ago is asked for now; nobody answered new words before the edit.
    wished = wished_by is not None
    said = None if wished else threads.said(wrote.channel, wrote.edited_ts or wrote.ts)
    return _inside(workspace, wrote, author, now, asked=asked, explicit=wished) or _of_customer(
        workspace, wrote, author, now, explicit=asked, said=said, own=wished
    )


def _wished_for(workspace: Workspace, wrote: Wrote, author: Author, by: Agent, now: datetime) -> str:
    """What came of the wish where a ticket has the message already; empty: none has. One of a burst gets its own."""
    kept = threads.message_at(workspace, author.ids, wrote.ts)
    if kept is None:
        return ""
    if not sees(by, kept.ticket_id):
        return "no ticket can be made of that"
    first = Message.objects.filter(ticket=kept.ticket_id).order_by("at", "pk").first()
    if wrote.is_reply or first == kept:
        return f"that is ticket {kept.ticket_id} already"
    told = actions.split(
        kept.ticket_id,
        (kept.pk,),
        subject_of(kept.text),
        by=actors.agent(by.handle),
        thread=str(Place(workspace.team, wrote.channel, wrote.ts)),
        now=now,
    )
    return f"opens ticket {told.ticket}" if isinstance(told, Created) else told.why


def _card(workspace: Workspace, wrote: Wrote, author: Author) -> int | None:
    """The ticket whose card it was written below, also while nobody has told us yet where the card stands."""
    known = threads.ticket_of_card(workspace, author.ids, wrote.thread_ts)
    if known is not None or author.standing not in (Standing.AGENT, Standing.COLLEAGUE):
        return known
    return lost_posts.ticket_at(workspace, Place(workspace.team, wrote.channel, wrote.thread_ts))


def _inside(workspace: Workspace, wrote: Wrote, author: Author, now: datetime, *, asked: bool, explicit: bool) -> str:
    """What is no request of a customer's: our own people's words, and channels nobody watches. Empty: it is one."""
    if author.standing is Standing.AGENT and not explicit:
        return agent_messages.in_customers_thread(workspace, wrote, author.row, now)
    if author.standing is Standing.COLLEAGUE and not asked and not wrote.direct:
        return agent_messages.by_colleague(workspace, wrote, author.row, now)
    watched = author.channel is not None and author.channel.watched
    if watched or wrote.direct or asked or _belongs_to_a_ticket(workspace, wrote, author):
        return ""
    return "nobody watches this channel"


def _is_ours(workspace: Workspace, wrote: Wrote) -> bool:
    ids = (wrote.user == workspace.bot_user, wrote.bot == workspace.bot, wrote.app == workspace.app)
    known = (workspace.bot_user, workspace.bot, workspace.app)
    return any(same and name for same, name in zip(ids, known, strict=True))


def _author(workspace: Workspace, wrote: Wrote, now: datetime) -> Author:
    row = identity.seen(workspace, wrote.user, now)
    channel = _channel(workspace, wrote.channel)
    ids = (wrote.channel, *(channel.former if channel else ()))
    return Author(row, identity.standing_of(workspace, row, now, channel), channel, ids)


def _channel(workspace: Workspace, name: str) -> SlackChannel | None:
    """With its customer."""
    channel = next(iter(found(SlackChannel, "workspace_id = %s AND channel = %s", [workspace.pk, name])), None)
    if channel is not None and channel.customer_id is not None:
        whose = channel.customer_id
        channel.customer = batch_cache.once(("customer", whose), lambda: _customer(whose))
    return channel


def _customer(key: int) -> Customer | None:
    return next(iter(found(Customer, "id = %s", [key])), None)


def _belongs_to_a_ticket(workspace: Workspace, wrote: Wrote, author: Author) -> bool:
    return wrote.is_reply and threads.ticket_of_thread(workspace, author.ids, wrote.thread_ts) is not None


def _of_customer(
    workspace: Workspace, wrote: Wrote, author: Author, now: datetime, *, explicit: bool, said: Said | None, own: bool
) -> str:
    """`own`: a ticket of its own was asked for, whatever the same person wrote a moment ago."""
    with transaction.atomic(savepoint=False):  # for its lock; what fails is undone by the sorter
        requester = batch_cache.once(
            ("requester", workspace.pk, wrote.user, wrote.user_team, wrote.channel),
            lambda: _requester(workspace, wrote, author),
        )
        words = replace(_words(workspace, wrote, author.row, now), said=said)
        if (explicit or wrote.direct) and _asks_for_status(words.text):
            return _tell_status(workspace, wrote, requester, now)
        ticket = threads.ticket_of_thread(workspace, author.ids, wrote.thread_ts or wrote.ts)
        if ticket is None and not wrote.is_reply and not own:
            ticket = threads.ticket_of_burst(workspace, wrote.channel, wrote.ts, requester)
        if ticket is not None:
            told = actions.customer_message(ticket, words, by=actors.customer(requester.pk), now=now)
            return what_came_of(told, f"joins ticket {ticket}")
        if not explicit and text_facts.verdict_on(words.text) is not None:
            return "thanks open nothing"
        if not mrkdwn.says_something(words.text) and not words.files:
            return "an empty message"
        created = _open(workspace, wrote, words, requester, now)
        if isinstance(created, Created) and workspace.acknowledgement:
            actions.acknowledge(created.ticket, workspace.acknowledgement, by=agent_messages.BY_BOT, now=now)
    return what_came_of(created, "opens")


def _requester(workspace: Workspace, wrote: Wrote, author: Author) -> Requester:
    """Who asks. From here on the messages of one person are sorted one after the other, until this is committed."""
    _one_at_a_time(workspace, wrote)
    customer = author.channel.customer if author.channel else None
    return identity.requester_of(workspace, author.row, wrote.user, wrote.user_team, customer)


def _open(
    workspace: Workspace, wrote: Wrote, words: MessageText, requester: Requester, now: datetime
) -> Created | AlreadySo:
    return actions.open_ticket(
        subject_of(words.text) or "(a file)",
        words,
        by=actors.customer(requester.pk),
        channel="slack",
        inbox=workspace.inbox,
        thread=str(Place(workspace.team, wrote.channel, wrote.thread_ts or wrote.ts)),
        customer=requester.customer,
        requester=requester,
        now=now,
    )


def _words(workspace: Workspace, wrote: Wrote, row: PersonSeen | None, now: datetime) -> MessageText:
    text = mrkdwn.without_mention(wrote.text, workspace.bot_user)
    names = identity.names(workspace, list(mrkdwn.mentioned(text)), now)
    taken, failed = files.take_over(workspace, wrote.files, now)
    spoken = "\n".join([mrkdwn.plain(text, names), *failed]).strip()
    return MessageText(
        text=spoken,
        author_name=row.name if row else wrote.user_name or wrote.user,
        inbox=workspace.inbox,
        external_id=threads.external_id(wrote.channel, wrote.ts),
        files=taken,
    )


def _asks_for_status(text: str) -> bool:
    return text.strip().lower().strip("?!. ") in ("status", "what is the status", "/status")


def _tell_status(workspace: Workspace, wrote: Wrote, requester: Requester, now: datetime) -> str:
    """How the requester's own tickets stand, told where they asked."""
    tickets = Ticket.objects.filter(requester=requester).order_by("-number")[:5]
    told = [content.status_line(ticket) for ticket in tickets] or ["You have no requests here yet."]
    client = client_of(workspace, now)
    thread = wrote.thread_ts or wrote.ts
    rows = b.lines([[b.words(line)] for line in told])
    client.chat_postMessage(channel=wrote.channel, thread_ts=thread, text=b.escaped(told[0]), blocks=[rows])
    return "a question about the status"


def subject_of(text: str) -> str:
    """The first line that says something, shortened."""
    line = next((line.strip() for line in text.splitlines() if mrkdwn.says_something(line)), "")
    return line if len(line) <= SUBJECT else line[: SUBJECT - 1].rsplit(" ", 1)[0] + "…"


def _one_at_a_time(workspace: Workspace, wrote: Wrote) -> None:
    """The messages of one person are sorted one after the other: they are one requester, and a burst is one ticket."""
    advisory_locks.wait(advisory_locks.writer(f"slack:{workspace.team}", wrote.user))
