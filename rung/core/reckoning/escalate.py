"""Making an escalation: the offer to a level, the experts asked, the ticket sent out, and whom that concerns."""

from rung.core import actors, addresses
from rung.core.actors import Actor
from rung.core.addresses import Address
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.oncall.duty import on_call_of_team
from rung.core.policy.model import Actions
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.reckoning.ladder import Destination, Kind, reach
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import lead, lead_of, may_see, owners, team_of
from rung.core.vocabulary import ClockName, Priority


class Origin:
    """Which rule escalates, on which step of which clock's cycle; None throughout for one by hand."""

    __slots__ = ("clock", "cycle", "rule", "step")

    def __init__(self, rule: str, step: str, clock: ClockName | None, cycle: int) -> None:
        self.rule = rule
        self.step = step
        self.clock = clock
        self.cycle = cycle

    @property
    def by(self) -> Actor:
        return actors.rule(self.rule)

    @property
    def key_of_step(self) -> tuple[str, str, int]:
        return self.rule, self.step, self.cycle

    def key(self, to: str) -> str:
        """The unique key of a notice of this step, within its ticket."""
        return f"{self.rule}/{self.step}/{self.cycle}/{to}"


def escalate(look: Look, origin: Origin, actions: Actions, to: Destination) -> None:
    """Carry out what the rules decided: record it, and tell those it concerns."""
    if look.case.status.is_over:
        look.record(e.Reopened(at=look.now, by=origin.by, number=look.number))
    match to.kind:
        case Kind.EXPERT:
            _ask_experts(look, origin, actions, to.name)
        case Kind.OUT:
            _send_out(look, origin, actions, to)
        case Kind.LEVEL:
            _offer(look, origin, actions, to)


def missing_fields(look_case: Case, require: tuple[str, ...]) -> tuple[str, ...]:
    """Required fields of a handoff that nobody has filled in: named, never in the way."""
    return tuple(name for name in require if name not in look_case.handoff)


def _offer(look: Look, origin: Origin, actions: Actions, wanted: Destination) -> None:
    compiled, case, now = look.compiled, look.case, look.now
    found = reach(compiled, look.roster, wanted, ticket_open=look.calendar.is_open(now), now=now)
    if found.nobody:
        look.record(
            e.NobodyReached(at=now, by=actors.SYSTEM, number=look.number, rule=origin.rule, skipped=found.skipped)
        )
        for owner in owners(look):
            look.say(
                _moment(look, origin, owner.to, Subject.NOBODY_REACHED, event=case.number, instead_of=owner.instead_of)
            )
    level = compiled.policy.levels[found.level]
    look.record(
        e.Offered(
            at=now,
            by=origin.by,
            number=look.number,
            level=found.level,
            path=wanted.path,
            reason=actions.reason,
            rule=origin.rule,
            step=origin.step,
            clock=origin.clock,
            cycle=origin.cycle,
            repeat=wanted.repeat,
            skipped=() if found.nobody else found.skipped,
            missing=missing_fields(case, level.handoff.require),
        )
    )
    look.highest = max(look.highest, wanted.rank)
    number = case.number
    look.say(
        Notice(
            kind=NoticeKind.OFFER_CARD,
            to=addresses.level(found.level),
            subject=Subject.OFFER,
            key=origin.key(addresses.level(found.level)),
            event=number,
            rule=origin.rule,
            step=origin.step,
            cycle=origin.cycle,
            priority=case.priority,
            exempt=True,
        )
    )
    _tell_those_on_call(look, origin, found.level, number)
    if wanted.is_last:
        _tell_about_the_last_level(look, origin, found.level, number)


def _tell_those_on_call(look: Look, origin: Origin, level: str, number: int) -> None:
    """Out of the level's hours nobody watches its channel: the person on call is told of the offer."""
    if look.compiled.level_calendar(level).is_open(look.now):
        return
    team = team_of(level, look.compiled.policy)
    for handle in on_call_of_team(look.compiled.policy.schedules, look.roster, team, look.now):
        look.say(_moment(look, origin, addresses.agent(handle), Subject.OFFER, event=number, exempt=True))


def _tell_about_the_last_level(look: Look, origin: Origin, level: str, number: int) -> None:
    policy = look.compiled.policy
    team = team_of(level, policy)
    handle = lead_of(team, policy, look.roster)
    told = {addresses.agent(handle) if handle else addresses.team(team): None}
    told.update((owner.to, None) for owner in owners(look))
    for to in told:
        look.say(_moment(look, origin, to, Subject.LAST_LEVEL, event=number))


def _ask_experts(look: Look, origin: Origin, actions: Actions, named: str) -> None:
    """Those present who master the category and may see the ticket, or the one named; with none, the lead hears."""
    case, roster, now = look.case, look.roster, look.now
    if named:
        present = [named] if roster.staffed or roster.is_present(named, now) else []
    elif case.category is None:
        present = []
    else:
        present = [person.handle for person in roster.present(now, skill=case.category)]
    policy = look.compiled.policy
    agents = tuple(h for h in present if h != case.assignee and may_see(h, case, policy, roster))
    look.record(
        e.ExpertsAsked(at=now, by=origin.by, number=look.number, agents=agents, reason=actions.reason, rule=origin.rule)
    )
    number = case.number
    for handle in agents:
        look.say(_moment(look, origin, addresses.agent(handle), Subject.EXPERT_ASKED, event=number))
    if not agents:
        instead = lead(look, instead_of="expert")
        look.say(_moment(look, origin, instead.to, Subject.EXPERT_ASKED, event=number, instead_of=instead.instead_of))


def _send_out(look: Look, origin: Origin, actions: Actions, to: Destination) -> None:
    look.record(
        e.SentOut(
            at=look.now,
            by=origin.by,
            number=look.number,
            tracker=to.tracker,
            project=to.name,
            reason=actions.reason,
            rule=origin.rule,
        )
    )
    look.say(
        Notice(
            kind=NoticeKind.LINK,
            to=addresses.elsewhere(to.tracker, to.name),
            subject=Subject.NEW_LINK,
            key=origin.key(f"{to.tracker}:{to.name}"),
            event=look.case.number,
            rule=origin.rule,
            step=origin.step,
            cycle=origin.cycle,
            what=to.name,
            priority=look.case.priority,
            exempt=True,
        )
    )


def _moment(
    look: Look,
    origin: Origin,
    to: Address,
    subject: Subject,
    *,
    event: int,
    instead_of: str | None = None,
    exempt: bool = False,
) -> Notice:
    return Notice(
        kind=NoticeKind.MOMENT,
        to=to,
        subject=subject,
        key=f"{origin.key(to)}/{subject}",
        event=event,
        rule=origin.rule,
        step=origin.step,
        cycle=origin.cycle,
        priority=look.case.priority,
        exempt=exempt or (subject is Subject.OFFER and look.case.priority is Priority.URGENT),
        instead_of=instead_of,
    )
