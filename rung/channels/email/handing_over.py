"""One mail handed to a server, and what the server's answer, or its silence, means for it.

Up to the final dot of the mail's text nothing can have arrived. Only what breaks after it is unclear.
"""

import re
import smtplib
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from rung.channels.email.sentences import Said
from rung.outbox.handover import handing_over
from rung.outbox.ports import Later, Never, Outcome, Sent, Unclear
from rung.outbox.sentences import Sentence, text

#: What the enhanced code of a refusal means (RFC 3463): subject and detail.
_MEANS = {
    "1.1": Said.NO_SUCH_ADDRESS,
    "1.2": Said.NO_SUCH_ADDRESS,
    "1.3": Said.NO_SUCH_ADDRESS,
    "1.6": Said.NO_SUCH_ADDRESS,
    "1.10": Said.NO_SUCH_ADDRESS,
    "2.1": Said.CLOSED,
    "2.2": Said.FULL,
    "2.3": Said.TOO_LARGE,
    "3.4": Said.TOO_LARGE,
    "7.1": Said.UNWANTED,
}
_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3}\.\d{1,3})\b")
LONGEST_SAID = 300


class NotHandedOverError(smtplib.SMTPException):
    """The connection broke while the final dot had not gone out: the mail has certainly not arrived."""


class Careful(smtplib.SMTP):
    """Knows whether the final dot of a mail went out."""

    dot_is_out = False

    def sendmail(self, *args: Any, **named: Any) -> dict[str, tuple[int, bytes]]:
        """As smtplib does. Raises NotHandedOverError where the connection broke before the final dot."""
        self.dot_is_out = False
        try:
            return super().sendmail(*args, **named)
        except (smtplib.SMTPServerDisconnected, OSError) as failed:
            if self.dot_is_out or _is_answer(failed):
                raise
            raise NotHandedOverError(str(failed) or type(failed).__name__) from failed

    def send(self, s: Any) -> None:
        """As smtplib does, which sends a mail's text at once; all of it is out when this returns."""
        super().send(s)
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            self.dot_is_out = True


class CarefulTLS(Careful, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def hand_over(mail: EmailMessage, by: BaseEmailBackend | None = None) -> Outcome:  # noqa: PLR0911  a refusal each
    """Connected first: what fails before the mail is handed over has certainly not arrived."""
    smtp = by or get_connection()
    try:
        smtp.open()
    except (OSError, smtplib.SMTPException) as failed:
        return Later(Said.NOT_LET_IN(error=_said(failed)))
    handing_over()
    try:
        smtp.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        return _of_recipients(refused.recipients)
    except smtplib.SMTPSenderRefused as refused:
        # Our own setting is wrong, not this mail: once it is right, all of them are sent.
        return Later(Said.SENDER_REFUSED(sender=parseaddr(refused.sender)[1], said=_said(refused)))
    except smtplib.SMTPResponseException as refused:
        reason = _meaning(refused.smtp_code, refused.smtp_error, Said.MAIL_REFUSED(said=_said(refused)))
        return Never(reason) if refused.smtp_code >= 500 else Later(reason, only_this=refused.smtp_code != 421)
    except NotHandedOverError as failed:
        return Later(Said.BROKE_BEFORE(error=failed))
    except smtplib.SMTPNotSupportedError as failed:
        return Never(text(failed))  # an address of letters that this server does not know
    except (OSError, smtplib.SMTPException) as failed:
        return Unclear(Said.BROKE(error=_said(failed)))
    except ValueError as refused:  # of an address no mail can go to, said before anything was handed over
        return Never(text(refused))
    finally:
        smtp.close()
    return Sent(str(mail.extra_headers["Message-ID"]))


def _of_recipients(refused: Mapping[str, tuple[int, bytes | str]]) -> Outcome:
    """5xx is for good, 4xx for now and for this recipient alone. Each mail of ours has one recipient."""
    to, (code, said) = next(iter(refused.items()))
    spoken = f"{code} {_text(said)}"
    reason = _meaning(code, said, Said.RECIPIENT_REFUSED(to=to, said=spoken))
    return Never(reason) if all(code >= 500 for code, _ in refused.values()) else Later(reason, only_this=True)


def _meaning(code: int, said: bytes | str, otherwise: Sentence) -> Sentence:
    """In plain words, where the server says by a code what it means."""
    found = _ENHANCED.match(_text(said))
    means = _MEANS.get(found[1]) if found else Said.TOO_LARGE if code == 552 else None
    return otherwise if means is None else means(said=f"{code} {_text(said)}")


def _said(failed: Exception) -> str:
    """The server's own words."""
    if isinstance(failed, smtplib.SMTPResponseException):
        return f"{failed.smtp_code} {_text(failed.smtp_error)}"
    return str(failed) or type(failed).__name__


def _text(error: bytes | str) -> str:
    words = error.decode(errors="replace") if isinstance(error, bytes) else error
    return " ".join(words.split())[:LONGEST_SAID]


def _is_answer(failed: Exception) -> bool:
    """Whether the server answered. smtplib's exceptions are OSErrors too."""
    return isinstance(failed, smtplib.SMTPException) and not isinstance(failed, smtplib.SMTPServerDisconnected)
