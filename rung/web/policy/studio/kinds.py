"""What the forms of the studio are made of: every place of a policy, and the fields that edit it."""

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from rung.core.document.intents import value_at
from rung.core.document.nodes import Path
from rung.core.document.tree import Plain
from rung.web.policy.studio.fields import Field, Label


class Kind(Struct, frozen=True):
    """One kind of place. `named`: it stands under a name of its own, chosen when it is made."""

    title: Label
    fields: tuple[Field, ...]
    named: Label = ""
    example: str = ""


class Part(Struct, frozen=True):
    """A part of a section's page. `many`: `map` of named ones, `list`, or empty for a single form."""

    path: Path
    kind: str
    many: str = ""
    title: Label = ""
    add: Label = ""


class Section(Struct, frozen=True):
    slug: str
    title: Label
    about: Label
    parts: tuple[Part, ...]


def _when(label: Label) -> Field:
    return Field(("when",), "condition", label)


def _actions(*before: str) -> tuple[Field, ...]:
    """What a step, a rule without a clock, or a problem does: the usual first."""

    def key(name: str) -> tuple[str, ...]:
        return (*before, name)

    return (
        Field(
            key("notify"),
            "several",
            _("Tell"),
            "recipients",
            _("a direct message"),
            free=True,
            example="slack:#channel, email:team@acme.example",
        ),
        Field(key("remind"), "choice", _("Remind"), "reminders", _("where the team watches"), free=True),
        Field(key("escalate"), "choice", _("Escalate to"), "escalations", free=True, example="jira:ENG"),
        Field(key("reason"), "choice", _("because of"), "reasons"),
        Field(key("priority"), "choice", _("Priority becomes"), "raised", rare=True),
        Field(key("assign"), "choice", _("Give it to"), "assignments", rare=True),
        Field(key("unassign"), "flag", _("Take it back from its assignee"), rare=True),
        Field(key("reply"), "choice", _("Send the customer"), "replies", rare=True),
        Field(key("tag"), "words", _("Tag it"), rare=True),
        Field(key("comment"), "flag", _("Comment on the linked tickets elsewhere"), "linked", rare=True),
        Field(key("page"), "choice", _("Page"), "pagers", rare=True, free=True, example="webhook:NAME"),
        Field(key("close"), "line", _("Close it as"), rare=True, example="no_answer"),
    )


_CALENDAR = Field(
    ("calendar",),
    "choice",
    _("Time counts on"),
    "calendars",
    _("nothing chosen: that of the ticket's target"),
    rare=True,
)
_STEP = Kind(_("Step"), (Field(("at",), "threshold", _("When"), needed=True), *_actions(), _when(_("Only when"))))

