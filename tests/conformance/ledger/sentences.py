"""What becomes of an entry."""

from rung.outbox.sentences import Sentences, table


class Said(Sentences):
    NO_PROJECT = "ledger.no_project", "the ledger has no project %(project)s"
    NO_ISSUE = "ledger.no_issue", "the ledger has no entry %(issue)s"
    BUSY = "ledger.busy", "somebody else is writing in the ledger"
    NO_ANSWER = "ledger.no_answer", "the ledger gave no answer"


SENTENCES = table(Said)
