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
        with socket.socket() as found:
            found.bind((host, 0))
            self.port = int(found.getsockname()[1])
        self._controller = Controller(self, hostname=host, port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def times(self) -> Counter[str]:
        """Message-ID -> how often it came."""
        return Counter(str(mail["Message-ID"]) for mail in list(self.mails))

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in list(self.mails) if mail["To"] == address]

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd calls this for each mail."""
        self.mails.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"
