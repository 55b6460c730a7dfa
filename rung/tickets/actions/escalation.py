"""Escalating by hand: to a level, another department, experts, or another system; and the handoff that goes along."""

from collections.abc import Mapping
from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.policy.outlets import Use
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.ladder import Destination, Kind, destination, is_reachable, opens_at
from rung.core.reckoning.recipients import may_see
from rung.core.sentences import say
from rung.core.spelling import did_you_mean
from rung.core.vocabulary import Priority, Reason
from rung.people.who_is_there import roster_at
from rung.policies.outlets import outlets
from rung.tickets import action_notices, message_rows
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Handoff
from rung.tickets.results import AlreadySo, Done, Escalated, Refused, Unreachable
from rung.tickets.transaction import TicketTransaction, locked


def escalate(
    ticket: int,
    to: str,
    *,
    by: Actor,
    reason: Reason = Reason.OTHER,
    note: str = "",
    handoff: Mapping[str, str] | None = None,
    priority: Priority | None = None,
    anyway: bool = False,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Escalated | Unreachable | Done | AlreadySo | Refused:
    """Escalate `to`: `next`, a level, `path:NAME`, `expert`, `expert:HANDLE`, or `TRACKER:PROJECT`.

    `handoff`: field -> words; a required one may be "unknown", and a missing one is named and blocks nothing. A level
    nobody can be reached at is answered with the time it opens; with `anyway` it is obeyed.
    """
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if refused := _refused(at, to):
            return refused
        goal = destination(at.case, at.policy.policy, to)
        if goal.kind is Kind.LEVEL and (stopped := _stopped(at, goal, anyway=anyway)):
            return stopped
        message = (
            message_rows.write(ticket, Direction.NOTE, by, MessageText(text=note), at.now) if note.strip() else None
        )
        if priority is not None and priority is not at.case.priority:
            at.record(e.PrioritySet(at=at.now, by=by, priority=priority, reasons=("escalation",)), keyed=False)
        given = _give(at, goal.level, handoff or {}, note, by, keyed=False) if handoff or note.strip() else None
        noted = message.pk if message else None
        match goal.kind:
            case Kind.LEVEL:
                return _offer(at, goal, given, by=by, reason=reason)
            case Kind.EXPERT:
                return _ask(at, goal.name, noted, by=by, reason=reason)
            case Kind.OUT:
                return _send_out(at, goal, by=by, reason=reason)


def give_handoff(
    ticket: int,
    fields: Mapping[str, str],
    *,
    by: Actor,
    note: str = "",
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """Fill in fields of the handoff, before or after an offer."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        given = {name: words.strip() for name, words in fields.items() if words.strip()}
        if not given:
            return at.already(say("nothing was filled in"))
        _give(at, at.case.level or "", given, note, by)
        return Done(ticket, at.case.number)


def _refused(at: TicketTransaction, to: str) -> Refused | None:
    if at.case.status.is_over:
        return at.refused_as_over()
    why = unknown(to, at.policy)
    return at.refused(why) if why else None


def unknown(to: str, compiled: Compiled) -> str:
    """Why an escalation cannot point there, in a sentence; empty if it can."""
    policy = compiled.policy
    head, _, rest = to.partition(":")
    systems = outlets().names(Use.PROJECT)
    if to in ("next", "expert") or to in policy.levels:
        return ""
    if head == "path":
        return (
            ""
            if rest in policy.paths
            else say("no path is called %(rest)r%(hint)s", rest=rest, hint=did_you_mean(rest, policy.paths))
        )
    if head == "expert" or (head in systems and rest.strip()):
        return ""
    if rest:
        return say("no other system is called %(head)r%(hint)s", head=head, hint=did_you_mean(head, systems))
    return say("no level is called %(to)r%(hint)s", to=to, hint=did_you_mean(to, ["next", "expert", *policy.levels]))


def _stopped(at: TicketTransaction, goal: Destination, *, anyway: bool) -> AlreadySo | Unreachable | None:
    """It is there already, or nobody is there to hear it."""
    ticket, level = at.ticket.number, goal.level
    if not goal.is_last and any(offer.level == level and offer.path == goal.path for offer in at.case.offers):
        return at.already(say("it is already offered to %(level)s", level=level))
    if not goal.is_last and level == at.case.level and goal.path == at.case.path:
        return at.already(say("it is already at %(level)s", level=level))
    if not level:
        return at.already(say("there is no level to go to"))
    roster = roster_at(at.now)
    if not anyway and not is_reachable(at.policy, roster, level, at.now):
        return Unreachable(ticket, level, opens_at(at.policy, roster, level, at.now))
    return None


def _offer(
    at: TicketTransaction,
    goal: Destination,
    given: Handoff | None,
    *,
    by: Actor,
    reason: Reason,
) -> Escalated:
    policy, roster = at.policy.policy, roster_at(at.now)
    require = policy.levels[goal.level].handoff.require
    missing = tuple(name for name in require if name not in at.case.handoff)
    reachable = is_reachable(at.policy, roster, goal.level, at.now)
    number = at.record(
        e.Offered(
            at=at.now,
            by=by,
            level=goal.level,
            path=goal.path,
            reason=reason,
            repeat=goal.repeat,
            handoff=given.pk if given else None,
            missing=missing,
        )
    )
    if given is not None:
        given.missing = list(missing)
        given.save(update_fields=["missing"])
    action_notices.offered(at, goal.level, event=number)
    if goal.is_last:
        action_notices.last_level(at, goal.level, event=number)
    opens = None if reachable else opens_at(at.policy, roster, goal.level, at.now)
    return Escalated(at.ticket.number, number, goal.level, missing, not reachable, opens)


def _ask(at: TicketTransaction, named: str, message: int | None, *, by: Actor, reason: Reason) -> Done | Refused:
    roster, category = roster_at(at.now), at.case.category
    agents: tuple[str, ...]
    if named:
        if named not in roster.people:
            hint = did_you_mean(named, roster.people)
            return at.refused(say("no agent is called %(named)r%(hint)s", named=named, hint=hint))
        if not may_see(named, at.case, at.policy.policy, roster):
            return at.refused(say("%(handle)s is restricted to teams that do not have this ticket", handle=named))
        agents = (named,)
    elif category is None:
        return at.refused(say("the ticket has no category yet, so no expert can be found"))
    else:
        masters = (person.handle for person in roster.present(at.now, skill=category))
        agents = tuple(h for h in masters if by != actors.agent(h) and may_see(h, at.case, at.policy.policy, roster))
    if not agents:
        return at.refused(say("nobody present is an expert in %(category)s", category=category))
    number = at.record(e.ExpertsAsked(at=at.now, by=by, agents=agents, reason=reason, message=message))
    action_notices.mentioned(at, agents, by=by, event=number)
    return Done(at.ticket.number, number, message)


def _send_out(at: TicketTransaction, goal: Destination, *, by: Actor, reason: Reason) -> Done:
    number = at.record(e.SentOut(at=at.now, by=by, tracker=goal.tracker, project=goal.name, reason=reason))
    action_notices.wanted_elsewhere(at, goal.tracker, goal.name, event=number)
    return Done(at.ticket.number, number)


def _give(
    at: TicketTransaction, level: str, fields: Mapping[str, str], note: str, by: Actor, *, keyed: bool = True
) -> Handoff:
    """Keep the words of a handoff, and record which fields they fill in."""
    given = {name: words.strip() for name, words in fields.items() if words.strip()}
    row = Handoff.objects.create(ticket=at.ticket, by=by, at=at.now, level=level, note=note, fields=given)
    if given:
        at.record(e.HandoffGiven(at=at.now, by=by, handoff=row.pk, fields=tuple(given)), keyed=keyed)
    return row
