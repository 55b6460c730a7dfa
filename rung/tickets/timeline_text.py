"""What happened and what will, in sentences: who did it, what it was, and why."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.case.late_events import happened_at
from rung.core.handbook.steps import name_of
from rung.core.policy.model import Actions, Policy
from rung.core.receipt.late_messages import is_late
from rung.core.sentences import word
from rung.core.vocabulary import Undelivered
from rung.people.models import Agent, Requester


class Tone(StrEnum):
    """How an event weighs on a timeline."""

    CUSTOMER = "customer"
    ANSWER = "answer"
    NOTE = "note"
    ESCALATION = "escalation"
    WARNING = "warning"
    GOOD = "good"
    PLAIN = "plain"
    #: A minor event: of interest only to a reader who looks for a reason.
    QUIET = "quiet"


class Told(Struct, frozen=True):
    """One event for people. `who` did `what`; `why` may be empty. `at`: when it happened, also if it was told later."""

    number: int
    at: datetime
    kind: str
    by: Actor
    who: str
    what: str
    why: str = ""
    tone: Tone = Tone.PLAIN
    message: int | None = None


class Names:
    """What people and rules are called."""

    def __init__(self, policy: Policy, people: Mapping[str, str] | None = None) -> None:
        self.rules = {rule.id: name_of(rule) for rule in policy.rules}
        self._people = dict(people or {})

    @classmethod
    def read(cls, policy: Policy, events: Iterable[e.AnyEvent] = ()) -> "Names":
        """The names of everybody here, and of the requesters in these events."""
        people: dict[str, str] = {
            actors.agent(handle): name for handle, name in Agent.objects.values_list("handle", "name")
        }
        numbers = {actors.name_of(event.by) for event in events if actors.is_customer(event.by)}
        asked = Requester.objects.filter(pk__in=[int(each) for each in numbers if each.isdigit()])
        people |= {actors.customer(person.pk): str(person) for person in asked}
        return cls(policy, people)

    def of(self, by: Actor) -> str:
        """The name of the actor `by`."""
        if found := self._people.get(by):
            return found
        if actors.is_customer(by):
            return _("The customer")
        name = actors.name_of(by)
        if actors.is_rule(by):
            return _("Rule “%(rule)s”") % {"rule": self.rules[name]} if name in self.rules else _("The policy")
        return "Rung" if by == actors.SYSTEM else name or by

    def agent(self, handle: str | None) -> str:
        """An agent by handle; nobody."""
        return self._people.get(actors.agent(handle), handle) if handle else _("nobody")

    def recipient(self, to: str) -> str:
        """As a delivery or a step names it: agent:sam, team:leads, level:L2, slack:#leads."""
        kind, colon, rest = to.partition(":")
        if not colon:
            return _("the customer") if to == "customer" else _("triage") if to == "triage" else to
        if kind in ("agent", "account_owner"):
            return self.agent(rest)
        return _("team %(team)s") % {"team": rest} if kind == "team" else rest

    def recipients(self, each: Iterable[str]) -> str:
        """Several, as a list in words."""
        return ", ".join(self.recipient(to) for to in each)


def tell(event: e.AnyEvent, names: Names) -> Told:
    """One event in words."""
    what, tone, why = _what(event, names)
    if is_late(event):
        why = "; ".join(filter(None, (why, _("came %(at)s") % {"at": _local(event.at, _("j M, H:i:s"))})))
    return Told(
        number=event.number,
        at=happened_at(event),
        kind=str(type(event).__struct_config__.tag),
        by=event.by,
        who=names.of(event.by),
        what=what,
        why=why,
        tone=tone,
        message=getattr(event, "message", None),
    )


