"""Every key of the policy language, in one table: what it means, what it takes, and where it stands.

The reader knows a map's keys from here, and the JSON Schema, the completion, the forms of the studio and the key lists
of the reference are derived from here.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, structs

from rung.core.policy.model import Metric
from rung.core.policy.outlets import Outlets, Use
from rung.core.sentences import say
from rung.core.vocabulary import ClockName, Emotion, Priority, Reason, Status, Turn


class Form(StrEnum):
    """How a value is written."""

    LINE = "line"
    PROSE = "prose"
    #: A text, or a list of them.
    WORDS = "words"
    CHOICE = "choice"
    SEVERAL = "several"
    #: A list in which the order counts.
    ORDERED = "ordered"
    FLAG = "flag"
    #: More than 0 and at most 1.
    CONFIDENCE = "confidence"
    COUNT = "count"
    COMPARED = "compared"
    DURATION = "duration"
    THRESHOLD = "threshold"
    BUDGET = "budget"
    #: A share, a time or a count.
    AMOUNT = "amount"
    MOMENT = "moment"
    HOURS = "hours"
    DATES = "dates"
    #: The keys of `of`.
    MAP = "map"
    #: Maps with the keys of `of`, or single values of that form.
    LIST = "list"
    #: The same, each under a name of its own.
    NAMED = "named"


class Key(Struct, frozen=True):
    """One key of one map."""

    name: str
    form: Form
    #: A sentence in English; `say` it to people.
    means: str = ""
    #: What may be chosen: a name of `WORDS` or of `NAMES`.
    source: str = ""
    of: str = ""
    required: bool = False
    #: Folded away in forms until somebody wants it.
    rare: bool = False
    example: str = ""
    pattern: str = ""
    least: int = 0
    #: It may name ways out of the desk.
    outlets: Use | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The fixed words it takes; none: whatever is declared, or any text."""
        return WORDS.get(self.source, ())

    def explained(self, outlets: Outlets) -> str:
        """What it means, with the ways out it may name."""
        ways = outlets.written(self.outlets) if self.outlets is not None else ""
        return f"{say(self.means).rstrip('.')}: {ways}." if ways else say(self.means) if self.means else ""


PEOPLE_WORDS = ("assignee", "owner", "lead", "owners", "account_owner")
PAUSES = (Turn.CUSTOMER, Turn.THIRD_PARTY)
AFTERWARDS = (Status.PENDING, Status.ON_HOLD, Status.RESOLVED)

#: Fixed words, by what they are.
WORDS: Mapping[str, tuple[str, ...]] = {
    "priorities": tuple(Priority),
    "raised": ("+1", "+2", "+3", *Priority),
    "emotions": tuple(Emotion),
    "statuses": tuple(Status),
    "reasons": tuple(Reason),
    "clocks": tuple(ClockName),
    "metrics": tuple(Metric),
    "pauses": PAUSES,
    "afterwards": AFTERWARDS,
    "linked": ("linked",),
    "true": ("true",),
}
#: Sections whose entries have names that other places use.
DECLARING = ("levels", "paths", "teams", "calendars", "schedules", "categories", "replies")
_RECIPIENTS = (*PEOPLE_WORDS, "team: teams", "on_call: schedules", "agent: people")
#: What may be named: words, sections that declare names, `people`; with a prefix before a blank.
NAMES: Mapping[str, tuple[str, ...]] = {
    "teams": ("teams",),
    "people": ("people",),
    "calendars": ("always", "calendars"),
    "paths": ("paths",),
    "levels": ("levels",),
    "categories": ("categories",),
    "replies": ("replies",),
    "escalations": ("next", "levels", "path: paths", "expert", "expert: people"),
    "assignments": ("least_busy", "lead", "on_call: schedules", "people"),
    "recipients": _RECIPIENTS,
    "reminders": ("triage", "level", *_RECIPIENTS),
    "called": ("team", "nobody", *_RECIPIENTS),
    "pagers": (),
}
#: Sources beside which something else may be written.
FREE = frozenset({"escalations", "recipients", "reminders", "called", "pagers"})

