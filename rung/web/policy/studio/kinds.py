"""What the forms of the studio are made of: every place of a policy, and the fields that edit it."""

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, structs

from rung.core.document.intents import value_at
from rung.core.document.nodes import Path
from rung.core.document.tree import Plain
from rung.core.policy.keys import FREE, Form, Key, key_in
from rung.policies.outlets import outlets
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


_WIDGETS = {
    Form.CONFIDENCE: "number",
    Form.COUNT: "number",
    Form.AMOUNT: "line",
    Form.DATES: "words",
    Form.MAP: "condition",
}
_RULE_ID = ("id", _("Known as"), _("stays the same when the name changes"))
_ONE_A_LINE = _("one a line")


def _field(key: Key, path: tuple[str, ...], label: Label, note: Label = "") -> Field:
    """The field that edits a value, as the table of keys has it."""
    return Field(
        path,
        "reminder" if key.of == "reminder" else _WIDGETS.get(key.form, key.form.value),
        label,
        key.source,
        note,
        rare=key.rare,
        free=key.source in FREE,
        example=_example(key),
        needed=key.required and len(path) == 1,
    )


def _example(key: Key) -> Label:
    use = key.outlets
    return key.example if use is None else lazy(lambda: outlets().example(use), str)()


def _fields(kind: str, *rows: tuple[str, Label] | tuple[str, Label, Label], needed: str = "") -> tuple[Field, ...]:
    """Fields of a kind of map: the path of each with dots, its label and a note. `needed`: one more that is."""
    found = (_field(key_in(kind, path.split(".")), tuple(path.split(".")), *said) for path, *said in rows)
    return tuple(structs.replace(field, needed=True) if field.name == needed else field for field in found)


def _whole(section: str, label: Label, note: Label = "") -> tuple[Field, ...]:
    """The one field of an item that is a single value."""
    return (structs.replace(_field(key_in("policy", (section, "")), (), label, note), needed=True),)


def _actions(kind: str, before: str = "") -> tuple[Field, ...]:
    """What a step, a rule without a clock, or a problem does: the usual first."""
    return _fields(
        kind,
        (f"{before}notify", _("Tell"), _("a direct message")),
        (f"{before}remind", _("Remind"), _("where the team watches")),
        (f"{before}escalate", _("Escalate to")),
        (f"{before}reason", _("because of")),
        (f"{before}priority", _("Priority becomes")),
        (f"{before}assign", _("Give it to")),
        (f"{before}unassign", _("Take it back from its assignee")),
        (f"{before}reply", _("Send the customer")),
        (f"{before}tag", _("Tag it")),
        (f"{before}comment", _("Comment on the linked tickets elsewhere")),
        (f"{before}page", _("Page")),
        (f"{before}close", _("Close it as")),
    )


_CALENDAR = ("calendar", _("Time counts on"), _("nothing chosen: that of the ticket's target"))
_STEP = (*_fields("step", ("at", _("When"))), *_actions("step"))

