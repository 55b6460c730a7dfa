"""What the people of the sample day do, and when: minutes after nine, each with the line that explains it."""

from collections.abc import Callable
from dataclasses import dataclass

from rung.core import actors
from rung.core.sentences import key
from rung.core.vocabulary import Reason
from rung.insights.sample_day import cast
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket

#: Done or not yet possible: False is tried again at the next look.
Deed = Callable[[str], bool]


@dataclass(frozen=True)
class Act:
    """One act. `about`: the ticket, by the name its opening gives it; `do` gets a key that makes it happen once."""

    minute: float
    who: str
    text: str
    about: str = ""
    do: Deed | None = None

    @property
    def key(self) -> str:
        return f"{self.minute:g} {self.text[:40]}"


def ticket_of(about: str) -> int | None:
    """The number of the ticket that was opened under this name."""
    return Ticket.objects.filter(inbox=f"sample/{about}").order_by("number").values_list("number", flat=True).first()


def _number(about: str) -> int:
    number = ticket_of(about)
    if number is None:
        raise LookupError(f"the sample day has no ticket called {about}")
    return number


def _writes(about: str, person: str, channel: str, subject: str, text: str) -> Deed:
    def do(key: str) -> bool:
        who = cast.requester(person)
        actions.open_ticket(
            subject,
            MessageText(text=text, author_name=who.name),
            by=actors.customer(who.pk),
            channel=channel,
            inbox=f"sample/{about}",
            customer=who.customer,
            requester=who,
            client_key=key,
        )
        return True

    return do


def _says(about: str, person: str, text: str) -> Deed:
    def do(key: str) -> bool:
        who = cast.requester(person)
        words = MessageText(text=text, author_name=who.name)
        actions.customer_message(_number(about), words, by=actors.customer(who.pk), client_key=key)
        return True

    return do


def _answers(about: str, agent: str, text: str, *, keep_open: bool = False) -> Deed:
    def do(key: str) -> bool:
        words = MessageText(text=text, author_name=cast.agent(agent).name)
        actions.answer(_number(about), words, by=actors.agent(agent), keep_open=keep_open, client_key=key)
        return True

    return do


def _takes(about: str, agent: str) -> Deed:
    def do(key: str) -> bool:
        actions.assign(_number(about), agent, by=actors.agent(agent), client_key=key)
        return True

    return do


def _claims(about: str, agent: str) -> Deed:
    """As soon as there is an offer to claim."""

    def do(key: str) -> bool:
        if not Ticket.objects.exclude(offered_to="").filter(number=_number(about)).exists():
            return False
        actions.claim(_number(about), agent=agent, client_key=key)
        return True

    return do


def _escalates(about: str, agent: str, handoff: dict[str, str]) -> Deed:
    def do(key: str) -> bool:
        by, reason = actors.agent(agent), Reason.COMPLEXITY
        actions.escalate(_number(about), "L2", by=by, reason=reason, handoff=handoff, client_key=key)
        return True

    return do


def _returns(about: str, agent: str, why: str) -> Deed:
    def do(key: str) -> bool:
        actions.return_offer(_number(about), why, by=actors.agent(agent), client_key=key)
        return True

    return do


def _resolves(about: str, agent: str) -> Deed:
    def do(key: str) -> bool:
        actions.resolve(_number(about), by=actors.agent(agent), client_key=key)
        return True

    return do


def _rates(about: str, person: str, rating: int) -> Deed:
    def do(_key: str) -> bool:
        actions.rate(_number(about), rating, by=actors.customer(cast.requester(person).pk))
        return True

    return do


