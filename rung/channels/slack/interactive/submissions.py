"""What happens when a window is sent: who sends it is asked again, then the action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks import modal_views
from rung.channels.slack.blocks.elements import Block
from rung.channels.slack.interactive import modal_content
from rung.channels.slack.interactive.caller import NOT_ALLOWED, Asked, Caller
from rung.core import actors
from rung.core.reckoning.turns import is_kept_by_default
from rung.core.vocabulary import Priority, Reason
from rung.tickets import actions, canned_answers
from rung.tickets.actions import workflows
from rung.tickets.message_rows import MessageText
from rung.tickets.results import AlreadySo, Refused, Unreachable
from rung.tickets.visibility import sees

Answer = dict[str, Any]
UNITS = {"h": "hours", "d": "days"}


class Sent(Asked, frozen=True, kw_only=True):
    """A window sent by an agent."""

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        return self.caller.view.values

    def block(self, name: str) -> str:
        """The field's block: its name, or one that begins with it."""
        return next((block for block in self.values if block == name or block.startswith(f"{name}:")), name)

    def given(self, name: str) -> str:
        """What stands in the field."""
        return _value(self.values.get(self.block(name), {}))


def submit(caller: Caller) -> Answer:
    """One window; what Slack is answered: nothing, errors beside fields, or another window."""
    about, handler = caller.view.about, _HANDLERS.get(caller.view.callback)
    if about is None or handler is None:
        return {}
    if caller.agent is None or not sees(caller.agent, about.ticket):
        return _instead("Not possible", NOT_ALLOWED)
    key = f"slack:{caller.workspace.team}:{caller.view.id}:{caller.view.hash}"
    answer = handler(Sent(caller=caller, agent=caller.agent, about=about, key=key))
    if about.home and not answer:
        caller.draw_home()
    return answer


def _reply(sent: Sent) -> Answer:
    text = sent.given("text")
    if not text.strip():
        return _error(sent.block("text"), "Say something, or cancel.")
    seen, ticked = modal_content.Seen(sent.ticket), bool(sent.given("keep"))
    if gap := canned_answers.gap_in(text, seen.compiled):
        return _error(sent.block("text"), _sentence(canned_answers.gap_sentence(*gap)))
    untouched = not ticked and not is_kept_by_default(seen.case, seen.compiled.policy)
    keep_open = None if untouched else ticked  # left alone, a holding phrase still keeps the turn
    words = MessageText(text=text, author_name=sent.agent.name)
    told = actions.answer(sent.ticket, words, by=sent.by, keep_open=keep_open, client_key=sent.key, now=sent.now)
    return _done(told)


def _note(sent: Sent) -> Answer:
    words = MessageText(text=sent.given("text"), author_name=sent.agent.name)
    return _done(actions.note(sent.ticket, words, by=sent.by, client_key=sent.key, now=sent.now))


def _escalate(sent: Sent) -> Answer:
    """A level nobody can be reached at is said once, with the time it opens; sent again it is obeyed."""
    to = sent.given("target")
    handoff = {
        block.removeprefix("handoff:"): _value(entered)
        for block, entered in sent.values.items()
        if block.startswith("handoff:")
    }
    told = actions.escalate(
        sent.ticket,
        to,
        by=sent.by,
        reason=Reason(sent.given("reason") or Reason.OTHER),
        note=sent.given("note"),
        handoff=handoff,
        anyway=sent.about.what == f"anyway:{to}",
        client_key=sent.key,
        now=sent.now,
    )
    match told:
        case Unreachable(level=level, opens_at=opens):
            return {"response_action": "update", "view": _warned(sent, to, level, opens, handoff)}
        case AlreadySo(why=why) | Refused(why=why):
            return _error("target", _sentence(why))
        case _:
            return {}


def _warned(sent: Sent, to: str, level: str, opens: datetime | None, handoff: Mapping[str, str]) -> Block:
    seen = modal_content.Seen(sent.ticket)
    fields = [replace(one, value=handoff.get(one.name, one.value)) for one in modal_content.handoff_fields(seen, to)]
    ordered = sorted(modal_content.targets(seen), key=lambda choice: choice.value != to)
    reason = Reason(sent.given("reason") or Reason.OTHER)
    view = modal_views.escalate(replace(sent.about, what=f"anyway:{to}"), targets=ordered, fields=fields, reason=reason)
    when: list[b.Leaf] = [b.words(" It opens "), b.moment(opens), b.words(".")] if opens else []
    warning = [b.words(f"Nobody can be reached at {level} now.", bold=True), *when]
    view["blocks"].insert(0, b.lines([[*warning, b.words(" Send again to escalate all the same.")]]))
    return view