KINDS: dict[str, Kind] = {
    "desk": Kind(
        _("The desk"),
        _fields(
            "policy",
            ("name", _("Name")),
            ("timezone", _("Time zone")),
            ("triage.channel", _("New tickets appear in"), _("besides the app")),
            (
                "holding",
                _("Phrases that keep it our turn"),
                _("an answer with one of them is a promise, not an answer; one a line"),
            ),
            ("publishing.second_person", _("A second person reads every change before it is in force")),
        ),
    ),
    "procedure": Kind(
        _("Procedure"),
        _whole("procedures", _("What people do"), _("shown in the handbook")),
        named=_("Heading"),
        example="missing information",
    ),
    "team": Kind(_("Team"), _fields("team", ("lead", _("Lead"))), named=_("Name"), example="frontline"),
    "schedule": Kind(
        _("On-call rotation"),
        _fields(
            "schedule",
            ("rotation", _("In turn")),
            ("every", _("Each for")),
            ("from", _("First turn begins")),
            ("timezone", _("Time zone")),
        ),
        named=_("Name"),
        example="engineering-on-call",
    ),
    "calendar": Kind(
        _("Calendar"),
        _fields(
            "calendar",
            ("hours", _("Hours"), _("empty: closed")),
            ("holidays.country", _("Public holidays of")),
            ("holidays.subdivision", _("Region")),
            ("holidays.add", _("Also closed on"), _ONE_A_LINE),
            ("holidays.remove", _("Open anyway on"), _ONE_A_LINE),
            ("timezone", _("Time zone")),
        ),
        named=_("Name"),
        example="office",
    ),
    "level": Kind(
        _("Level"),
        _fields(
            "level",
            ("team", _("Team")),
            ("responsible_for", _("Responsible for")),
            ("calendar", _("Its people are there")),
            ("channel", _("Watches")),
            ("handoff.require", _("A handoff must say"), _ONE_A_LINE),
            ("link", _("A claim opens a ticket in")),
            needed="team",
        ),
        named=_("Name"),
        example="L2",
    ),
    "path": Kind(_("Path"), _whole("paths", _("From level to level")), named=_("Name"), example="support"),
    "route": Kind(_("Route"), _fields("route", ("path", _("Path")), ("when", _("When")))),
    "priority": Kind(
        _("Priority"),
        _fields(
            "priority",
            ("default", _("When no rule fits")),
            (
                "learned.minimum_confidence",
                _("Trust the learned model from"),
                _("between 0 and 1; empty: it is not asked"),
            ),
        ),
    ),
    "priority_rule": Kind(
        _("Priority rule"),
        _fields(
            "priority_rule",
            ("set", _("Priority")),
            ("critical", _("It is a critical incident")),
            ("when", _("When")),
        ),
    ),
    "category": Kind(
        _("Category"),
        _fields("category", ("text", _("Words and phrases"), _ONE_A_LINE)),
        named=_("Name"),
        example="outage",
    ),
    "target": Kind(
        _("Promise"),
        _fields(
            "target",
            ("when", _("For tickets where")),
            ("first_response", _("First answer within")),
            ("next_response", _("Each further answer within")),
            ("update", _("Update at least every")),
            ("resolution", _("Resolved within")),
            ("calendar", _("Time counts on")),
            ("pause_on", _("The resolution clock waits")),
            ("pause_at_most.customer", _("for the customer at most")),
            ("pause_at_most.third_party", _("for a third party at most")),
        ),
    ),
    "rule": Kind(
        _("Rule on a clock"),
        _fields(
            "rule",
            ("name", _("Name")),
            ("clock", _("The clock runs")),
            ("when", _("Only when")),
            _CALENDAR,
            _RULE_ID,
            needed="clock",
        ),
    ),
    "new_rule": Kind(
        _("Rule on a clock"),
        (*_fields("rule", ("name", _("Name")), ("clock", _("The clock runs")), needed="clock"), *_STEP),
    ),
    "moment": Kind(
        _("Rule without a clock"),
        (
            *_fields("rule", ("name", _("Name")), ("when", _("As soon as"))),
            *_actions("rule", "do."),
            *_fields("rule", _RULE_ID),
        ),
    ),
    "step": Kind(_("Step"), (*_STEP, *_fields("step", ("when", _("Only when"))))),
    "follow_up": Kind(
        _("Follow-up"),
        _fields("follow_up", ("clock", _("The clock runs")), ("when", _("Only when")), _CALENDAR),
    ),
    "reply": Kind(
        _("Canned answer"),
        _whole("replies", _("Text"), _("{requester.first_name} and the like are filled in")),
        named=_("Name"),
        example="still-there",
    ),
    "workflow": Kind(
        _("Workflow"),
        _fields(
            "workflow",
            ("when", _("Offered when")),
            ("ask", _("Ask for"), _ONE_A_LINE),
            ("reply", _("Answer with")),
            ("then", _("Afterwards it is")),
            ("auto", _("It acts automatically")),
        ),
        named=_("Name"),
        example="password reset",
    ),
    "closing": Kind(
        _("Closing"),
        _fields(
            "closing",
            ("tell_customer", _("When resolved, the customer is sent")),
            ("ask_rating", _("and asked for a rating")),
            ("reopen_within", _("A message reopens it within"), _("later: a new, linked ticket")),
        ),
    ),
    "attention": Kind(
        _("Interruptions"),
        _fields(
            "attention",
            ("quiet.outside", _("No messages outside")),
            ("quiet.except", _("except about tickets that are")),
            ("budget.person", _("For one person at most")),
            ("budget.channel", _("In one channel at most")),
        ),
    ),
    "alert": Kind(
        _("Alert"),
        _fields(
            "alert",
            ("name", _("Name")),
            ("metric", _("When")),
            ("above", _("is above")),
            ("over", _("over the last")),
            ("notify", _("Tell")),
            ("calendar", _("Time counts on")),
        ),
    ),
    "problem": Kind(
        _("Same cause"),
        (
            *_fields("problem", ("customers", _("So many customers")), ("within", _("within"))),
            *_actions("problem", "then."),
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
