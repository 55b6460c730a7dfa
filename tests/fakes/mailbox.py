"""A mail server that keeps what it is given."""

import socket
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller


class Mailbox:
    """Listens on a free port of this machine from `start` to `stop`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.mails: list[EmailMessage] = []
        #: By the envelope, of each mail that was kept.
        self.recipients: list[str] = []
        with socket.socket() as found:
            found.bind((host, 0))
            self.port = int(found.getsockname()[1])
        self._controller = Controller(self, hostname=host, port=self.port)
        #: What it says instead of taking a mail: (command, address or "") -> answers, one a time; "drop" hangs up.
        self.script: dict[tuple[str, str], list[str]] = {}

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def times(self) -> Counter[str]:
        """Message-ID -> how often it came."""
        return Counter(str(mail["Message-ID"]) for mail in list(self.mails))

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in list(self.mails) if mail["To"] == address]

    def says(self, command: str, *answers: str, to: str = "") -> None:
        """The next answers to MAIL, RCPT or DATA. `kept, drop`: it takes the mail and hangs up without a word."""
        self.script[command, to] = list(answers)

    def _scripted(self, server: Any, command: str, to: str = "") -> str:
        waiting = self.script.get((command, to)) or self.script.get((command, "")) or []
        said = waiting.pop(0) if waiting else ""
        if said == "drop":
            server.transport.abort()
            return "421 gone"
        return said

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd calls this for each sender."""
        if said := self._scripted(server, "MAIL", address):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd calls this for each recipient."""
        if said := self._scripted(server, "RCPT", address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: object, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd calls this for each mail."""
        waiting = self.script.get(("DATA", ""), [])
        if waiting[:1] != ["kept, drop"] and (said := self._scripted(server, "DATA")):
            return said
        self.recipients += envelope.rcpt_tos
        self.mails.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default)))
        if waiting:
            waiting.pop(0)
            server.transport.abort()
        return "250 kept"