_WHEN = Key("when", Form.MAP, "Which tickets; without it all of them.", of="when")
_CALENDAR = Key("calendar", Form.CHOICE, "On which its time counts.", "calendars", rare=True)
_TIMEZONE = Key("timezone", Form.LINE, "Its own time zone.", rare=True, example="Europe/Berlin")
_ACTIONS = (
    Key("escalate", Form.CHOICE, "next, a level, path:NAME, expert, expert:HANDLE, or TRACKER:PROJECT.", "escalations",
        outlets=Use.PROJECT),
    Key("reason", Form.CHOICE, "Why it is escalated.", "reasons"),
    Key("priority", Form.CHOICE, "A name sets it, +1 to +3 raise it and stop at urgent.", "raised", rare=True),
    Key("assign", Form.CHOICE, "least_busy, lead, on_call:SCHEDULE or a handle.", "assignments", rare=True),
    Key("unassign", Form.FLAG, "Takes it back from its assignee.", "true", rare=True),
    Key("tag", Form.WORDS, "Tags it.", rare=True),
    Key("close", Form.LINE, "Closes it, with a reason in one word.", rare=True, example="no_answer",
        pattern="^[a-z][a-z0-9_-]*$"),
    Key("reply", Form.CHOICE, "A canned answer, sent to the customer; it stops no clock.", "replies", rare=True),
    Key("comment", Form.FLAG, "A comment on the linked tickets elsewhere.", "linked", rare=True),
    Key("page", Form.CHOICE, "Pages through a paging system.", "pagers", rare=True, outlets=Use.PAGE),
    Key("notify", Form.SEVERAL,
        "Tells assignee, owner, lead, owners, account_owner, team:…, on_call:…, agent:… or a place outside.",
        "recipients", outlets=Use.TOLD),
    Key("remind", Form.CHOICE,
        "triage, level, or anybody notify can name; {to: triage, call: nobody} says whom it calls.", "reminders",
        of="reminder", outlets=Use.TOLD),
)  # fmt: skip
_STEPS = Key("steps", Form.LIST, "What is done, and when on its clock.", of="step")
_FACTS = (
    Key("text", Form.WORDS, "A phrase the customer has said since it was opened or reopened."),
    Key("category", Form.SEVERAL, "A declared category, or a word of one.", "categories"),
    Key("priority", Form.SEVERAL, "Its priority.", "priorities"),
    Key("critical", Form.FLAG, "Whether it is a critical incident."),
    Key("emotion", Form.SEVERAL, "How the customer's latest message sounds.", "emotions"),
    Key("customer.tier", Form.WORDS, "The company's tier."),
    Key("customer", Form.WORDS, "The company."),
    Key("level", Form.SEVERAL, "Where it is held.", "levels"),
    Key("path", Form.SEVERAL, "The path it is on.", "paths"),
    Key("offered_to", Form.SEVERAL, "The level of its newest open offer.", "levels"),
    Key("attempts", Form.COMPARED, "Public answers at this level that a customer message followed."),
    Key("reopens", Form.COMPARED, "How often the customer has reopened it."),
    Key("rating", Form.COMPARED, "The customer's rating, 1 to 5."),
    Key("tag", Form.WORDS, "A tag it has."),
    Key("status", Form.SEVERAL, "Its status.", "statuses"),
    Key("channel", Form.WORDS, "The channel it came by."),
    Key("language", Form.WORDS, "The language it is written in."),
)

