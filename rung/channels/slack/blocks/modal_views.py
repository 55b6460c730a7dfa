"""The windows behind the buttons: reply, escalate, assign, priority, category, snooze, return, resolve, note."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.elements import Block
from rung.channels.slack.blocks.field_words import REASONS, field_name
from rung.core.vocabulary import Priority, Reason

UNKNOWN = "unknown"


class Choice(Struct, frozen=True):
    label: str
    value: str

    @property
    def pair(self) -> tuple[str, str]:
        return (self.label, self.value)


class HandoffField(Struct, frozen=True):
    """A field of the handoff: what the thread already says, and whether the level asks for it."""

    name: str
    value: str = ""
    required: bool = False


def reply(
    about: About, *, customer: str, last_words: str, canned: Sequence[Choice], keeps_turn: bool, text: str = ""
) -> Block:
    """An answer to the customer. What stands in the field is word for word what they will see."""
    parts: list[Block] = [b.aside(f"{customer} will see this where they wrote, under your name.")]
    if last_words:
        parts.append(b.quote(last_words, 600))
    if canned:
        chosen = b.select(Press.CANNED, [one.pair for one in canned], placeholder="Start from a canned answer")
        parts.append({"type": "actions", "block_id": "canned", "elements": [chosen]})
    parts.append(b.field("Your answer", b.text_input("text", initial=text), "text"))
    kept = [("Keep it our turn: more is coming", "keep")]
    parts.append(
        b.field("After it", b.choices("keep", kept, chosen=["keep"] if keeps_turn else []), "keep", optional=True)
    )
    return b.modal(f"Reply to #{about.ticket}", "rung:reply", parts, submit="Send", note=write(about))


def escalate(about: About, *, targets: Sequence[Choice], fields: Sequence[HandoffField], reason: Reason) -> Block:
    """Where to, why, and the handoff, filled in from the thread. Nothing that is missing stops anybody."""
    reasons = [(words.capitalize(), name.value) for name, words in REASONS.items()]
    where = b.select("target", [one.pair for one in targets], chosen=targets[0].value if targets else "")
    parts: list[Block] = [
        b.field("Where to", where, "target"),
        b.field("Why", b.select("reason", reasons, chosen=reason.value), "reason"),
    ]
    for one in fields:
        marked = (
            f"{field_name(one.name)} – asked for, still missing"
            if one.required and not one.value
            else field_name(one.name)
        )
        hint = f'Write "{UNKNOWN}" if nobody knows.' if one.required else ""
        parts.append(
            b.field(marked, b.text_input(one.name, initial=one.value), f"handoff:{one.name}", optional=True, hint=hint)
        )
    parts.append(b.field("Anything else", b.text_input("note"), "note", optional=True))
    return b.modal(f"Escalate #{about.ticket}", "rung:escalate", parts, submit="Escalate", note=write(about))


def assign(about: About, *, agents: Sequence[Choice], chosen: str) -> Block:
    select = b.select("agent", [one.pair for one in agents], chosen=chosen, placeholder="Who takes it?")
    return b.modal(
        f"Assign #{about.ticket}",
        "rung:assign",
        [b.field("Assignee", select, "agent")],
        submit="Assign",
        note=write(about),
    )


def priority(about: About, *, chosen: Priority | None) -> Block:
    options = [(one.value.capitalize(), one.value) for one in Priority]
    select = b.select("priority", options, chosen=chosen.value if chosen else "")
    title = f"Priority of #{about.ticket}"
    return b.modal(title, "rung:priority", [b.field("Priority", select, "priority")], submit="Set", note=write(about))


def category(about: About, *, categories: Sequence[str], chosen: str) -> Block:
    select = b.select("category", [(name, name) for name in categories], chosen=chosen)
    title = f"Category of #{about.ticket}"
    return b.modal(title, "rung:category", [b.field("Category", select, "category")], submit="Set", note=write(about))


SNOOZES = (("One hour", "1h"), ("Four hours", "4h"), ("Until tomorrow", "1d"), ("Three days", "3d"), ("A week", "7d"))


def snooze(about: About) -> Block:
    select = b.select("until", SNOOZES, chosen="4h")
    note = b.aside("It comes back by itself, or when the customer writes. Promises to the customer keep running.")
    parts = [b.field("Hide it for", select, "until"), note]
    return b.modal(f"Snooze #{about.ticket}", "rung:snooze", parts, submit="Snooze", note=write(about))


def give_back(about: About) -> Block:
    parts = [b.field("Why does it not belong here?", b.text_input("reason"), "reason")]
    return b.modal(f"Return #{about.ticket}", "rung:return", parts, submit="Return", note=write(about))


def resolve(about: About, *, customer: str, text: str, asks_rating: bool) -> Block:
    """`text`: what the policy would say. What stands in the field is word for word what they will see; where the policy
    says nothing and the field is empty, they are told nothing."""
    after = "They are asked for a rating. " if asks_rating else ""
    told = f"{customer} will see this where they wrote, under your name. {after}If they write again it opens again."
    hint = "" if text else "Left empty, nothing is sent."
    field = b.text_input("text", initial=text)
    parts = [b.aside(told), b.field("Your last answer", field, "text", optional=not text, hint=hint)]
    return b.modal(f"Resolve #{about.ticket}", "rung:resolve", parts, submit="Resolve", note=write(about))


def workflow(about: About, *, customer: str, fields: Sequence[Choice], preview: str, then: str) -> Block:
    """What a common request still has to know; sent, all of it is done at once. `fields`: (name, what is known)."""
    told = f"{customer} will see this where they wrote, under your name." if preview else "Nothing is sent."
    parts: list[Block] = [b.aside(" ".join(part for part in (told, then) if part))]
    if preview:
        parts.append(b.quote(preview))
    for one in fields:
        entered = b.text_input(one.label, initial=one.value, multiline=False)
        parts.append(b.field(field_name(one.label), entered, f"ask:{one.label}"[:255]))
    title = b.cut(about.what[:1].upper() + about.what[1:], b.TITLE)
    return b.modal(title, "rung:workflow", parts, submit="Do it", note=write(about))


def note(about: About, *, text: str = "") -> Block:
    parts = [b.aside("The customer never sees this."), b.field("Note", b.text_input("text", initial=text), "text")]
    return b.modal(f"Note on #{about.ticket}", "rung:note", parts, submit="Save", note=write(about))


def refused(title: str, why: str) -> Block:
    """What somebody sees instead, when it cannot be done."""
    return b.modal(title, "rung:refused", [b.section(why)])
