"""Forgetting a person: their words and files are deleted, their name, addresses and ids replaced by a pseudonym.

What happened, when and in which order stays, so that every clock still adds up and `rung audit` agrees.
docs/decisions/0006 says what is kept and why.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from msgspec import Struct

from rung.core import actors, addresses
from rung.core.actors import Actor
from rung.intake.models import NotTicket, Received
from rung.intake.privacy import traces
from rung.intake.privacy.traces import Mark
from rung.outbox.models import Delivery, State
from rung.outbox.sentences import Said
from rung.people import changes, sign_in
from rung.people.models import Agent, ContactMethod, Identity, Requester, Role
from rung.people.roles import is_only_owner
from rung.tickets.actions import assignment
from rung.tickets.models import IS_OPEN, Attachment, Handoff, Message, Ticket

DELETED = "(deleted)"
OnProgress = Callable[[str], None]
#: Columns of tables that belong to a ticket or a message in which people's words stand.
_WORDS = ("text", "html", "body", "words", "note", "title", "summary", "excerpt", "draft", "subject", "label", "found")


class Forgotten(Struct, frozen=True, kw_only=True):
    """What was done. `left`: `table.column` -> rows that still name the person; empty, or something is wrong."""

    pseudonym: str
    messages: int
    files: int
    rows: int
    left: dict[str, int]


def forget_agent(
    agent: Agent, *, by: Actor, now: datetime, keep_words: bool = False, on_progress: OnProgress = lambda _what: None
) -> Forgotten:
    """An agent is forgotten: no way in, no name, nothing they wrote unless `keep_words`. Their deeds stay, under a
    pseudonym. Raises ValueError for the last owner of the desk."""
    if is_only_owner(agent):
        raise ValueError("This is the desk's only owner; make somebody else an owner first.")
    pseudonym, marks = f"former-{agent.pk}", _marks_of_agent(agent)
    for number in Ticket.objects.filter(IS_OPEN, assignee=agent).values_list("number", flat=True):
        assignment.assign(number, None, by=actors.SYSTEM)
    with transaction.atomic():
        _let_tables_forget()
        written = Message.objects.filter(author=actors.agent(agent.handle))
        messages, paths = (0, []) if keep_words else _blank(written, now)
        if not keep_words:
            Handoff.objects.filter(by=actors.agent(agent.handle)).update(note="", fields={})
        Delivery.objects.filter(_to_agent(agent.handle)).update(title=None, words="", outcome=None, destination="")
        _close_the_ways_in(agent, now)
        agent.name, agent.email, agent.handle = f"Former agent {agent.pk}", f"{pseudonym}@deleted.invalid", pseudonym
        agent.role, agent.level, agent.skills, agent.is_active, agent.is_restricted = (
            Role.OBSERVER,
            "",
            [],
            False,
            False,
        )
        agent.save()
        rows = _replace(marks, on_progress)
        changes.record(by=by, area="people", what="forgot an agent", subject=actors.agent(pseudonym))
    return _finish(pseudonym, marks, messages, paths, rows)


def forget_requester(
    person: Requester, *, by: Actor, now: datetime, on_progress: OnProgress = lambda _what: None
) -> Forgotten:
    """Somebody who asked is forgotten: everything said on their tickets and by them anywhere, their files, mails and
    ids. The tickets stay, without words, as `requester N`."""
    pseudonym, marks = f"requester-{person.pk}", _marks_of_requester(person)
    with transaction.atomic():
        _let_tables_forget()
        own = list(Ticket.objects.filter(requester=person).values_list("number", flat=True))
        said = Message.objects.filter(Q(ticket__in=own) | Q(author=actors.customer(person.pk)))
        names = [name for name in said.values_list("external_id", flat=True) if name]
        messages, paths = _blank(said, now)
        _blank_tickets(own, now)
        rows = _drop_received([*(mark.word for mark in marks), *names])
        Identity.objects.filter(requester=person).delete()
        Requester.objects.filter(pk=person.pk).update(name="", email=None, language="")
        rows += _replace(marks, on_progress)
        changes.record(by=by, area="people", what="forgot a requester", subject=actors.customer(person.pk))
    return _finish(pseudonym, marks, messages, paths, rows)


# --- what names them ------------------------------------------------------------------------------------------------


def _marks_of_agent(agent: Agent) -> list[Mark]:
    pseudonym = f"former-{agent.pk}"
    addresses = {agent.email, *EmailAddress.objects.filter(user=agent).values_list("email", flat=True)}
    addresses |= set(ContactMethod.objects.filter(agent=agent).exclude(channel="app").values_list("address", flat=True))
    ids = {*SocialAccount.objects.filter(user=agent).values_list("uid", flat=True)}
    return [
        *_marks(addresses | _parts_of_ids(addresses) | ids, f"{pseudonym}@deleted.invalid", pseudonym),
        *_names(agent.name, f"Former agent {agent.pk}"),
        *_handles(agent.handle, pseudonym),
    ]


def _marks_of_requester(person: Requester) -> list[Mark]:
    pseudonym = f"requester-{person.pk}"
    ids = set(Identity.objects.filter(requester=person).values_list("external_id", flat=True))
    addresses = {person.email} if person.email else set()
    return [
        *_marks(ids | _parts_of_ids(ids) | addresses, f"{pseudonym}@deleted.invalid", pseudonym),
        *_names(person.name, f"Requester {person.pk}"),
    ]


def _handles(handle: str, pseudonym: str) -> list[Mark]:
    """A handle may be an ordinary word, so it is replaced where it means a person: after `agent:` and `@`, alone in a
    column, in JSON or a list, and where a policy names a lead or a rotation. One that is no word, everywhere."""

    def mark(before: str, after: str, tables: str = "") -> Mark:
        return Mark(handle, pseudonym, ignores_case=False, before=before, after=after, tables=tables)

    marks = [
        mark(r"((?:agent|account_owner|person):|@)", r"(?![\w+-]|\.\w)"),
        mark(r"(^|\")", r"(?=$|\")"),
        mark(r"([{,])", r"(?=[},])"),
        mark(r"(lead:\s*[\"']?)", r"(?![\w+-]|\.\w)", "policies_"),
        mark(r"([\[,]\s*[\"']?)", r"(?=[\"']?\s*[,\]])", "policies_"),
        mark(r"(\n\s*-\s+[\"']?)", r"(?=[\"']?\s*(?:#|\n|$))", "policies_"),
    ]
    return marks if handle.isalpha() else [*marks, Mark(handle, pseudonym, ignores_case=False)]


def _marks(words: set[str], address: str, pseudonym: str) -> list[Mark]:
    """The longest first, so that an address is not taken apart by a word within it."""
    ordered = sorted((word for word in words if len(word) > 2), key=len, reverse=True)
    return [Mark(word, address if "@" in word else pseudonym) for word in ordered]


def _parts_of_ids(words: set[str]) -> set[str]:
    """Slack's `team/user` stands in what Slack sent as the user alone."""
    return {word.rpartition("/")[2] for word in words if "/" in word and "://" not in word}