#: Each kind of map and its keys. `policy` is the document itself.
KEYS: Mapping[str, tuple[Key, ...]] = {
    "policy": (
        Key("name", Form.LINE, "What the policy is called."),
        Key("timezone", Form.LINE, "Where a calendar or schedule names none, such as Europe/Berlin.",
            example="Europe/Berlin"),
        Key("calendars", Form.NAMED, "When people work. `always` is built in.", of="calendar"),
        Key("triage", Form.MAP, "Where new tickets appear.", of="triage"),
        Key("holding", Form.WORDS, "Phrases of an answer that keep it our turn."),
        Key("teams", Form.NAMED, "Who is in them lives with the people.", of="team"),
        Key("schedules", Form.NAMED, "Who is on call.", of="schedule"),
        Key("levels", Form.NAMED, "Who looks at a ticket; a level belongs to one team.", of="level", required=True),
        Key("paths", Form.NAMED, "The order in which levels follow one another.", "levels", Form.ORDERED,
            required=True),
        Key("routing", Form.LIST, "The first match wins.", of="route"),
        Key("categories", Form.NAMED, "The nature of the problem.", of="category"),
        Key("priority", Form.MAP, "How pressing a new ticket is.", of="priority"),
        Key("targets", Form.LIST, "How soon; the first match wins.", of="target"),
        Key("rules", Form.LIST, "What happens when.", of="rule"),
        Key("follow_up", Form.MAP, "What happens when the customer is silent.", of="follow_up"),
        Key("replies", Form.NAMED, "Canned answers, for agents and for steps.", of=Form.PROSE),
        Key("workflows", Form.NAMED, "Common requests, done in one click.", of="workflow"),
        Key("closing", Form.MAP, "What happens at the end.", of="closing"),
        Key("problems", Form.NAMED, "Many tickets, one cause.", of="problem"),
        Key("alerts", Form.LIST, "Thresholds on the whole queue.", of="alert"),
        Key("attention", Form.MAP, "What may interrupt people.", of="attention"),
        Key("procedures", Form.NAMED, "Prose for the handbook.", of=Form.PROSE),
        Key("publishing", Form.MAP, "Who publishes a version.", of="publishing"),
    ),
    "calendar": (
        structs.replace(_TIMEZONE, rare=False),
        Key("hours", Form.HOURS, "By day or date, such as mon-fri: [09:00-17:00] or 2026-12-24: [09:00-14:00].",
            required=True),
        Key("holidays", Form.MAP, "Days on which it stays shut: a country's, or a list of dates.", of="holidays"),
    ),
    "holidays": (
        Key("country", Form.LINE, "The country whose public holidays count.", example="DE"),
        Key("subdivision", Form.LINE, "A part of it.", example="BE"),
        Key("add", Form.DATES, "More days on which it is shut.", example="2026-12-24"),
        Key("remove", Form.DATES, "Holidays on which it is open all the same.", rare=True),
    ),
    "triage": (
        Key("channel", Form.LINE, "Where every new ticket's card goes.", required=True, outlets=Use.PLACE),
    ),
    "team": (Key("lead", Form.CHOICE, "Is told when nobody else can be.", "people"),),
    "schedule": (
        _TIMEZONE,
        Key("rotation", Form.ORDERED, "Handles, in turn.", "people", required=True),
        Key("every", Form.DURATION, "How long a turn lasts.", required=True),
        Key("from", Form.MOMENT, "The local moment of the first turn, such as 2026-11-02T09:00.", required=True),
    ),
    "level": (
        Key("team", Form.CHOICE, "Whose level it is; left out: the team of the same name.", "teams"),
        Key("channel", Form.LINE, "Where its cards and messages go.", outlets=Use.PLACE),
        Key("calendar", Form.CHOICE, "When its people are there.", "calendars"),
        Key("responsible_for", Form.LINE, "What it does, in a sentence."),
        Key("handoff", Form.MAP, "What must be said when a ticket is handed over.", of="handoff"),
        Key("link", Form.LINE, "A project of another system.", rare=True, outlets=Use.PROJECT),
    ),
    "handoff": (
        Key("require", Form.WORDS, "The fields; a missing one is named and blocks nothing.", required=True,
            example="impact"),
    ),
    "route": (_WHEN, Key("path", Form.CHOICE, "Which path the ticket takes.", "paths", required=True)),
    "category": (Key("text", Form.WORDS, "Words and phrases that name it."),),
    "priority": (
        Key("default", Form.CHOICE, "When no rule fits.", "priorities"),
        Key("learned", Form.MAP, "Whether the learned model decides where no rule does.", of="learned"),
        Key("rules", Form.LIST, "The first match wins.", of="priority_rule"),
    ),
    "learned": (
        Key("minimum_confidence", Form.CONFIDENCE, "How sure the model must be.", required=True, example="0.7"),
    ),
    "priority_rule": (
        _WHEN,
        Key("set", Form.CHOICE, "The priority it gets.", "priorities", required=True),
        Key("critical", Form.FLAG, "It is a critical incident."),
    ),
    "target": (
        _WHEN,
        Key("first_response", Form.DURATION, "Until a person first answers in public."),
        Key("next_response", Form.DURATION, "From the first unanswered customer message after that."),
        Key("update", Form.DURATION, "Between a person's public messages."),
        Key("resolution", Form.DURATION, "Opened or reopened until resolved."),
        Key("calendar", Form.CHOICE, "On which these times count.", "calendars"),
        Key("pause_on", Form.SEVERAL, "The turns during which the resolution clock pauses.", "pauses"),
        Key("pause_at_most", Form.MAP, "How long one pause may last.", of="pause_at_most"),
    ),
    "pause_at_most": tuple(
        Key(turn, Form.DURATION, "After it the lead is told and the clock runs on.", rare=True) for turn in PAUSES
    ),
    "rule": (
        Key("id", Form.LINE, "What it is known by; it stays the same when the name changes.", rare=True),
        Key("name", Form.LINE, "What it is called.", required=True, example="Nobody has answered"),
        Key("clock", Form.CHOICE, "The clock that its steps lie on.", "clocks"),
        _WHEN,
        _CALENDAR,
        _STEPS,
        Key("do", Form.MAP, "What is done as soon as `when` turns true; only without a clock.", of="actions"),
    ),
    "follow_up": (
        Key("clock", Form.CHOICE, "The clock that its steps lie on: customer_silence, unless another is named.",
            "clocks"),
        _WHEN,
        _CALENDAR,
        structs.replace(_STEPS, required=True),
    ),
    "step": (
        Key("at", Form.THRESHOLD, "When on its clock.", required=True),
        structs.replace(_WHEN, means="Judged at that moment; without it always."),
        *_ACTIONS,
    ),
    "actions": _ACTIONS,
    "reminder": (
        Key("to", Form.CHOICE, "triage, level, or anybody notify can name.", "reminders", required=True,
            outlets=Use.TOLD),
        Key("call", Form.CHOICE, "Whom it calls: team (the level's, as without it), nobody, or who notify can name.",
            "called"),
    ),
    "when": (
        *_FACTS,
        Key("any", Form.LIST, "One of these conditions.", of="when"),
        Key("all", Form.LIST, "All of these conditions.", of="when"),
        Key("not", Form.MAP, "Not this condition.", of="when"),
    ),
    "workflow": (
        _WHEN,
        Key("ask", Form.WORDS, "What the customer is asked for.", example="account"),
        Key("reply", Form.CHOICE, "What the customer is sent.", "replies"),
        Key("then", Form.CHOICE, "Its status afterwards.", "afterwards"),
        Key("auto", Form.FLAG, "It acts alone; only where it has nothing to ask."),
    ),
    "closing": (
        Key("tell_customer", Form.CHOICE, "The answer sent when a ticket is resolved.", "replies"),
        Key("ask_rating", Form.FLAG, "Whether a rating is asked for."),
        Key("reopen_within", Form.DURATION, "How long a message reopens it; a later one opens a new, linked ticket."),
    ),
    "problem": (
        Key("customers", Form.COUNT, "So many customers …", required=True, example="3", least=2),
        Key("within", Form.DURATION, "… within so long.", required=True),
        Key("then", Form.MAP, "What is done.", of="actions", required=True),
    ),
    "alert": (
        Key("name", Form.LINE, "What it is called.", required=True),
        Key("metric", Form.CHOICE, "What is measured.", "metrics", required=True),
        Key("over", Form.DURATION, "Over the last so long.", required=True),
        Key("above", Form.AMOUNT, "A share such as 20%, a time such as 60m, or a count.", required=True,
            example="20%, 60m, 50"),
        Key("notify", Form.SEVERAL, "Who is told, in the words of a step's `notify`.", "recipients", required=True,
            outlets=Use.TOLD),
        _CALENDAR,
    ),
    "attention": (
        Key("quiet", Form.MAP, "When messages wait.", of="quiet"),
        Key("budget", Form.MAP, "How many messages there may be; more wait in one digest.", of="budget"),
    ),
    "quiet": (
        Key("outside", Form.CHOICE, "A calendar.", "calendars", required=True),
        Key("except", Form.SEVERAL, "Priorities that do not wait.", "priorities"),
    ),
    "budget": (
        Key("person", Form.BUDGET, "For one person."),
        Key("channel", Form.BUDGET, "In one channel."),
    ),
    "publishing": (
        Key("second_person", Form.FLAG, "A version is published by somebody else than its author."),
    ),
}  # fmt: skip

DOCUMENT = Key("", Form.MAP, of="policy")
ACTION_KEYS = tuple(key.name for key in _ACTIONS)


def names_of(kind: str) -> tuple[str, ...]:
    """The names of a map's keys."""
    return tuple(key.name for key in KEYS[kind])


def key_in(kind: str, path: Iterable[str]) -> Key:
    """The key at the end of a path of keys from such a map. KeyError where there is none."""
    found = structs.replace(DOCUMENT, of=kind)
    for step in path:
        inner = inside(found, step)
        if inner is None:
            raise KeyError(step)
        found = inner
    return found


def inside(key: Key, step: str) -> Key | None:
    """What stands at a step into a key's value: a key of its map, a name of its own, or `[]` for an item of a list."""
    match key.form:
        case Form.MAP:
            return next((each for each in KEYS[key.of] if each.name == step), None)
        case Form.NAMED | Form.LIST if (step == "[]") == (key.form is Form.LIST):
            return Key(step, Form.MAP, of=key.of) if key.of in KEYS else Key(step, Form(key.of), source=key.source)
        case Form.NAMED | Form.LIST:
            return None
    return key if step == "[]" else None