ACTS = (
    Act(0, "narrator", key("Tuesday, nine o'clock. A second is a minute here. Everybody in this day is made up.")),
    Act(
        2,
        "customer",
        key("Rita of Acme Logistics writes a mail. It becomes a ticket; the policy gives us one hour to answer."),
        "import",
        _writes(
            "import",
            "Rita",
            "email",
            "Nightly import has stopped",
            "Hello, since two o'clock no shipment has arrived in our account. Can you have a look?\n\nRita",
        ),
    ),
    Act(
        7,
        "customer",
        key("Noor asks in Slack. It is a question, so the policy makes it low."),
        "export",
        _writes("export", "Noor", "slack", "Export as PDF", "Hi! How do I export the weekly report as PDF?"),
    ),
    Act(11, "agent", key("Rosa takes it; nobody else needs to look."), "export", _takes("export", "rosa")),
    Act(
        14,
        "agent",
        key("Rosa answers. Now it is the customer's turn: our clocks stand still, and one on the customer starts."),
        "export",
        _answers("export", "rosa", "Open the report, then Share, then Download. Does that do what you need?"),
    ),
    Act(
        19,
        "customer",
        key("Ivo writes in the web chat, about money."),
        "invoice",
        _writes("invoice", "Ivo", "webchat", "Wrong VAT on the invoice", "The VAT on invoice 1180 is wrong again."),
    ),
    Act(21, "agent", key("Sam takes it; from now on it is his to answer."), "invoice", _takes("invoice", "sam")),
    Act(
        23,
        "agent",
        key("Sam answers within minutes: the goal for the first answer is met."),
        "invoice",
        _answers("invoice", "sam", "I have corrected it; the new invoice is in your account.", keep_open=True),
    ),
    Act(
        27,
        "agent",
        key("Sam resolves it. Ivo is told, and asked how we did. Every clock of this ticket stops."),
        "invoice",
        _resolves("invoice", "sam"),
    ),
    Act(
        38,
        "customer",
        key("Tom's message comes through the API of his shop system."),
        "sso",
        _writes("sso", "Tom", "api", "Single sign-on goes round in circles", "Single sign-on sends me back forever."),
    ),
    Act(40, "agent", key("Sam takes this one too."), "sso", _takes("sso", "sam")),
    Act(
        42,
        "agent",
        key("Sam cannot help and offers it to L2. It stays his until somebody there claims it."),
        "sso",
        _escalates("sso", "sam", {"impact": "Tom cannot work"}),
    ),
    Act(
        47,
        "agent",
        key("Carla returns it with a reason: nobody has tried anything yet. It never left Sam."),
        "sso",
        _returns("sso", "carla", "Please try another browser first, and tell us which identity provider it is."),
    ),
    Act(
        52,
        "agent",
        key("Sam asks Tom what was missing. Nothing will be asked twice: the answer goes along."),
        "sso",
        _answers("sso", "sam", "Does it happen in a private window too, and which identity provider do you use?"),
    ),
    Act(
        58, "customer", key("Tom answers; it is our turn again."), "sso", _says("sso", "Tom", "Also there. It is Okta.")
    ),
    Act(
        66,
        "agent",
        key("Ben claims the import. One click: his level, his name, and the offer is closed for all others."),
        "import",
        _claims("import", "ben"),
    ),
    Act(
        70,
        "agent",
        key("Ben answers from what was handed over. He keeps the turn, so the clocks run on."),
        "import",
        _answers("import", "ben", "A certificate had expired at two. We are renewing it.", keep_open=True),
    ),
    Act(
        76,
        "agent",
        key("Sam offers it to L2 again, this time with what was tried."),
        "sso",
        _escalates("sso", "sam", {"impact": "Tom cannot work", "tried": "Private window; identity provider is Okta"}),
    ),
    Act(81, "agent", key("Carla claims it at once."), "sso", _claims("sso", "carla")),
    Act(
        88,
        "customer",
        key("Lena of Dune Travel: production is down for everyone. The words make it urgent and critical."),
        "outage",
        _writes(
            "outage", "Lena", "form", "Bookings are down", "Production is down for everyone since five minutes, urgent!"
        ),
    ),
    Act(
        92,
        "agent",
        key("Ada of engineering claims it, four minutes after it came in."),
        "outage",
        _claims("outage", "ada"),
    ),
    Act(
        94,
        "agent",
        key("Ada tells the customer what is known. The policy wants an update every hour from now on."),
        "outage",
        _answers("outage", "ada", "A bad release; we are rolling it back now.", keep_open=True),
    ),
    Act(
        106,
        "agent",
        key("Carla solves the sign-on with one setting, and resolves it."),
        "sso",
        _resolves("sso", "carla"),
    ),
    Act(112, "agent", key("Ben resolves the import. Rita is told."), "import", _resolves("import", "ben")),
    Act(
        116,
        "customer",
        key('Rita writes "Thanks!". A bare thanks reopens nothing; it stays on the timeline.'),
        "import",
        _says("import", "Rita", "Thanks!"),
    ),
    Act(120, "customer", key("And she gives five of five."), "import", _rates("import", "Rita", 5)),
    Act(
        127,
        "customer",
        key(
            "Ivo comes back: the invoice is wrong once more. The ticket reopens, with Sam, and is counted as a repeat."
        ),
        "invoice",
        _says("invoice", "Ivo", "Sorry, but the new invoice still has the old VAT number on it."),
    ),
    Act(
        134,
        "agent",
        key("The release is rolled back; Ada resolves the incident."),
        "outage",
        _resolves("outage", "ada"),
    ),
    Act(
        142,
        "agent",
        key("Sam corrects the number himself and says so."),
        "invoice",
        _answers("invoice", "sam", "You were right; the number is corrected too, see invoice 1180-b.", keep_open=True),
    ),
    Act(150, "agent", key("Resolved, the second time."), "invoice", _resolves("invoice", "sam")),
    Act(158, "customer", key("Ivo gives four of five."), "invoice", _rates("invoice", "Ivo", 4)),
    Act(
        168,
        "narrator",
        key(
            "That was the morning: five requests by five ways in, none of them ever without a clock or an owner. "
            "Open any ticket to see why each thing happened; then remove this day and connect your own."
        ),
    ),
)
