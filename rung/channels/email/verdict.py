"""Whether a machine wrote a mail: RFC 3834, what machines really send, and what its subject and words say together."""

import re
from collections.abc import Collection
from email.message import Message

from rung.channels.email import verdict_words
from rung.channels.email.headers import field, persons
from rung.core.vocabulary import Automatic

#: Beyond these, a calendar's answer or a receipt has words of a person.
_SHORT = 200


def verdict(
    mail: Message,
    *,
    sender: str,
    answers_to: str,
    subject: str,
    text: str,
    kinds: Collection[str],
    own: Collection[str],
) -> Automatic | None:
    """Why it counts as nobody's words; None: a person wrote it. `own`: addresses of ours, to which lists may lead.

    `sender`, `answers_to`: the addresses in From and Reply-To. `kinds`: the content types in it.
    """
    local = sender.partition("@")[0]
    said = text[:20_000]
    return (
        _report(mail, local, subject, said, kinds)
        or _spam(mail, subject)
        or _receipt(mail, subject, said, kinds)
        or _answer_by_machine(mail, subject)
        or _list(mail, own)
        or _nobody(local, answers_to)
    )


def _report(mail: Message, local: str, subject: str, text: str, kinds: Collection[str]) -> Automatic | None:
    """By RFC 3464, 3798 and 5965; then by what those say that keep to none of them."""
    what = field(mail, "Content-Type").lower()
    if "message/feedback-report" in kinds or "report-type=feedback" in what.replace('"', ""):
        return Automatic.COMPLAINT
    if "message/disposition-notification" in kinds or "disposition-notification" in what:
        return Automatic.RECEIPT
    if "message/delivery-status" in kinds or what.startswith("multipart/report") or "X-Failed-Recipients" in mail:
        return Automatic.BOUNCE
    if verdict_words.COMPLAINED.search(subject) or verdict_words.COMPLAINED.search(text[:2000]):
        return Automatic.COMPLAINT
    return Automatic.BOUNCE if _came_back(mail, local, subject, text) else None


def _came_back(mail: Message, local: str, subject: str, text: str) -> bool:
    if local in verdict_words.DAEMONS:
        return True
    if verdict_words.ANSWER.match(subject) or verdict_words.OUT_OF_OFFICE.match(subject):
        return False
    has_failed, was_refused = verdict_words.FAILED.search(subject), verdict_words.REFUSED.search(text)
    names_nobody = not local and any(word in field(mail, "From").lower() for word in ("daemon", "<>", "postmaster"))
    from_nobody = field(mail, "Return-Path").replace(" ", "") == "<>" or names_nobody or "daemon" in local
    if from_nobody or local == "postmaster":
        return bool(was_refused) or (bool(has_failed) and (from_nobody or "original message" in text.lower()))
    return bool(has_failed and was_refused)


def _spam(mail: Message, subject: str) -> Automatic | None:
    flags = (field(mail, name).lower() for name in ("X-Spam-Flag", "X-Spam-Status", "X-Spam", "X-Barracuda-Spam-Flag"))
    level = re.match(r"-?\d{1,3}", field(mail, "X-MS-Exchange-Organization-SCL"))
    is_flagged = any(re.match(r"(?:yes|true)\b", flag) for flag in flags) or (level is not None and int(level[0]) >= 5)
    report = field(mail, "X-Forefront-Antispam-Report").upper()
    if is_flagged or "SFV:SPM" in report or verdict_words.SPAM_MARK.match(subject):
        return Automatic.SPAM
    return None


def _receipt(mail: Message, subject: str, text: str, kinds: Collection[str]) -> Automatic | None:
    short = len(text.strip()) <= _SHORT
    if verdict_words.READ.match(subject) and (not text.strip() or verdict_words.WAS_READ.search(text[:1000])):
        return Automatic.RECEIPT
    if verdict_words.RECALLED.match(subject) and (not text.strip() or verdict_words.WOULD_RECALL.search(text[:1000])):
        return Automatic.RECEIPT
    if "text/calendar" in kinds and _method(mail) in ("reply", "counter"):
        return Automatic.CALENDAR
    if verdict_words.MEETING.match(subject) and ("text/calendar" in kinds or short):
        return Automatic.CALENDAR
    return None


def _method(mail: Message) -> str:
    for part in mail.walk():
        what = str(part.get("Content-Type", ""))[:1000].lower()
        if what.startswith("text/calendar") and (found := re.search(r'method\s*=\s*"?(\w+)', what)):
            return found[1]
    return ""


def _answer_by_machine(mail: Message, subject: str) -> Automatic | None:
    said = field(mail, "Auto-Submitted").lower()
    away = bool(verdict_words.OUT_OF_OFFICE.match(subject))
    if said.startswith("auto-replied") or (away and not said.startswith("auto-gen")):
        return Automatic.OUT_OF_OFFICE
    if any(
        name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply", "X-Mail-Autoreply")
    ):
        return Automatic.OUT_OF_OFFICE
    precedence = field(mail, "Precedence").lower()
    if precedence in ("auto_reply", "auto-reply"):
        return Automatic.OUT_OF_OFFICE
    if said and said.partition(";")[0].strip() != "no":
        return Automatic.OUT_OF_OFFICE if away or "vacation" in said else Automatic.BOT
    suppress = {each.strip().lower() for each in field(mail, "X-Auto-Response-Suppress").split(",")}
    if suppress & {"all", "dr", "autoreply"}:
        return Automatic.BOT
    return Automatic.OUT_OF_OFFICE if field(mail, "Return-Path").replace(" ", "") == "<>" else None


def _list(mail: Message, own: Collection[str]) -> Automatic | None:
    precedence = field(mail, "Precedence").lower()
    if precedence in ("bulk", "junk") or any(name in mail for name in ("X-ML-Name", "X-MLServer", "X-Mailman-Version")):
        return Automatic.LIST
    if (precedence == "list" or "List-Id" in mail or "List-Unsubscribe" in mail) and not is_through(mail, own):
        return Automatic.LIST
    return None


def is_through(mail: Message, own: Collection[str]) -> bool:
    """Whether it came through a list or group that is an inbox of ours."""
    posts = {each.address for each in persons(field(mail, "List-Post").replace("mailto:", ""))}
    posts |= {each.address for each in persons(re.sub(r"(?i)^list\s+|;.*", "", field(mail, "Mailing-List")))}
    named = re.search(r"<([^<>]+)>\s*$", field(mail, "List-Id"))
    dotted = (named[1] if named else field(mail, "List-Id")).lower().strip()
    return any(each.lower() in posts or each.lower().replace("@", ".") == dotted for each in own)


def _nobody(local: str, answers_to: str) -> Automatic | None:
    """From an address nobody reads, unless it says where a person does."""
    if not is_nobody(local) or (answers_to and not is_nobody(answers_to.partition("@")[0])):
        return None
    return Automatic.BOT


def is_nobody(local: str) -> bool:
    """Whether the name before the @ says that nobody reads what comes there."""
    return bool(verdict_words.NOBODY.match(local.lower()))