def _names(name: str, instead: str) -> list[Mark]:
    """A name of several words, wherever it stands. One word alone may be anybody's, or no name at all."""
    return [Mark(name.strip(), instead)] if len(name.split()) > 1 else []


# --- words ----------------------------------------------------------------------------------------------------------


def _blank(said: "QuerySet[Message]", now: datetime) -> tuple[int, list[str]]:
    """Messages lose their words and files. Returns how many there were, and the files to be deleted."""
    keys = list(said.values_list("pk", flat=True))
    attached = Attachment.objects.filter(message__in=keys)
    paths = list(attached.values_list("path", flat=True))
    attached.delete()
    Message.objects.filter(pk__in=keys).update(
        **dict.fromkeys(("text", "html", "folded", "source", "author_name"), ""),
        external_id=None,
        cc=[],
        bcc=[],
        blanked_at=now,
    )
    _blank_belongings("tickets_message", keys)
    return len(keys), paths


def _blank_tickets(numbers: Sequence[int], now: datetime) -> None:
    tickets = Ticket.objects.filter(number__in=numbers)
    tickets.update(subject=DELETED, thread="", error="")
    Handoff.objects.filter(ticket__in=numbers).update(note="", fields={})
    said = Delivery.objects.filter(ticket__in=numbers)
    said.update(title=None, words="", outcome=None)
    to_them = said.filter(recipient="customer")
    to_them.filter(state__in=[State.WAITING, State.HELD]).update(
        state=State.OVERTAKEN, outcome=Said.FORGOTTEN(), over_at=now, next_attempt_at=None
    )
    to_them.update(destination="", fallbacks=[], lane="", external_id="")
    _blank_belongings("tickets_ticket", list(numbers))