KINDS: dict[str, Kind] = {
    "desk": Kind(
        _("The desk"),
        (
            Field(("name",), "line", _("Name")),
            Field(("timezone",), "line", _("Time zone"), example="Europe/Berlin"),
            Field(
                ("triage", "channel"),
                "line",
                _("New tickets appear in"),
                note=_("besides the app"),
                example="slack:#triage",
            ),
            Field(
                ("holding",),
                "words",
                _("Phrases that keep it our turn"),
                note=_("an answer with one of them is a promise, not an answer; one a line"),
            ),
            Field(
                ("publishing", "second_person"), "flag", _("A second person reads every change before it is in force")
            ),
        ),
    ),
    "procedure": Kind(
        _("Procedure"),
        (Field((), "prose", _("What people do"), note=_("stands in the handbook"), needed=True),),
        named=_("Heading"),
        example="missing information",
    ),
    "team": Kind(_("Team"), (Field(("lead",), "choice", _("Lead"), "people"),), named=_("Name"), example="frontline"),
    "schedule": Kind(
        _("On-call rotation"),
        (
            Field(("rotation",), "ordered", _("In turn"), "people", needed=True),
            Field(("every",), "duration", _("Each for"), needed=True),
            Field(("from",), "moment", _("First turn begins"), needed=True),
            Field(("timezone",), "line", _("Time zone"), example="Europe/Berlin", rare=True),
        ),
        named=_("Name"),
        example="engineering-on-call",
    ),
    "calendar": Kind(
        _("Calendar"),
        (
            Field(("hours",), "hours", _("Hours"), note=_("empty: shut"), needed=True),
            Field(("holidays", "country"), "line", _("Public holidays of"), example="DE"),
            Field(("holidays", "subdivision"), "line", _("Region"), example="BE"),
            Field(("holidays", "add"), "words", _("Also shut on"), note=_("one a line"), example="2026-12-24"),
            Field(("holidays", "remove"), "words", _("Open all the same on"), note=_("one a line"), rare=True),
            Field(("timezone",), "line", _("Time zone"), example="Europe/Berlin"),
        ),
        named=_("Name"),
        example="office",
    ),
    "level": Kind(
        _("Level"),
        (
            Field(("team",), "choice", _("Team"), "teams", needed=True),
            Field(("responsible_for",), "line", _("Responsible for")),
            Field(("calendar",), "choice", _("Its people are there"), "calendars"),
            Field(("channel",), "line", _("Watches"), example="slack:#escalations"),
            Field(
                ("handoff", "require"),
                "words",
                _("Whoever hands over must say"),
                note=_("one a line"),
                example="impact",
            ),
            Field(("link",), "line", _("A claim opens a ticket in"), rare=True, example="jira:ENG"),
        ),
        named=_("Name"),
        example="L2",
    ),
    "path": Kind(
        _("Path"),
        (Field((), "ordered", _("From level to level"), "levels", needed=True),),
        named=_("Name"),
        example="support",
    ),
    "route": Kind(_("Route"), (Field(("path",), "choice", _("Path"), "paths", needed=True), _when(_("When")))),
    "priority": Kind(
        _("Priority"),
        (
            Field(("default",), "choice", _("When no rule fits"), "priorities"),
            Field(
                ("learned", "minimum_confidence"),
                "number",
                _("Believe the learned model from"),
                note=_("between 0 and 1; empty: it is not asked"),
                example="0.7",
            ),
        ),
    ),
    "priority_rule": Kind(
        _("Priority rule"),
        (
            Field(("set",), "choice", _("Priority"), "priorities", needed=True),
            Field(("critical",), "flag", _("It is a critical incident")),
            _when(_("When")),
        ),
    ),
    "category": Kind(
        _("Category"),
        (Field(("text",), "words", _("Words and phrases"), note=_("one a line")),),
        named=_("Name"),
        example="outage",
    ),
    "target": Kind(
        _("Promise"),
        (
            _when(_("For tickets where")),
            Field(("first_response",), "duration", _("First answer within")),
            Field(("next_response",), "duration", _("Each further answer within")),
            Field(("update",), "duration", _("News at least every")),
            Field(("resolution",), "duration", _("Resolved within")),
            Field(("calendar",), "choice", _("Time counts on"), "calendars"),
            Field(("pause_on",), "several", _("The resolution clock waits"), "pauses"),
            Field(("pause_at_most", "customer"), "duration", _("for the customer at most"), rare=True),
            Field(("pause_at_most", "third_party"), "duration", _("for a third party at most"), rare=True),
        ),
    ),
    "rule": Kind(
        _("Rule on a clock"),
        (
            Field(("name",), "line", _("Name"), needed=True),
            Field(("clock",), "choice", _("The clock runs"), "clocks", needed=True),
            _when(_("Only when")),
            _CALENDAR,
            Field(("id",), "line", _("Known as"), note=_("stays the same when the name changes"), rare=True),
        ),
    ),
    "new_rule": Kind(
        _("Rule on a clock"),
        (
            Field(("name",), "line", _("Name"), needed=True, example="Nobody has answered"),
            Field(("clock",), "choice", _("The clock runs"), "clocks", needed=True),
            *_STEP.fields[:-1],
        ),
    ),
    "moment": Kind(
        _("Rule without a clock"),
        (
            Field(("name",), "line", _("Name"), needed=True),
            _when(_("As soon as")),
            *_actions("do"),
            Field(("id",), "line", _("Known as"), note=_("stays the same when the name changes"), rare=True),
        ),
    ),
    "step": _STEP,
    "follow_up": Kind(
        _("Follow-up"),
        (Field(("clock",), "choice", _("The clock runs"), "clocks"), _when(_("Only when")), _CALENDAR),
    ),
    "reply": Kind(
        _("Canned answer"),
        (Field((), "prose", _("Text"), note=_("{requester.first_name} and the like are filled in"), needed=True),),
        named=_("Name"),
        example="still-there",
    ),
    "workflow": Kind(
        _("Workflow"),
        (
            _when(_("Offered when")),
            Field(("ask",), "words", _("Ask for"), note=_("one a line"), example="account"),
            Field(("reply",), "choice", _("Answer with"), "replies"),
            Field(("then",), "choice", _("Afterwards it is"), "afterwards"),
            Field(("auto",), "flag", _("It acts alone")),
        ),
        named=_("Name"),
        example="password reset",
    ),
    "closing": Kind(
        _("Closing"),
        (
            Field(("tell_customer",), "choice", _("When resolved, the customer is sent"), "replies"),
            Field(("ask_rating",), "flag", _("and asked for a rating")),
            Field(
                ("reopen_within",), "duration", _("A message reopens it within"), note=_("later: a new, linked ticket")
            ),
        ),
    ),
    "attention": Kind(
        _("Interruptions"),
        (
            Field(("quiet", "outside"), "choice", _("No messages outside"), "calendars"),
            Field(("quiet", "except"), "several", _("except about tickets that are"), "priorities"),
            Field(("budget", "person"), "budget", _("For one person at most")),
            Field(("budget", "channel"), "budget", _("In one channel at most")),
        ),
    ),
    "alert": Kind(
        _("Alert"),
        (
            Field(("name",), "line", _("Name"), needed=True),
            Field(("metric",), "choice", _("When"), "metrics", needed=True),
            Field(("above",), "line", _("is above"), example="20%, 60m, 50", needed=True),
            Field(("over",), "duration", _("over the last"), needed=True),
            Field(("notify",), "several", _("Tell"), "recipients", free=True, example="slack:#leads", needed=True),
            Field(("calendar",), "choice", _("Time counts on"), "calendars", rare=True),
        ),
    ),
    "problem": Kind(
        _("Same cause"),
        (
            Field(("customers",), "number", _("So many customers"), example="3", needed=True),
            Field(("within",), "duration", _("within"), needed=True),
            *_actions("then"),
        ),
        named=_("Name"),
        example="same_cause",
    ),
}

