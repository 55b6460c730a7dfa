"""The other side: each issue, the anchor left on it, and what was written under it."""

from dataclasses import dataclass, field


@dataclass
class Issue:
    key: str
    anchor: str
    title: str
    #: Key of ours -> words.
    comments: dict[str, str] = field(default_factory=dict)


ISSUES: dict[str, Issue] = {}
PROJECTS = {"ENG", "OPS"}
#: What befalls the next calls: "busy", "lost" (not done), "unseen" (done, not answered).
TROUBLE: list[str] = []


def empty() -> None:
    ISSUES.clear()
    TROUBLE.clear()
