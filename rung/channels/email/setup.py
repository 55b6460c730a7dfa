"""What owners see of mail: a row among the inboxes, its page, and a part of the guide."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.channels.email import outgoing, pages
from rung.channels.email.forms import context_of
from rung.channels.email.models import Mailbox
from rung.hooks import GuidePart, Inbox, Setup


def inbox(_request: HttpRequest) -> Inbox:
    """Which mailboxes are read, and what mail goes out by."""
    out, boxes = outgoing.server(), list(Mailbox.objects.filter(active=True))
    said = [_("Received at %(addresses)s.") % {"addresses": ", ".join(box.address for box in boxes)}] if boxes else []
    said += [_("Sent through %(host)s as %(sender)s.") % {"host": out.host, "sender": out.sender}] if out else []
    said += [str(box.trouble) for box in boxes if box.trouble]
    says = " ".join(said) or _("No mail comes in or goes out.")
    return Inbox("email", gettext_lazy("Mail"), bool(boxes or out), says, reverse("mail"), gettext_lazy("Set up"))


SETUP = Setup(
    pages=(path("settings/mail", pages.mail, name="mail"),),
    inbox=inbox,
    guide=GuidePart("mail", "email/parts.html", context_of),
    nouns={"mailbox": gettext_lazy("mailbox"), "outgoing": gettext_lazy("the server for outgoing mail")},
)
