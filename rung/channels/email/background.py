"""What runs beside the sorter: every mailbox is looked into every few seconds, on a connection that is kept."""

from __future__ import annotations

import threading
import time

import structlog
from django.db import close_old_connections, connection
from imap_tools import BaseMailBox

from rung.channels.email import mailboxes, receiving
from rung.channels.email.models import Mailbox
from rung.people.clock import database_now
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
#: Seconds until a mailbox that failed is tried again; doubled each time, up to the second.
FIRST_WAIT, LONGEST_WAIT = 10.0, 600.0


class Reader:
    """One mailbox, its connection, and when it may be tried again."""

    def __init__(self) -> None:
        self.found: BaseMailBox | None = None
        self.facts: tuple[object, ...] = ()
        self.wait, self.due = FIRST_WAIT, 0.0

    def look(self, box: Mailbox) -> None:
        """Take in what is new; what fails is written on the mailbox and tried later."""
        facts = (box.host, box.port, box.security, box.user, box.password, box.folder)
        if facts != self.facts:
            self.close()
            self.facts, self.due = facts, 0.0
        if time.monotonic() < self.due:
            return
        now = database_now()
        try:
            if self.found is None:
                self.found = mailboxes.connect(box)
            receiving.collect(box, self.found, now)
        except AWAY:  # the database, not the mailbox
            raise
        except Exception as failed:  # whatever one mailbox brings, the others are read
            self.close()
            if not isinstance(failed, mailboxes.TROUBLE):
                log.exception("a mailbox brought what nobody foresaw", mailbox=box.address)
            self.due = time.monotonic() + self.wait
            self.wait = min(self.wait * 2, LONGEST_WAIT)
            trouble = mailboxes.why(box, failed)
            log.warning("a mailbox cannot be read", mailbox=box.address, why=str(trouble))
            Mailbox.objects.filter(pk=box.pk).update(looked_at=now, trouble=trouble)
        else:
            self.wait = FIRST_WAIT
            Mailbox.objects.filter(pk=box.pk).update(looked_at=now, trouble=None)

    def close(self) -> None:
        """Let go of the connection."""
        if self.found is not None:
            mailboxes.close(self.found)
        self.found = None


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    readers: dict[int, Reader] = {}
    try:
        while not stop.is_set():
            try:
                look_at_all(readers)
            except AWAY as lost:
                log.warning("reading mail waits for the database", error=str(lost).strip())
            close_old_connections()
            stop.wait(LOOK_EVERY)
    finally:
        for reader in readers.values():
            reader.close()
        connection.close()


def look_at_all(readers: dict[int, Reader]) -> None:
    """One round: what was switched off is let go, what is new is begun."""
    boxes = {box.pk: box for box in Mailbox.objects.filter(active=True)}
    for gone in readers.keys() - boxes.keys():
        readers.pop(gone).close()
    for key, box in boxes.items():
        readers.setdefault(key, Reader()).look(box)
