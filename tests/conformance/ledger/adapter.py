"""Each entry carries our key as its anchor, so that a second look finds it."""

from rung.core.reckoning.effects import NoticeKind
from rung.outbox.ports import Comment, Lane, Later, Method, Never, NewIssue, Outcome, Sent, Unclear
from tests.conformance.ledger import book
from tests.conformance.ledger.book import Issue
from tests.conformance.ledger.sentences import Said


class Ledger:
    name = "ledger"
    takes = frozenset({NoticeKind.LINK, NoticeKind.COMMENT})
    repeats_safely = False

    def lane(self, method: Method, to: str) -> Lane:
        return Lane(f"ledger/{to.partition('-')[0]}")

    def create(self, issue: NewIssue) -> Outcome:
        if issue.project not in book.PROJECTS:
            return Never(Said.NO_PROJECT(project=issue.project))
        befalls = book.TROUBLE.pop(0) if book.TROUBLE else ""
        if befalls == "busy":
            return Later(Said.BUSY())
        name = f"{issue.project}-{len(book.ISSUES) + 1}"
        if befalls != "lost":
            book.ISSUES[name] = Issue(name, issue.key, issue.title)
        return Unclear(Said.NO_ANSWER()) if befalls else Sent(name)

    def find(self, issue: NewIssue) -> Sent | Later | None:
        return next((Sent(each.key) for each in book.ISSUES.values() if each.anchor == issue.key), None)

    def comment(self, comment: Comment) -> Outcome:
        entry = book.ISSUES.get(comment.issue)
        if entry is None:
            return Never(Said.NO_ISSUE(issue=comment.issue))
        if book.TROUBLE and book.TROUBLE.pop(0) == "busy":
            return Later(Said.BUSY())
        entry.comments[comment.key] = comment.text
        return Sent(f"{comment.issue}/{len(entry.comments)}")


def adapter() -> Ledger:
    return Ledger()