SECTIONS: tuple[Section, ...] = (
    Section(
        "rules",
        _("Rules"),
        _("What happens when: reminders, escalations and everything that acts by itself."),
        (
            Part(("rules",), "rule", "list", "", _("Add a rule on a clock")),
            Part(("follow_up",), "follow_up", "", _("When the customer is silent")),
        ),
    ),
    Section(
        "targets",
        _("Promises"),
        _("How soon customers are answered. The first that fits a ticket judges it."),
        (Part(("targets",), "target", "list", "", _("Add a promise")),),
    ),
    Section(
        "levels",
        _("Levels and paths"),
        _("Who looks at a ticket, and who is next."),
        (
            Part(("levels",), "level", "map", _("Levels"), _("Add a level")),
            Part(("paths",), "path", "map", _("Paths"), _("Add a path")),
            Part(
                ("routing",), "route", "list", _("Which path a new ticket takes: the first that fits"), _("Add a route")
            ),
        ),
    ),
    Section(
        "sorting",
        _("Priority"),
        _("How a new ticket is judged."),
        (
            Part(("priority",), "priority", "", _("In general")),
            Part(("priority", "rules"), "priority_rule", "list", _("The first rule that fits"), _("Add a rule")),
            Part(("categories",), "category", "map", _("Categories"), _("Add a category")),
        ),
    ),
    Section(
        "hours",
        _("Hours"),
        _("When time counts, and when people are there."),
        (Part(("calendars",), "calendar", "map", "", _("Add a calendar")),),
    ),
    Section(
        "people",
        _("Teams and on call"),
        _("Who is in a team is entered with the people."),
        (
            Part(("teams",), "team", "map", _("Teams"), _("Add a team")),
            Part(("schedules",), "schedule", "map", _("On-call rotations"), _("Add a rotation")),
        ),
    ),
    Section(
        "words",
        _("Answers"),
        _("What customers are sent, by people in one click and by steps."),
        (
            Part(("replies",), "reply", "map", _("Canned answers"), _("Add an answer")),
            Part(("workflows",), "workflow", "map", _("Workflows for common requests"), _("Add a workflow")),
            Part(("closing",), "closing", "", _("At the end")),
        ),
    ),
    Section(
        "attention",
        _("Attention"),
        _("What may interrupt people, and what is watched over the whole queue."),
        (
            Part(("attention",), "attention", "", _("Interruptions")),
            Part(("alerts",), "alert", "list", _("Alerts"), _("Add an alert")),
            Part(("problems",), "problem", "map", _("Many tickets, one cause"), _("Add a cause")),
        ),
    ),
    Section(
        "desk",
        _("The desk"),
        _("Its name, its channel and its own words."),
        (
            Part((), "desk", "", _("In general")),
            Part(("procedures",), "procedure", "map", _("Procedures for the handbook"), _("Add a procedure")),
        ),
    ),
)


def kind_of(path: Path, said: Plain) -> str | None:
    """The kind of form a place has; None: it has none of its own."""
    if not path:
        return "desk"
    match path:
        case ("rules" | "follow_up", *_rest) if len(path) > 2 and path[-2] == "steps":
            return "step"
        case ("rules", int()):
            rule = value_at(said, path)
            return "moment" if isinstance(rule, dict) and "clock" not in rule else "rule"
        case ("priority", "rules", int()):
            return "priority_rule"
        case (str(section), *more) if len(more) < 2:
            fits = (part.kind for part in _parts() if part.path == (section,) and bool(part.many) == bool(more))
            return next(fits, None)
    return None


def section_of(path: Path) -> Section:
    """The section whose page shows a place."""
    for section in SECTIONS:
        for part in section.parts:
            if part.path and path[: len(part.path)] == part.path:
                return section
    return SECTIONS[-1]


def part_at(path: Path) -> Part | None:
    """The part that lists the items of a place."""
    return next((part for part in _parts() if part.many and part.path == path), None)


def _parts() -> list[Part]:
    return [part for section in SECTIONS for part in section.parts]
