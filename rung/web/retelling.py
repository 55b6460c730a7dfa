"""What was written down in English when something was said, or was not, worded for whoever reads it now."""

import re
from collections.abc import Iterator, Mapping

from rung.channels.slack.sentences import NEVER
from rung.core.reckoning.effects import Subject
from rung.core.sentences import key, say, word
from rung.outbox.notice_titles import MANY, SENTENCES

#: What the courier and the channels say of a delivery, apart from Slack's refusals. A gap may hold one of them in turn.
_OUTCOMES = (
    key("sent"),
    key("quiet hours"),
    key("budget"),
    key("%(handle)s may not see this ticket"),
    key("%(handle)s does not work here any more"),
    key("the ticket is %(status)s"),
    key("the offer is no longer open"),
    key("somebody else has it now"),
    key("it had ended before it was posted"),
    key("the courier stopped while it was being sent"),
    key("%(reason)s; it may have been sent before"),
    key("given up: %(reason)s"),
    key("unclear: %(reason)s"),
    key("may have arrived by %(channel)s too: %(reason)s"),
    key("%(channel)s is not configured any more"),
    key("more than %(most)s automatic mails to %(to)s within an hour"),
    key("nobody can look into the customer's mailbox"),
    key("the mail server does not let us in: %(error)s"),
    key("the connection broke while the mail was handed over: %(error)s"),
    key('no webhook endpoint is called "%(name)s"'),
    key("the endpoint %(name)s is disabled: %(reason)s"),
    key("it answered 410 Gone"),
    key("%(url)s cannot be reached: %(error)s"),
    key("%(url)s did not finish its answer: %(error)s"),
    key("Slack cannot be asked whether it arrived."),
    key("The channel has moved on too far to look."),
    key("Slack: not now (%(code)s)."),
    key("Slack: the message cannot be changed any more (%(code)s)."),
    key("Slack refused it: %(code)s."),
    key("Slack: too many calls."),
    key("Slack cannot be reached."),
    key("Slack gave no answer."),
    key("Slack had trouble of its own (%(code)s)."),
    key("Slack answered %(status_code)s, but not with an answer."),
    key("Slack: %(workspace)s is not connected: %(reason)s"),
    key("Slack: no workspace is connected."),
    key("Slack: no connected workspace has %(to)s; invite the app there with /invite."),
    # Not knowing a name or a number, last: it would take in what the others say better.
    key("%(url)s answered %(answer)s"),
)
#: Titles of what is about no ticket, or about many.
_TITLES = (
    MANY,
    key("%(number)s messages that waited"),
    key("Slack: %(workspace)s is switched off"),
    key("Slack: customers are not heard in %(channel)s"),
    key("%(number)s running tickets came in with the import %(source)s"),
    key("%(number)s running ticket came in with the import %(source)s"),
)
_PRIORITY = re.compile(r"\[(urgent|high|normal|low)\] (.+)", re.DOTALL)
_GAP = re.compile(r"%\((\w+)\)s")


def outcome(stored: str) -> str:
    """Why it was held back, or what became of it; as it is stored where nobody here knows the sentence."""
    if stored in _WHOLE:
        return say(stored)
    for template, values in _taken_apart(stored, _WITH_GAPS):
        told = dict(values)
        if "reason" in told:
            told["reason"] = outcome(told["reason"])
        if "status" in told:
            told["status"] = word(told["status"])
        return say(template, **told)
    return stored


def title(stored: str, subject: str) -> str:
    """What a delivery was called, by what it is about. The ticket's own words stay as they were then."""
    pressing = _PRIORITY.fullmatch(stored)
    if pressing:
        return f"[{word(pressing[1])}] {title(pressing[2], subject)}"
    own = SENTENCES[Subject(subject)] if subject in set(Subject) else ""
    for template, values in _taken_apart(stored, [_pattern(each) for each in (own, *_TITLES) if each]):
        return say(template, **values)
    return stored


Pattern = tuple[str, re.Pattern[str]]


def _taken_apart(stored: str, patterns: list[Pattern]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The templates it may have been made of, with what stood in their gaps."""
    for template, pattern in patterns:
        if found := pattern.fullmatch(stored):
            yield template, found.groupdict()


def _pattern(template: str) -> Pattern:
    """`unclear: %(reason)s` finds what was made of it. A number is one; a name has no line break."""
    parts = _GAP.split(template)
    for place in range(1, len(parts), 2):
        looks = r"\d+" if parts[place] == "number" else r"\w+" if parts[place] == "status" else r".+"
        parts[place] = f"(?P<{parts[place]}>{looks})"
    parts[::2] = [re.escape(each) for each in parts[::2]]
    return template, re.compile("".join(parts), re.DOTALL)


_WHOLE = frozenset({each for each in _OUTCOMES if "%(" not in each} | set(NEVER.values()))
_WITH_GAPS = [_pattern(each) for each in _OUTCOMES if "%(" in each]
