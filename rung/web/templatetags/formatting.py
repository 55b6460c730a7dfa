"""How moments, spans of time, people and levels look on a page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from secrets import token_urlsafe
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from rung.core.actors import Actor
from rung.core.document.findings import Finding, first_of
from rung.core.files import previews
from rung.core.files.attachments import Limits
from rung.core.policy.rules import FOLLOW_UP
from rung.core.sentences import say
from rung.core.text import markdown
from rung.core.vocabulary import ClockName
from rung.people.clock import shown_now
from rung.policies.versions import compiled, current_number
from rung.tickets.answer_states import WORDS, AnswerState
from rung.tickets.file_store import limits
from rung.tickets.models import Attachment
from rung.tickets.timeline_text import Names

register = template.Library()
HUES = 8
#: A message with more lines is folded after its first ones: a pasted log is not what is to be answered.
LONG_LINES, FIRST_LINES = 60, 25


@register.filter
def moment(at: datetime | None) -> SafeString:
    """The reader's local time with its zone; the day too unless it is today."""
    if at is None:
        return SafeString("")
    local, today = timezone.localtime(at), timezone.localdate(shown_now())
    pattern = "H:i" if local.date() == today else _("D j M, H:i") if local.year == today.year else _("j M Y, H:i")
    shown = f"{formats.date_format(local, pattern)} {local.tzname()}"
    full = f"{formats.date_format(local, _('l j F Y, H:i:s'))} {local.tzname()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full, shown)


@register.filter
def countdown(at: datetime | None) -> SafeString:
    """How long until then, or since then. A script keeps it going."""
    if at is None:
        return SafeString("")
    left = at - shown_now()
    css = "late" if left < timedelta(0) else "soon" if left < timedelta(minutes=15) else ""
    return format_html(
        '<time class="countdown {}" datetime="{}" title="{}">{}</time>', css, at.isoformat(), _full(at), until(left)
    )


@register.simple_tag
def once() -> SafeString:
    """A form's own word, so that sent twice it is known as one."""
    return format_html('<input type="hidden" name="once" value="{}">', token_urlsafe(9))


@register.filter
def ago(at: datetime | None) -> SafeString:
    """How long it has been."""
    if at is None:
        return SafeString("")
    shown = roughly(abs(shown_now() - at))
    return format_html('<time class="since" datetime="{}" title="{}">{}</time>', at.isoformat(), _full(at), shown)


@register.filter
def span(time: timedelta | None) -> str:
    """How long something took, by the clock on the wall."""
    return "" if time is None else roughly(time)


@register.filter
def duration(time: timedelta | None) -> str:
    """A span of working time: hours and minutes, because its days are not 24 hours long."""
    if time is None:
        return ""
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    if minutes < 1:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes else [])])


