"""What is stored of a webhook that was not taken."""

from rung.core.sentences import key
from rung.outbox.sentences import Sentences, table


class Said(Sentences):
    """Of an endpoint, and of what it answered."""

    NO_ENDPOINT = "webhook.no_endpoint", key('no webhook endpoint is called "%(name)s"')
    DISABLED = "webhook.disabled", key("the endpoint %(name)s is disabled: %(reason)s")
    GONE = "webhook.gone", key("it answered 410 Gone")
    BY_HAND = "webhook.by_hand", key("switched off by hand")
    UNREACHABLE = "webhook.unreachable", key("%(url)s cannot be reached: %(error)s")
    UNFINISHED = "webhook.unfinished", key("%(url)s did not finish its answer: %(error)s")
    ANSWERED = "webhook.answered", key("%(url)s answered %(answer)s")
    NO_ADDRESS = "webhook.no_address", key("%(url)s is no address of a web server: %(wrong)s")
    NO_WEB_ADDRESS = (
        "webhook.no_web_address",
        key("%(url)s is no address of a web server; it reads like https://example.com/hook"),
    )
    NOT_PUBLIC = (
        "webhook.not_public",
        key("%(host)s stands at %(inside)s, which is not a public address; allow it for this endpoint"),
    )


SENTENCES = table(Said)
