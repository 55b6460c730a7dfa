"""The mail server our mails go to, by the environment or else as kept in the app, and what it says when it is tried."""

import smtplib
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from msgspec import Struct

from rung.channels.email.handing_over import Careful, CarefulTLS
from rung.channels.email.models import Outgoing, Security
from rung.channels.email.server_errors import of_connection
from rung.core.sentences import say
from rung.outbox import registry
from rung.people.vault import VaultProblem, unseal

KNOWN_FOR = 5.0  # seconds for which the answer to "is there a server?" is believed


class Server(Struct, frozen=True, kw_only=True):
    """Where mails go. `password` is the word itself. `sender`: whom they are from."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str


class _Known:
    """What was found last, for KNOWN_FOR seconds: the rules ask before every notice."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.asked = float("-inf")


_known = _Known()


def server() -> Server | None:
    """The server in force; None: no mail goes out."""
    if is_of_environment():
        return of_environment()
    if time.monotonic() - _known.asked > KNOWN_FOR:
        _known.server, _known.asked = _kept(), time.monotonic()
    return _known.server


def is_of_environment() -> bool:
    """Whether SMTP_HOST is set."""
    return bool(settings.EMAIL_HOST)


def of_environment() -> Server:
    """What SMTP_HOST and its fellows say."""
    security = (
        Security.TLS if settings.EMAIL_USE_SSL else Security.STARTTLS if settings.EMAIL_USE_TLS else Security.NONE
    )
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        security=security,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        sender=settings.DEFAULT_FROM_EMAIL,
    )


def sender() -> str:
    """Whom our mails are from."""
    found = server()
    return found.sender if found else str(settings.DEFAULT_FROM_EMAIL)


def forget() -> None:
    """Ask anew: it was changed in this process. The others notice within KNOWN_FOR seconds."""
    _known.asked = float("-inf")
    registry.forget()


def try_out(tried: Server, to: str, subject: str, text: str) -> str:
    """Send one mail by it; what is wrong, in one sentence, or nothing."""
    mail = EmailMessage(subject, text, from_email=tried.sender, to=[to], headers={"Auto-Submitted": "auto-generated"})
    smtp = _connection(tried, fail_silently=False)
    try:
        smtp.open()
        smtp.send_messages([mail])
    except smtplib.SMTPException as refused:
        return _refused(refused)
    except (OSError, ValueError) as failed:
        return str(of_connection(failed, tried.host, tried.port))
    finally:
        smtp.close()
    return ""


class ByDesk(EmailBackend):
    """Django's mail backend, by whatever server the desk has at this moment."""

    @property
    def connection_class(self) -> type[Careful]:
        """One that knows whether a mail was handed over."""
        return CarefulTLS if self.use_ssl else Careful

    def __init__(self, *_args: object, **_named: object) -> None:
        super().__init__()
        found = server()
        self.host = found.host if found else ""
        if found:
            _point(self, found)
            self._sender = found.sender

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """What others write as Django's default sender is from the desk's."""
        for message in email_messages:
            if self.host and message.from_email == settings.DEFAULT_FROM_EMAIL:
                message.from_email = self._sender
        return super().send_messages(email_messages) or 0


def _kept() -> Server | None:
    row = Outgoing.objects.filter(pk=1).first()
    if row is None:
        return None
    try:
        return of_row(row)
    except VaultProblem:
        return None


def of_row(row: Outgoing) -> Server:
    """As kept in the app. Raises VaultProblem."""
    return Server(
        host=row.host,
        port=row.port,
        security=Security(row.security),
        user=row.user,
        password=unseal(row.password),
        sender=row.sender,
    )


def _connection(found: Server, *, fail_silently: bool) -> EmailBackend:
    smtp = EmailBackend(fail_silently=fail_silently)
    _point(smtp, found)
    return smtp


def _point(smtp: EmailBackend, to: Server) -> None:
    smtp.host, smtp.port, smtp.username, smtp.password = to.host, to.port, to.user, to.password
    smtp.use_tls, smtp.use_ssl = to.security is Security.STARTTLS, to.security is Security.TLS
    smtp.timeout = settings.EMAIL_TIMEOUT


def _refused(refused: smtplib.SMTPException) -> str:
    match refused:
        case smtplib.SMTPAuthenticationError():
            return say("The server refuses this user and password: %(said)s", said=_text(refused.smtp_error))
        case smtplib.SMTPNotSupportedError():
            return say("The server does not offer that: %(said)s Try another encryption or port.", said=f"{refused}")
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(refused.recipients.values()))
            return say(
                "The server takes no mail to %(to)s: %(said)s",
                to=next(iter(refused.recipients)),
                said=f"{code} {_text(said)}",
            )
        case smtplib.SMTPSenderRefused():
            return say(
                "The server takes no mail from %(sender)s: %(said)s",
                sender=refused.sender,
                said=_text(refused.smtp_error),
            )
        case smtplib.SMTPResponseException():
            return say("The server answered: %(said)s", said=f"{refused.smtp_code} {_text(refused.smtp_error)}")
        case _:
            return say("The connection broke: %(said)s. Does the encryption match the port?", said=f"{refused}")


def _text(error: bytes | str) -> str:
    return error.decode(errors="replace") if isinstance(error, bytes) else error