def _assign(sent: Sent) -> Answer:
    to = sent.given("agent")
    told = actions.assign(sent.ticket, to, by=sent.by, client_key=sent.key, now=sent.now)
    return _done(told, "agent")


def _priority(sent: Sent) -> Answer:
    wanted = Priority(sent.given("priority"))
    reasons = (actors.agent(sent.agent.handle),)
    return _done(
        actions.set_priority(sent.ticket, wanted, by=sent.by, reasons=reasons, client_key=sent.key, now=sent.now)
    )


def _category(sent: Sent) -> Answer:
    wanted, reasons = sent.given("category"), (actors.agent(sent.agent.handle),)
    return _done(
        actions.set_category(sent.ticket, wanted, by=sent.by, reasons=reasons, client_key=sent.key, now=sent.now)
    )


def _snooze(sent: Sent) -> Answer:
    chosen = sent.given("until")
    if chosen not in {value for _, value in modal_views.SNOOZES}:
        return _error("until", "Choose how long.")
    until = sent.now + timedelta(**{UNITS[chosen[-1]]: int(chosen[:-1])})
    return _done(actions.snooze(sent.ticket, until, by=sent.by, client_key=sent.key, now=sent.now), "until")


def _return(sent: Sent) -> Answer:
    why, offer = sent.given("reason"), sent.about.offer
    told = actions.return_offer(sent.ticket, why, by=sent.by, offer=offer, client_key=sent.key, now=sent.now)
    return _done(told, "reason")


def _resolve(sent: Sent) -> Answer:
    text = sent.given("text").strip()
    if gap := canned_answers.gap_in(text, modal_content.Seen(sent.ticket).compiled):
        return _error(sent.block("text"), _sentence(canned_answers.gap_sentence(*gap)))
    words = MessageText(text=text, author_name=sent.agent.name) if text else None
    return _done(actions.resolve(sent.ticket, by=sent.by, words=words, client_key=sent.key, now=sent.now), "text")


def _workflow(sent: Sent) -> Answer:
    """What it asked for is there: it is done, all together or not at all."""
    answers = {
        block.removeprefix("ask:"): _value(entered)
        for block, entered in sent.values.items()
        if block.startswith("ask:")
    }
    name, key = sent.about.what, sent.key
    told = workflows.use(sent.ticket, name, agent=sent.agent, answers=answers, client_key=key, now=sent.now)
    return _done(told, sent.block("ask"))


_HANDLERS: dict[str, Callable[[Sent], Answer]] = {
    "rung:reply": _reply,
    "rung:note": _note,
    "rung:escalate": _escalate,
    "rung:assign": _assign,
    "rung:priority": _priority,
    "rung:category": _category,
    "rung:snooze": _snooze,
    "rung:return": _return,
    "rung:resolve": _resolve,
    "rung:workflow": _workflow,
}


def _done(told: object, field: str = "") -> Answer:
    """Nothing to say, or why it was refused, beside the field if there is one."""
    match told:
        case Refused(why=why) if field:
            return _error(field, _sentence(why))
        case Refused(why=why):
            return _instead("Not possible", _sentence(why))
        case _:
            return {}


def _sentence(why: str) -> str:
    return why[:1].upper() + why[1:].rstrip(".") + "."


def _error(block: str, why: str) -> Answer:
    return {"response_action": "errors", "errors": {block: why}}


def _instead(title: str, why: str) -> Answer:
    return {"response_action": "update", "view": modal_views.refused(title, why)}


def _value(entered: Mapping[str, Any]) -> str:
    """What a field holds, whatever its kind. A box that is ticked is its value."""
    for state in entered.values():
        if state.get("value") is not None:
            return str(state["value"])
        if state.get("selected_option"):
            return str(state["selected_option"].get("value") or "")
        chosen = state.get("selected_options") or []
        if chosen:
            return ",".join(str(one.get("value") or "") for one in chosen)
        if state.get("selected_user"):
            return str(state["selected_user"])
    return ""
