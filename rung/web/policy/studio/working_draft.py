"""What one lead is working on: their open draft, or the version in force until they change it."""

from datetime import datetime
from hashlib import sha256

from django.utils.functional import cached_property

from rung.core import actors
from rung.core.document.findings import Finding
from rung.core.document.intents import document
from rung.core.document.nodes import Path, line_at, parse
from rung.core.document.tree import CannotEdit, Plain
from rung.core.policy.model import Policy
from rung.people.models import Agent
from rung.policies.drafts import go_on, withdraw
from rung.policies.models import Draft, PolicyVersion
from rung.policies.reading import read_policy
from rung.policies.starter import STARTER
from rung.web.policy.studio.names import Names, names_of

FILE = "policy.yaml"


class WorkingDraft:
    """The text somebody edits, read in every way a page needs."""

    def __init__(self, agent: Agent) -> None:
        self.author = actors.agent(agent.handle)
        self.version = PolicyVersion.objects.filter(is_current=True).first()
        self.draft = Draft.objects.filter(author=self.author, state=Draft.State.OPEN).first()

    @property
    def in_force(self) -> str:
        """The text that judges new tickets; before there is any, the one a desk starts with."""
        return self.version.text if self.version else STARTER.read_text()

    @property
    def text(self) -> str:
        return self.draft.text if self.draft else self.in_force

    @property
    def overtaken(self) -> bool:
        """Whether another version has been published since the draft was begun."""
        begun = self.draft.based_on if self.draft else None
        return begun is not None and self.version is not None and begun != self.version.number

    @property
    def stamp(self) -> str:
        """Of the text as it was shown: an edit of another text is refused."""
        return stamp_of(self.text)

    @cached_property
    def read(self) -> tuple[Policy | None, tuple[Finding, ...]]:
        return read_policy(self.text, FILE)

    @cached_property
    def said(self) -> dict[str, Plain]:
        """The content; empty where the text cannot be edited by forms."""
        try:
            return document(self.text)
        except CannotEdit:
            return {}

    @cached_property
    def names(self) -> Names:
        return names_of(self.said)

    def line(self, path: Path) -> int:
        """Where a place stands in the text."""
        root, _found = parse(self.text, FILE)
        return line_at(root, path) if root is not None else 1

    def keep(self, text: str, now: datetime) -> bool:
        """The text becomes the draft; a draft that changes nothing any more is withdrawn. False: another window was
        quicker, and nothing is kept."""
        if text == self.in_force and self.version is not None:
            if self.draft is not None:
                withdraw(self.draft.pk, now=now)
            return True
        return go_on(text, seen=self.text, author=self.author, now=now) is not None


def stamp_of(text: str) -> str:
    """A short mark of a text."""
    return sha256(text.encode()).hexdigest()[:16]
