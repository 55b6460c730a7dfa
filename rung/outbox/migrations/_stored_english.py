"""English that older versions stored, read back as codes: each pattern is a sentence as it was written until 0.1.

Only migrations use this. What no pattern takes in is kept as it is, under the code `text`.
"""

import re
from collections.abc import Iterable
from typing import Any

#: A sentence as it is stored: `{"code": …, "values": {…}}`.
Stored = dict[str, Any]
Templates = tuple[tuple[str, str], ...]

_SENT: Templates = (
    ("sent", "sent"),
    ("quiet_hours", "quiet hours"),
    ("budget", "budget"),
    ("may_not_see", "%(handle)s may not see this ticket"),
    ("has_left", "%(handle)s does not work here any more"),
    ("ticket_is_over", "the ticket is %(status)s"),
    ("offer_is_over", "the offer is no longer open"),
    ("somebody_elses", "somebody else has it now"),
    ("ended_before", "it had ended before it was posted"),
    ("forgotten", "the person was forgotten"),
    ("courier_stopped", "the courier stopped while it was being sent"),
    ("sent_before", "%(reason)s; it may have been sent before"),
    ("given_up", "given up: %(reason)s"),
    ("unclear", "unclear: %(reason)s"),
    ("arrived_too", "may have arrived by %(channel)s too: %(reason)s"),
    ("not_configured", "%(channel)s is not configured any more"),
    ("sealed_elsewhere", "A stored secret was sealed with another SECRET_KEY; connect the system again."),
)
_EMAIL: Templates = (
    ("email.too_many", "more than %(most)s automatic mails to %(to)s within an hour"),
    ("email.cannot_look", "nobody can look into the customer's mailbox"),
    ("email.not_let_in", "the mail server does not let us in: %(error)s"),
    ("email.broke", "the connection broke while the mail was handed over: %(error)s"),
    ("email.no_server", "No server is called %(host)s; is the name spelt right?"),
    ("email.certificate", "The certificate of %(place)s is not trusted: %(said)s."),
    ("email.no_tls", "%(place)s does not speak TLS like this; try another security or port."),
    ("email.nobody_listens", "Nothing listens at %(place)s; is the port right?"),
    ("email.silent", "%(place)s does not answer; is the port right, does a firewall stand between?"),
    ("email.refused", "The server refuses this user and password: %(said)s"),
    ("email.no_folder", "There is no folder “%(folder)s” in this mailbox."),
    ("email.unusable", "%(place)s cannot be used: %(said)s"),
)
_SLACK: Templates = (
    ("slack.account_inactive", "Slack: the app was switched off or its bot deactivated; connect the workspace again."),
    ("slack.app_missing_action_url", "Slack: the app has no interactivity address; update it from the manifest."),
    ("slack.cannot_dm_bot", "Slack: a bot cannot be written to."),
    ("slack.cant_post_message", "Slack: the app may not post there."),
    ("slack.channel_not_found", "Slack: there is no such channel, or the app is not in it; invite it with /invite."),
    ("slack.duplicate_external_id", "Slack: this view was opened already."),
    ("slack.ekm_access_denied", "Slack: the workspace's administrators have suspended posting."),
    ("slack.enterprise_is_restricted", "Slack: the app may not be used in this organisation."),
    ("slack.invalid_auth", "Slack: the token is not valid any more; connect the workspace again."),
    ("slack.invalid_blocks", "Slack: it refused our blocks; this is a mistake of Rung, please report it."),
    ("slack.is_archived", "Slack: the channel is archived; unarchive it or name another one in the policy."),
    ("slack.is_inactive", "Slack: the channel is frozen."),
    ("slack.messages_tab_disabled", "Slack: direct messages to the app are off; update it from the manifest."),
    ("slack.missing_scope", "Slack: the app lacks a permission; update it from the manifest and install it again."),
    ("slack.msg_blocks_too_long", "Slack: the message is too long."),
    ("slack.no_permission", "Slack: the app may not do that in this workspace."),
    ("slack.no_text", "Slack: there is nothing to say."),
    ("slack.not_allowed_token_type", "Slack: this is not a bot's token; connect the workspace again."),
    ("slack.not_authed", "Slack: no token is stored for this workspace; connect it again."),
    ("slack.not_in_channel", "Slack: the app is not in the channel; invite it with /invite."),
    ("slack.org_login_required", "Slack: the workspace is being moved into an organisation."),
    ("slack.posting_to_channel_denied", "Slack: the app may not post in that channel."),
    ("slack.posting_to_general_channel_denied", "Slack: the app may not post in the workspace's general channel."),
    ("slack.restricted_action", "Slack: a rule of the workspace forbids the app to post there."),
    ("slack.restricted_action_non_threadable_channel", "Slack: nobody may answer in threads of that channel."),
    ("slack.restricted_action_read_only_channel", "Slack: the channel is read-only."),
    ("slack.restricted_action_thread_locked", "Slack: the thread is locked."),
    ("slack.restricted_action_thread_only_channel", "Slack: only answers in threads are allowed in that channel."),
    ("slack.team_access_not_granted", "Slack: the app has no access to that workspace; install it there."),
    ("slack.team_not_found", "Slack: there is no such workspace any more."),
    ("slack.token_revoked", "Slack: the token was revoked; connect the workspace again."),
    ("slack.user_disabled", "Slack: the person's account is deactivated."),
    ("slack.user_not_found", "Slack: there is no such person in the workspace."),
    ("slack.cannot_ask", "Slack cannot be asked whether it arrived."),
    ("slack.moved_on", "The channel has moved on too far to look."),
    ("slack.not_now", "Slack: not now (%(code)s)."),
    ("slack.unchangeable", "Slack: the message cannot be changed any more (%(code)s)."),
    ("slack.refused", "Slack refused it: %(code)s."),
    ("slack.too_many_calls", "Slack: too many calls."),
    ("slack.unreachable", "Slack cannot be reached."),
    ("slack.silent", "Slack gave no answer."),
    ("slack.trouble", "Slack had trouble of its own (%(code)s)."),
    ("slack.no_sense", "Slack answered %(status_code)s, but not with an answer."),
    ("slack.not_connected", "Slack: %(workspace)s is not connected: %(reason)s"),
    ("slack.no_workspace", "Slack: no workspace is connected."),
    ("slack.nowhere", "Slack: no connected workspace has %(to)s; invite the app there with /invite."),
    ("slack.removed", "Slack: the app was removed from the workspace; connect the workspace again."),
    ("slack.bot_revoked", "Slack: the token of its bot was revoked; connect the workspace again."),
    ("slack.by_agent", "written in Slack by the agent"),
)
_WEBHOOK: Templates = (
    ("webhook.no_endpoint", 'no webhook endpoint is called "%(name)s"'),
    ("webhook.disabled", "the endpoint %(name)s is disabled: %(reason)s"),
    ("webhook.gone", "it answered 410 Gone"),
    ("webhook.by_hand", "switched off by hand"),
    # It was stored in the language of whoever pressed.
    ("webhook.by_hand", "von Hand abgeschaltet"),
    ("webhook.unreachable", "%(url)s cannot be reached: %(error)s"),
    ("webhook.unfinished", "%(url)s did not finish its answer: %(error)s"),
    ("webhook.no_web_address", "%(url)s is no address of a web server; it reads like https://example.com/hook"),
    ("webhook.no_address", "%(url)s is no address of a web server: %(wrong)s"),
    (
        "webhook.not_public",
        "%(host)s stands at %(inside)s, which is not a public address; allow it for this endpoint",
    ),
    # Knowing only an address, last: it would take in what the others say better.
    ("webhook.answered", "%(url)s answered %(answer)s"),
)
_OF_SUBJECT = {
    "reminder": "%(ticket)s still needs somebody.",
    "notification": "%(ticket)s needs your eye.",
    "offer": "%(ticket)s is offered to you.",
    "returned": "%(ticket)s was returned.",
    "withdrawn": "%(ticket)s is no longer offered.",
    "assigned": "%(ticket)s is yours now.",
    "expert_asked": "You know about this: %(ticket)s.",
    "last_level": "%(ticket)s has reached the last level again and nobody has taken it.",
    "nobody_reached": "Nobody could be reached for %(ticket)s.",
    "pause_overrun": "%(ticket)s has waited as long as the policy allows; its clock runs on.",
    "snooze_ended": "%(ticket)s is back from its snooze.",
    "answer": "An answer on %(ticket)s.",
    "canned_reply": "An answer on %(ticket)s.",
    "linked_comment": "Customers are waiting behind %(to)s: %(ticket)s.",
    "new_link": "A ticket in %(to)s is wanted for %(ticket)s.",
    "page": "%(ticket)s needs somebody now.",
}
_TITLES: Templates = (
    ("title.many", "%(number)s messages about %(ticket)s"),
    ("title.waited", "%(number)s messages that waited"),
    ("slack.switched_off", "Slack: %(workspace)s is switched off"),
    ("slack.not_heard", "Slack: customers are not heard in %(channel)s"),
    ("title.imported", "%(number)s running tickets came in with the import %(source)s"),
    ("title.imported_one", "%(number)s running ticket came in with the import %(source)s"),
)
_PRESSING = re.compile(r"\[(urgent|high|normal|low)\] (.+)", re.DOTALL)
_GAP = re.compile(r"%\((\w+)\)s")
_LOOKS = {"number": r"\d+", "most": r"\d+", "status": r"[a-z_]+", "code": r"[a-z0-9_]+", "status_code": r"\d+"}
Pattern = tuple[str, re.Pattern[str]]