def tell_actions(actions: Actions, to: Iterable[str], names: Names) -> tuple[str, ...]:
    """What a step will do, one sentence each; `to`: whom it would reach as things stand."""
    told: list[str] = []
    reached = names.recipients(to)
    if actions.escalate:
        told.append(_("escalates to %(to)s") % {"to": reached or actions.escalate})
    if actions.priority:
        told.append(_("sets the priority to %(priority)s") % {"priority": word(actions.priority)})
    if actions.assign:
        told.append(_("assigns it (%(how)s)") % {"how": actions.assign.replace("_", " ")})
    if actions.unassign:
        told.append(_("takes it off the assignee"))
    if actions.tag:
        told.append(_("adds the tag %(tags)s") % {"tags": ", ".join(actions.tag)})
    if actions.reply:
        told.append(_("sends the customer “%(reply)s”") % {"reply": actions.reply})
    if actions.comment:
        told.append(_("comments on the linked tickets"))
    if actions.page:
        told.append(_("pages through %(pager)s") % {"pager": actions.page})
    if actions.notify or actions.remind:
        others = names.recipients(each for each in to if not (actions.escalate and each.startswith("level:")))
        told.append((_("reminds %(whom)s") if actions.remind else _("tells %(whom)s")) % {"whom": others})
    if actions.close:
        told.append(_("closes it"))
    return tuple(told)


What = tuple[str, Tone, str]


def _what(event: e.AnyEvent, names: Names) -> What:
    return (
        _by_people(event, names)
        or _handshake(event, names)
        or _by_rules(event, names)
        or (_kind(event), Tone.QUIET, "")
    )


def _by_people(event: e.AnyEvent, names: Names) -> What | None:  # noqa: C901, PLR0911, PLR0912  one line an event
    match event:
        case e.Opened(channel=channel, customer=customer):
            of = _(" for %(customer)s") % {"customer": customer} if customer else ""
            return _("opened it by %(channel)s") % {"channel": channel} + of, Tone.CUSTOMER, ""
        case e.CustomerEdited():
            return _("changed what they had written"), Tone.PLAIN, ""
        case e.CustomerWrote(automatic=None):
            return _("wrote"), Tone.CUSTOMER, ""
        case e.CustomerWrote(automatic=automatic):
            return _("wrote; it does not count as an answer (%(why)s)") % {"why": _word(automatic)}, Tone.QUIET, ""
        case e.Answered(kept=None):
            return _("answered; it is the customer's turn"), Tone.ANSWER, ""
        case e.Answered(kept=kept):
            return _("answered and kept it open"), Tone.ANSWER, _KEPT[kept.value]() if kept else ""
        case e.AutoReplied(reply=reply):
            return _("sent the customer “%(reply)s”") % {"reply": reply}, Tone.ANSWER, ""
        case e.Noted(mentions=mentions):
            asked = _("asks %(whom)s") % {"whom": ", ".join(map(names.agent, mentions))} if mentions else ""
            return _("wrote a note"), Tone.NOTE, asked
        case e.Assigned(assignee=None):
            return _("unassigned it"), Tone.PLAIN, ""
        case e.Assigned(assignee=assignee, by=by) if assignee is not None and by == actors.agent(assignee):
            return _("took it"), Tone.PLAIN, ""
        case e.Assigned(assignee=assignee):
            return _("assigned it to %(whom)s") % {"whom": names.agent(assignee)}, Tone.PLAIN, ""
        case e.Held(third_party=party):
            return _("put it on hold, waiting for %(party)s") % {"party": party or _("a third party")}, Tone.PLAIN, ""
        case e.Waited():
            return _("passed the turn to the customer"), Tone.PLAIN, ""
        case e.TurnTaken():
            return _("took the turn back"), Tone.PLAIN, ""
        case e.Snoozed(until=until):
            return _("snoozed it until %(until)s") % {"until": _local(until, "j M, H:i")}, Tone.PLAIN, ""
        case e.SnoozeEnded():
            return _("ended the snooze"), Tone.PLAIN, ""
        case e.TakenBack(event=number, why=why):
            said = _("found that the answer of event %(number)d did not arrive: %(why)s")
            return said % {"number": number, "why": _UNDELIVERED[why]()}, Tone.WARNING, ""
        case e.Recounted(event=number, automatic=automatic):
            verdict = _word(automatic) if automatic else _("the customer's own words")
            return _("counts event %(number)d as %(verdict)s") % {"number": number, "verdict": verdict}, Tone.PLAIN, ""
        case e.Resolved():
            return _("resolved it"), Tone.GOOD, ""
        case e.Closed(why=why):
            return _("closed it"), Tone.GOOD, _word(why)
        case e.Reopened():
            return _("reopened it"), Tone.WARNING, ""
        case e.PrioritySet(priority=priority, critical=critical, reasons=reasons):
            flag = _(" and marked it critical") if critical else ""
            said = _("set the priority to %(priority)s") % {"priority": word(priority.value)} + flag
            tone = Tone.QUIET if reasons == ("default",) else Tone.PLAIN
            return said, tone, ", ".join(tell_reason(each, names) for each in reasons)
        case e.CategorySet(category=category, reasons=reasons):
            said = _("set the category to %(category)s") % {"category": category or _("none")}
            return (
                said,
                Tone.QUIET if reasons == ("fallback",) else Tone.PLAIN,
                ", ".join(tell_reason(each, names) for each in reasons),
            )
        case e.Tagged(added=added, removed=removed):
            return " ".join([*(f"+{tag}" for tag in added), *(f"−{tag}" for tag in removed)]), Tone.PLAIN, ""
        case e.CustomerChanged(customer=customer):
            return _("set the customer to %(customer)s") % {"customer": customer or _("none")}, Tone.PLAIN, ""
        case e.Rated(rating=rating):
            return _("rated it %(rating)d of 5") % {"rating": rating}, Tone.GOOD if rating > 2 else Tone.WARNING, ""
        case e.Merged(into=into):
            return _("merged it into #%(ticket)d") % {"ticket": into}, Tone.PLAIN, ""
        case e.Absorbed(ticket=ticket):
            return _("merged #%(ticket)d into it") % {"ticket": ticket}, Tone.PLAIN, ""
        case e.SplitOff(ticket=ticket):
            return _("split #%(ticket)d off it") % {"ticket": ticket}, Tone.PLAIN, ""
        case e.Related(ticket=ticket, relation=relation):
            return f"{_word(relation)} #{ticket}", Tone.PLAIN, ""
        case e.Unrelated(ticket=ticket):
            return _("removed the relation to #%(ticket)d") % {"ticket": ticket}, Tone.PLAIN, ""
        case e.WorkflowUsed(workflow=workflow, edited=edited):
            said = _("used the workflow “%(workflow)s”") % {"workflow": workflow}
            return said, Tone.PLAIN, _("in their own words") if edited else ""
        case e.Linked(tracker=tracker, issue=issue):
            return _("linked %(issue)s") % {"issue": f"{tracker}:{issue}"}, Tone.PLAIN, ""
        case e.Unlinked(tracker=tracker, issue=issue):
            return _("unlinked %(issue)s") % {"issue": f"{tracker}:{issue}"}, Tone.PLAIN, ""
        case e.ThirdPartyMoved(tracker=tracker, issue=issue, status=status):
            return (
                _("moved %(issue)s to %(status)s") % {"issue": f"{tracker}:{issue}", "status": status or "?"},
                Tone.PLAIN,
                "",
            )
    return None


