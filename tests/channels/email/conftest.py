"""A mailbox the desk reads."""

from collections.abc import Iterator
from typing import Any

import pytest

from rung.channels.email.models import Mailbox
from tests.fakes.imap import ImapMailbox
from tests.mailing import made


@pytest.fixture
def imap() -> Iterator[ImapMailbox]:
    box = ImapMailbox()
    yield box
    box.close()


@pytest.fixture
def mailbox(imap: ImapMailbox, transactional_db: None, settings: Any) -> Mailbox:
    settings.EMAIL_HOST = ""
    return made(imap)
