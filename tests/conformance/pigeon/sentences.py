"""What becomes of a pigeon."""

from rung.outbox.sentences import Sentences, table


class Said(Sentences):
    NO_LOFT = "pigeon.no_loft", "no loft is called %(to)s"
    HUNGRY = "pigeon.hungry", "the pigeon is being fed"
    UNSEEN = "pigeon.unseen", "the pigeon has not come back from %(to)s"


SENTENCES = table(Said)