def _handshake(event: e.AnyEvent, names: Names) -> What | None:  # noqa: PLR0911  one line an event
    match event:
        case e.Offered(level=level, reason=reason, skipped=skipped, missing=missing):
            why = [_word(reason)]
            why += [_("%(level)s could not be reached") % {"level": name} for name, _at in skipped]
            why += [_("still missing: %(fields)s") % {"fields": ", ".join(missing)}] if missing else []
            return _("offered it to %(level)s") % {"level": level}, Tone.ESCALATION, "; ".join(why)
        case e.Claimed(level=level):
            return _("claimed it at %(level)s") % {"level": level}, Tone.ESCALATION, ""
        case e.OfferReturned(level=level):
            return _("returned the offer to %(level)s") % {"level": level}, Tone.WARNING, ""
        case e.OfferWithdrawn(why=ended):
            return _("withdrew the offer"), Tone.PLAIN, _("by hand") if ended == "by_hand" else _word(ended)
        case e.ExpertsAsked(agents=agents):
            return _("asked %(whom)s") % {"whom": ", ".join(map(names.agent, agents))}, Tone.ESCALATION, ""
        case e.SentOut(tracker=tracker, project=project):
            return _("asked for a ticket in %(where)s") % {"where": f"{tracker}:{project}"}, Tone.ESCALATION, ""
        case e.HandoffGiven(fields=fields):
            return _("filled in the handoff: %(fields)s") % {"fields": ", ".join(fields)}, Tone.NOTE, ""
        case e.NobodyReached(skipped=skipped):
            passed = ", ".join(name for name, _at in skipped)
            return _("could reach nobody and told the desk's owners"), Tone.ESCALATION, passed
    return None


