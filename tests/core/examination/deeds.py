"""What people and systems do in a situation, as the events the product would record."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from msgspec import Struct

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.conditions.evaluation import phrases_of_policy
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.claims import Take, claiming
from rung.core.reckoning.ladder import destination
from rung.core.reckoning.turns import kept
from rung.core.text.phrases import matched
from rung.core.vocabulary import Automatic, Priority, Reason
from tests.core.examination.script import moment

_DEED = re.compile(r'^(?P<words>[^"]*?)(?: "(?P<text>.*)")?(?P<more>(?: \w+=\S+)*)$')
_CUSTOMER = "customer:acme"


class Text(Struct, frozen=True):
    """What the customer wrote, and what is known of it: `emotion`, `language`, `learned`."""

    words: str
    more: dict[str, str]


class Deed(Struct, frozen=True):
    """`tom answers "Here it is"`, `customer "Thanks" automatic=thanks`."""

    words: tuple[str, ...]
    text: str | None
    more: dict[str, str]

    @classmethod
    def parse(cls, line: str) -> Self:
        parts = _DEED.match(line)
        assert parts is not None, line
        more = dict(pair.split("=", 1) for pair in parts["more"].split())
        return cls(tuple(parts["words"].split()), parts["text"], more)

    @property
    def publishes(self) -> int | None:
        return int(self.words[1]) if self.words[0] == "publish" else None

    def heard(self, texts: list[Text], *, over: bool) -> list[Text]:
        """What the customer has said since opened or reopened, this deed included."""
        if self.words[-1] == "reopens":
            return []
        if self.words not in (("opened",), ("customer",)) or "automatic" in self.more:
            return texts
        return [*([] if over else texts), Text(self.text or "", self.more)]


class Scene(Struct, frozen=True):
    """Where a deed takes place. `texts` includes what is said by it."""

    case: Case
    history: Sequence[e.AnyEvent]
    policy: Policy
    roster: Roster
    at: datetime
    texts: list[Text]
    zone: ZoneInfo

    @property
    def number(self) -> int:
        return self.case.number + 1


def events_of(deed: Deed, scene: Scene) -> list[e.AnyEvent]:
    """The events, numbered. ValueError, KeyError or StopIteration where the words mean nothing here."""
    return _of_customer(deed, scene) or _of_systems(deed, scene) or [_of_agent(deed, scene)]


def _of_customer(deed: Deed, scene: Scene) -> list[e.AnyEvent]:
    at, number, more = scene.at, scene.number, deed.more
    match deed.words:
        case ("opened",):
            return [
                e.Opened(
                    at=at,
                    by=_CUSTOMER,
                    number=number,
                    policy=1,
                    channel=more.get("channel", "api"),
                    customer="acme",
                    tier=more.get("tier"),
                    account_owner=more.get("owner"),
                    message=number,
                    facts=_facts(scene.texts, scene.policy),
                    category=more.get("category"),
                    priority=Priority(more["priority"]) if "priority" in more else None,
                )
            ]
        case ("customer",):
            facts = _facts([Text(deed.text or "", more)], scene.policy)
            automatic = Automatic(more["automatic"]) if "automatic" in more else None
            return [
                e.CustomerWrote(at=at, by=_CUSTOMER, number=number, message=number, facts=facts, automatic=automatic)
            ]
        case ("customer", "reopens"):
            return [e.Reopened(at=at, by=_CUSTOMER, number=number)]
        case ("customer", "is", "now"):
            return [e.CustomerChanged(at=at, by="agent:sam", number=number, customer="acme", tier=more["tier"])]
        case ("rated", stars):
            return [e.Rated(at=at, by=_CUSTOMER, number=number, rating=int(stars))]
    return []


def _of_systems(deed: Deed, scene: Scene) -> list[e.AnyEvent]:
    at, number = scene.at, scene.number
    match deed.words:
        case ("auto", "reply"):
            return [e.AutoReplied(at=at, by="system", number=number, reply="received")]
        case ("bot", "answers"):
            return [e.AutoReplied(at=at, by="bot:helper", number=number)]
        case ("jira", "moves"):
            return [e.ThirdPartyMoved(at=at, by="bot:jira", number=number, tracker="jira")]
        case ("jira", "moves,", "our", "own", "doing"):
            return [e.ThirdPartyMoved(at=at, by="bot:jira", number=number, tracker="jira", own=True)]
        case ("linked", issue):
            tracker, _, key = issue.partition(":")
            return [e.Linked(at=at, by="agent:tom", number=number, tracker=tracker, issue=key)]
        case ("recount", "the", "last", "customer", "message", "as", verdict):
            last = next(each.number for each in reversed(scene.history) if isinstance(each, e.CustomerWrote))
            automatic = None if verdict == "real" else Automatic(verdict)
            return [e.Recounted(at=at, by="agent:sam", number=number, event=last, automatic=automatic)]
        case ("publish", version, *fire):
            facts = _facts(scene.texts, scene.policy)
            return [
                e.PolicyChosen(at=at, by="agent:rita", number=number, version=int(version), fire=bool(fire)),
                e.Rejudged(at=at, by="system", number=number + 1, facts=facts),
            ]
    return []


def _of_agent(deed: Deed, scene: Scene) -> e.AnyEvent:  # noqa: C901 - one case for each deed
    at, number, by = scene.at, scene.number, actors.agent(deed.words[0])
    message = None if deed.text is None else number
    match deed.words:
        case (_, "answers", *how):
            chosen = {(): None, ("and", "keeps", "it"): True, ("and", "passes", "it"): False}[tuple(how)]
            why = kept(scene.case, scene.policy, deed.text or "", chosen=chosen)
            return e.Answered(at=at, by=by, number=number, message=message, kept=why)
        case (_, "notes"):
            return e.Noted(at=at, by=by, number=number, message=message)
        case (who, "takes", "it"):
            return _taken(who, scene) or e.Assigned(at=at, by=by, number=number, assignee=who)
        case (who, "claims", level):
            claimed = _taken(who, scene)
            if not isinstance(claimed, e.Claimed) or claimed.level != level:
                raise ValueError(f"{who} cannot claim {level}")
            return claimed
        case (_, "returns", level):
            offer = next(offer for offer in reversed(scene.case.offers) if offer.level == level)
            return e.OfferReturned(at=at, by=by, number=number, offer=offer.number, level=level)
        case (_, "escalates", "to", to, reason):
            goal = destination(scene.case, scene.policy, to)
            return e.Offered(
                at=at, by=by, number=number, level=goal.level, path=goal.path, reason=Reason(reason), repeat=goal.repeat
            )
        case (_, "assigns", who):
            return e.Assigned(at=at, by=by, number=number, assignee=who)
        case (_, "unassigns", "it"):
            return e.Assigned(at=at, by=by, number=number, assignee=None)
        case (_, "holds", "it"):
            return e.Held(at=at, by=by, number=number)
        case (_, "waits"):
            return e.Waited(at=at, by=by, number=number)
        case (_, "opens", "it"):
            return e.TurnTaken(at=at, by=by, number=number)
        case (_, "snoozes", "until", *until):
            return e.Snoozed(at=at, by=by, number=number, until=moment(" ".join(until), scene.zone))
        case (_, "resolves"):
            return e.Resolved(at=at, by=by, number=number, message=message)
        case (_, "closes"):
            return e.Closed(at=at, by=by, number=number)
        case (_, "reopens"):
            return e.Reopened(at=at, by=by, number=number)
        case (_, "merges", "it", "into", other):
            return e.Merged(at=at, by=by, number=number, into=int(other))
        case (_, "sets", "priority", name):
            return e.PrioritySet(at=at, by=by, number=number, priority=Priority(name))
        case (_, "sets", "category", name):
            return e.CategorySet(at=at, by=by, number=number, category=name)
        case (_, "tags", tag):
            return e.Tagged(at=at, by=by, number=number, added=(tag,))
        case (_, "untags", tag):
            return e.Tagged(at=at, by=by, number=number, removed=(tag,))
    raise ValueError("no such deed")


def _taken(who: str, scene: Scene) -> e.Claimed | None:
    """The claim of an offer, where there is one within this person's reach."""
    match claiming(scene.case, scene.policy, scene.roster.people[who]):
        case Take(level=level, path=path, offer=offer, closes=closes):
            return e.Claimed(
                at=scene.at,
                by=actors.agent(who),
                number=scene.number,
                agent=who,
                level=level,
                path=path,
                offer=offer,
                closes=closes,
            )
    return None


def _facts(texts: list[Text], policy: Policy) -> e.TextFacts:
    """The texts judged together: every phrase, and the newest of everything else."""
    phrases = phrases_of_policy(policy)
    newest = texts[-1].more if texts else {}
    learned, _, confidence = newest.get("learned", "").partition(":")
    return e.TextFacts(
        version="1",
        matched=tuple(dict.fromkeys(phrase for text in texts for phrase in matched(text.words, phrases))),
        emotion=newest.get("emotion"),
        language=newest.get("language"),
        priority=Priority(learned) if learned else None,
        priority_confidence=float(confidence) if learned else None,
    )