def reason(stored: str) -> Stored | None:
    """Why something was held back, what became of it, or what is wrong; nothing for an empty text."""
    return _told(stored, _REASONS) or _text(stored)


def title(stored: str, subject: str) -> Stored | None:
    """What a delivery was called, by what it is about. The ticket's own words stay as they were then."""
    pressing = _PRESSING.fullmatch(stored)
    if pressing:
        return {
            "code": "title.pressing",
            "values": {"priority": pressing[1], "title": title(pressing[2], subject)},
        }
    return _told(stored, _TITLES_OF.get(subject, _OTHER_TITLES)) or _text(stored)


def _text(words: str) -> Stored | None:
    return {"code": "text", "values": {"text": words}} if words else None


def _told(stored: str, patterns: Iterable[Pattern]) -> Stored | None:
    for code, pattern in patterns:
        if found := pattern.fullmatch(stored):
            return {"code": code, "values": {name: _value(name, words) for name, words in found.groupdict().items()}}
    return None


def _value(name: str, words: str) -> str | int | Stored:
    if name == "reason":
        return reason(words) or ""
    return int(words) if name in ("number", "most", "status_code") else words


def _patterns(templates: Templates) -> list[Pattern]:
    return [(code, _pattern(template)) for code, template in templates]


def _pattern(template: str) -> re.Pattern[str]:
    """`unclear: %(reason)s` finds what was made of it."""
    parts = _GAP.split(template)
    for place in range(1, len(parts), 2):
        parts[place] = f"(?P<{parts[place]}>{_LOOKS.get(parts[place], '.+')})"
    parts[::2] = [re.escape(each) for each in parts[::2]]
    return re.compile("".join(parts), re.DOTALL)


_REASONS = _patterns((*_SENT, *_SLACK, *_EMAIL, *_WEBHOOK))
_OTHER_TITLES = _patterns(_TITLES)
_TITLES_OF = {
    subject: [*_patterns(((f"title.{subject}", template),)), *_OTHER_TITLES]
    for subject, template in _OF_SUBJECT.items()
}