def _by_rules(event: e.AnyEvent, names: Names) -> What | None:  # noqa: PLR0911  one line an event
    match event:
        case e.Placed(path=path, level=level):
            return _("placed it at %(level)s on the path %(path)s") % {"level": level, "path": path}, Tone.QUIET, ""
        case e.StepFired():
            return _step(event)
        case e.EpisodeEnded(rule=rule):
            return _("“%(rule)s” no longer holds") % {"rule": names.rules.get(rule, rule)}, Tone.QUIET, ""
        case e.TargetMissed(metric=metric, due_at=due_at):
            said = _("the target for the %(clock)s was missed") % {"clock": _word(metric)}
            return said, Tone.WARNING, _("due %(at)s") % {"at": _local(due_at, _("j M, H:i:s"))}
        case e.CyclesJudged(results=results):
            met = [
                f"{_word(each.clock)}: {_('met') if each.met else _('missed')}"
                for each in results
                if each.met is not None
            ]
            return _("clocks ended: %(clocks)s") % {"clocks": ", ".join(met) or _("no goal")}, Tone.QUIET, ""
        case e.PauseOverrun(turn=turn):
            return (
                _("it has waited for the %(turn)s as long as the policy allows") % {"turn": _word(turn)},
                Tone.WARNING,
                "",
            )
        case e.PolicyChosen(version=version):
            return _("judges it by version %(version)d of the policy") % {"version": version}, Tone.PLAIN, ""
    return None


def _step(event: e.StepFired) -> What:
    late = event.late.total_seconds()
    why = [_OUTCOMES[event.outcome]()] if event.outcome is not e.StepOutcome.FIRED else []
    if late >= 1:
        why.append(ngettext("%(late)d second late", "%(late)d seconds late", int(late)) % {"late": late})
    kind = event.step.partition(".")[0]
    tone = Tone.PLAIN if event.outcome is e.StepOutcome.FIRED else Tone.QUIET
    said = _("fired: %(step)s") if event.outcome is e.StepOutcome.FIRED else _("would have fired: %(step)s")
    return said % {"step": _word(kind)}, tone, "; ".join(why)


def tell_reason(reason: str, names: Names) -> str:
    """`phrase:asap`, `rule:...`, `priority.rules[1]`, `default`: why something was set, in words."""
    kind, colon, rest = reason.partition(":")
    match kind:
        case "phrase":
            return _("the customer wrote “%(phrase)s”") % {"phrase": rest}
        case "rule":
            return _("rule “%(rule)s”") % {"rule": names.rules.get(rest, rest)}
        case "emotion":
            return _("the customer sounds %(emotion)s") % {"emotion": rest}
        case "learned":
            return _("learned from past tickets (%(share)s)") % {"share": rest}
    if place := re.fullmatch(r"priority\.rules\[(\d+)\]", reason):
        return _("rule %(number)d on priorities") % {"number": int(place[1]) + 1}
    return reason.replace("_", " ") if not colon else f"{kind}: {rest}"


def _word(word: object) -> str:
    shown = str(getattr(word, "value", word)).replace("_", " ")
    return _(shown) if shown else ""


def _local(at: datetime, pattern: str) -> str:
    """A moment in the reader's zone, which it names; UTC where nobody in particular reads."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, pattern)} {local.tzname()}"


def _kind(event: e.AnyEvent) -> str:
    return _word(type(event).__struct_config__.tag)


_UNDELIVERED = {
    Undelivered.REFUSED: lambda: _("it was refused"),
    Undelivered.BOUNCED: lambda: _("it bounced"),
    Undelivered.NO_WAY: lambda: _("the customer has no channel and no page"),
    Undelivered.UNDONE: lambda: _("it was undone in time"),
}
_OUTCOMES = {
    e.StepOutcome.PASSED_OVER: lambda: _("passed over, because its condition did not hold"),
    e.StepOutcome.OVERTAKEN: lambda: _("overtaken by a later step, so nothing was sent"),
    e.StepOutcome.ALREADY_THERE: lambda: _("it was there already"),
    e.StepOutcome.SETTLED: lambda: _("crossed before this policy came into force"),
}
_KEPT = {
    "by_agent": lambda: _("chosen by hand"),
    "holding": lambda: _("it is only a holding reply"),
    "by_default": lambda: _("it is being escalated"),
}