_BELONGINGS = """
    SELECT k.conrelid::regclass::text, a.attname, c.column_name, c.udt_name
    FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    JOIN information_schema.columns c ON c.table_name = k.conrelid::regclass::text AND c.is_generated = 'NEVER'
    WHERE k.contype = 'f' AND k.confrelid = %s::regclass AND c.table_schema = current_schema()
"""
#: Blanked above, each in its own way, or holding no words.
_KNOWN = frozenset({"tickets_message", "tickets_event", "tickets_handoff", "tickets_attachment", "outbox_delivery"})


def _blank_belongings(table: str, keys: Sequence[int]) -> None:
    """Words in any other table that belongs to these rows: drafts, summaries, what a search reads."""
    with connection.cursor() as cursor:
        cursor.execute(_BELONGINGS, [table])
        for of, key, column, kind in cursor.fetchall():
            if of in _KNOWN or not (column in _WORDS or kind == "tsvector"):
                continue
            if kind in ("text", "varchar", "tsvector"):
                cursor.execute(f"UPDATE {of} SET {column} = '' WHERE {key} = ANY(%s)", [list(keys)])  # noqa: S608


def _drop_received(words: Sequence[str]) -> int:
    """What came in as it came: taken out where it names the person or is one of their messages."""
    dropped = 0
    for word in words:
        rows = Received.objects.extra(where=["body::text LIKE %s"], params=[f"%{_like(word)}%"])
        NotTicket.objects.filter(received__in=rows).delete()
        dropped += rows.update(body={}, next_attempt_at=None, outcome="forgotten")
    return dropped


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- the rest -------------------------------------------------------------------------------------------------------


def _to_agent(handle: str) -> Q:
    return Q(recipient__in=[addresses.agent(handle), addresses.account_owner(handle)]) | Q(
        destination=addresses.agent(handle)
    )


def _close_the_ways_in(agent: Agent, now: datetime) -> None:
    sign_in.sign_out_everywhere(agent, now=now)
    for session in Session.objects.all().iterator():
        if session.get_decoded().get("_auth_user_id") == str(agent.pk):
            session.delete()
    for belongings in ("contact_methods", "absences", "overrides", "sign_in_links", "tokens", "saved_views"):
        getattr(agent, belongings).all().delete()
    agent.teams.clear()
    agent.leads.update(lead=None)
    agent.accounts.update(account_owner=None)
    for related in (EmailAddress, SocialAccount, Authenticator):
        related.objects.filter(user=agent).delete()
    agent.set_unusable_password()


def _replace(marks: Sequence[Mark], on_progress: OnProgress) -> int:
    on_progress("every table")
    return traces.wipe(marks) if marks else 0


def _let_tables_forget() -> None:
    """Until this transaction ends, the log of changes may be rewritten: only here."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rung.forgetting = 'on'")


def _finish(pseudonym: str, marks: Sequence[Mark], messages: int, paths: Sequence[str], rows: int) -> Forgotten:
    """After the transaction: files cannot be brought back."""
    for path in paths:
        default_storage.delete(path)
    files = len(paths) + (traces.wipe_logs(marks) if marks else 0)
    left = traces.found(marks) if marks else {}
    return Forgotten(pseudonym=pseudonym, messages=messages, files=files, rows=rows, left=left)