def roughly(time: timedelta) -> str:
    """How long something has been so: `17 s`, `12 min`, `3 h`, `2 d`. desk.js says the same."""
    seconds = int(time.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def until(left: timedelta) -> str:
    """`4:05`, `3 h 12 min`, `2 d 4 h`; late ones with a minus. desk.js says the same."""
    seconds = int(abs(left).total_seconds())
    sign = "−" if left < timedelta(0) else ""
    if seconds < 3600:
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    if seconds < 86400:
        return f"{sign}{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{sign}{seconds // 86400} d {seconds % 86400 // 3600} h"


@register.filter
def clock(name: ClockName | str) -> str:
    """A clock's name in words."""
    return _CLOCKS[ClockName(str(name))]() if str(name) in set(ClockName) else str(name)


@register.filter
def initials(name: str) -> str:
    """Of a person, for their disc."""
    words = [word for word in str(name or "").replace(".", " ").split() if word[:1].isalnum()]
    return ((words[0][:1] + words[-1][:1]) if len(words) > 1 else (words[0][:2] if words else "·")).upper()


@register.filter
def hue(name: str) -> int:
    """One of eight colours that always belongs to this name."""
    return sum(ord(letter) * (place + 3) for place, letter in enumerate(str(name or ""))) % HUES


@register.filter
def face(name: str) -> SafeString:
    """The disc of a person, beside their name."""
    return format_html(
        '<span class="face hue-{}" title="{}" aria-hidden="true">{}</span>', hue(name), name, initials(name)
    )


@register.filter
def words(word: object) -> str:
    """`on_hold` as people say it, in the reader's language (rung/tickets/vocabulary.py names the words)."""
    shown = str(getattr(word, "value", word) or "").replace("_", " ")
    return _(shown) if shown else ""


@register.filter
def all_words(several: Iterable[object]) -> str:
    """`urgent, high` in the reader's language."""
    return ", ".join(words(each) for each in several)


@register.simple_tag
def names() -> Names:
    """What everybody here is called, for `called` and `whom`."""
    return Names.read(compiled(current_number()).policy)


@register.filter
def called(by: Actor, people: Names) -> str:
    """The actor of an event or version (`agent:sam`), by name."""
    return people.of(by)


@register.filter
def whom(to: str, people: Names) -> str:
    """Whom something was for, as deliveries name them (`agent:sam`, `team:leads`), in words."""
    return people.recipient(to)


@register.filter
def step(name: str) -> str:
    """A step of a rule as people say it: `escalate.2` is the second escalation of its rule."""
    kind, _dot, ordinal = name.partition(".")
    noun = _STEPS[kind]() if kind in _STEPS else words(kind)
    return f"{noun} {ordinal}" if ordinal not in ("", "1") else str(noun)


@register.filter
def step_of(name: str) -> str:
    """A rule and its step, as a comparison writes them down: `follow_up / reply.1`."""
    rule, _slash, done = name.rpartition(" / ")
    return f"{_('Follow up') if rule == FOLLOW_UP else rule} / {step(done)}"


@register.filter
def came_to(outcome: object) -> str:
    """What became of a step."""
    word = str(getattr(outcome, "value", outcome))
    return _OUTCOMES[word]() if word in _OUTCOMES else words(word)


@register.simple_tag
def desk_name() -> str:
    """What the desk calls itself: its policy's name."""
    return compiled(current_number()).policy.name


@register.filter
def fold(text: str) -> tuple[SafeString, SafeString, int]:
    """The beginning of a message as clean HTML, the rest of a long one, and how many lines that rest has."""
    lines = text.count("\n") + 1
    first, rest = markdown.split(text, FIRST_LINES) if lines > LONG_LINES else (text, "")
    hidden = rest.count("\n") + 1 if rest else 0
    return mark_safe(markdown.html(first)), mark_safe(markdown.html(rest)), hidden  # noqa: S308  cleaned by nh3


@register.filter
def arrival(state: AnswerState) -> str:
    """Whether an answer has arrived, in words."""
    return say(WORDS[state])


@register.filter
def file_kind(content_type: str) -> str:
    """What a file is, in a word: PDF, PNG, text."""
    word = content_type.partition("/")[2]
    known = {"plain": _("text"), "octet-stream": _("file"), "gzip": "GZ", "x-tar": "TAR", "x-7z-compressed": "7Z"}
    office = {"document": "DOCX", "sheet": "XLSX", "presentation": "PPTX"}
    return known.get(word) or office.get(word.rpartition(".")[2]) or word.upper()


@register.filter
def is_previewed(file: Attachment) -> bool:
    """Whether a page shows it as a picture."""
    return previews.is_previewed(file.content_type, file.size)


@register.simple_tag
def attachment_limits() -> Limits:
    """How large and how many files may be."""
    return limits()


@register.filter
def share(view: object) -> int:
    """How much of a clock's goal has run, in percent, at most 100."""
    ran, goal = getattr(view, "ran", None), getattr(view, "goal", None)
    return min(100, round(100 * ran / goal)) if ran is not None and goal else 0


def _full(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{formats.date_format(local, _('l j F Y, H:i:s'))} {local.tzname()}"


@register.simple_tag
def priority_mark(priority: str, critical: bool) -> SafeString:
    """The sign of a priority, with its word for those who do not see it. Drawn once per word and language."""
    return _priority_mark(str(priority), bool(critical), get_language() or "en")


@cache
def _priority_mark(priority: str, critical: bool, language: str) -> SafeString:
    return SafeString(render_to_string("frame/priority.html", {"priority": priority, "critical": critical}).strip())


_CLOCKS = {
    ClockName.FIRST_RESPONSE: lambda: _("first answer"),
    ClockName.NEXT_RESPONSE: lambda: _("next answer"),
    ClockName.UPDATE: lambda: _("update"),
    ClockName.RESOLUTION: lambda: _("resolution"),
    ClockName.UNASSIGNED: lambda: _("unassigned"),
    ClockName.IDLE: lambda: _("idle"),
    ClockName.AT_LEVEL: lambda: _("at this level"),
    ClockName.UNACCEPTED: lambda: _("offer open"),
    ClockName.CUSTOMER_SILENCE: lambda: _("customer silent"),
    ClockName.THIRD_PARTY_SILENCE: lambda: _("third party silent"),
}


@register.simple_tag(takes_context=True)
def policy_line(context: Mapping[str, Any], place: str) -> SafeString:
    """A small link to the line of the policy a sentence comes from; nothing where it comes from none."""
    lines, version = context.get("lines") or {}, context.get("version")
    line = lines.get(place) if place else None
    if line is None or version is None:
        return SafeString("")
    address = f"{reverse('policy-version', args=[version.number])}#line-{line}"
    title = _("line %(line)d of the policy") % {"line": line}
    return format_html('<a class="line" href="{}" title="{}">{}</a>', address, title, line)


#: Part of what a browser says of itself -> its name; the first that fits. Edge and Opera call themselves Chrome too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
    "curl": "curl",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(agent: str) -> str:
    """The browser and system behind a User-Agent, as far as it says so."""
    found = [next((name for part, name in known.items() if part in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name) or agent[:40] or _("unknown")


@register.filter
def area(word: str) -> str:
    """What a line of the log is about, in the reader's language."""
    return str(_AREAS.get(word, word))


_AREAS = {
    "people": gettext_lazy("People"),
    "customers": gettext_lazy("Customers"),
    "settings": gettext_lazy("Settings"),
    "policy": gettext_lazy("Policy"),
    "tickets": gettext_lazy("Tickets"),
}


_STEPS = {
    "escalate": lambda: _("escalation"),
    "remind": lambda: _("reminder"),
    "notify": lambda: _("notification"),
    "assign": lambda: _("assignment"),
    "unassign": lambda: _("removing the assignee"),
    "reply": lambda: _("reply to the customer"),
    "comment": lambda: _("comment on the linked tickets"),
    "page": lambda: _("page to the person on call"),
    "close": lambda: _("closing"),
    "tag": lambda: _("tag"),
    "priority": lambda: _("new priority"),
}
_OUTCOMES = {
    "fired": lambda: _("done"),
    "passed_over": lambda: _("passed over, its condition did not hold"),
    "overtaken": lambda: _("overtaken by a later step"),
    "already_there": lambda: _("it was there already"),
    "settled": lambda: _("crossed before this policy came into force"),
}


@register.filter
def first_shown(findings: Sequence[Finding]) -> list[Finding]:
    """As many findings as are shown at once, mistakes first where there are more."""
    return first_of(findings)[0]


@register.filter
def left_out(findings: Sequence[Finding]) -> int:
    """How many findings there are besides."""
    return first_of(findings)[1]
