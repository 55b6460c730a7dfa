"""What customers see without an account, behind a signed link: how a request stands, and what they may do."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import case as cases
from rung.core.vocabulary import Reason
from rung.frame import throttle
from rung.frame.access import public
from rung.frame.fields import Mistake, clean, once, within
from rung.frame.files import file_response, preview_response
from rung.frame.uploads import TooMuch, files_of
from rung.people.clock import database_now
from rung.people.models import Requester
from rung.policies.versions import compiled
from rung.tickets import customer_pass, customer_view
from rung.tickets.actions import acknowledgement, conversation, escalation, triage
from rung.tickets.answer_states import mails_go_out
from rung.tickets.customer_pass import PERSON, Pass
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Attachment, Ticket
from rung.web.customer.request_form import BURST, LONGEST, REFILL

#: How often a customer may ask for escalation.
ONCE_IN = timedelta(hours=24)
SHOWN = 200
#: States in which somebody works on a ticket, or waits.
UNDER_WAY = ("open", "pending", "on_hold")
HOLDER = "the person who sent the request holds the signed link"


@public(HOLDER)
@never_cache
def asked(request: HttpRequest, word: str) -> HttpResponse:
    """Thank you, this is your number, and here you see how it stands."""
    number = _pass(word, database_now()).number
    context = {"number": number, "status": reverse("ask-status", args=[word]), "mails": mails_go_out()}
    return render(request, "customer/thanks.html", context)


@public(HOLDER)
@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, word: str, number: int = 0) -> HttpResponse:
    """How it stands, and what was said to and fro; nothing internal. A reply, an escalation, a rating."""
    now = database_now()
    shown = _pass(word, now)
    if shown.is_over:
        return render(request, "customer/over.html", {"word": word, "may_renew": shown.kind != PERSON}, status=410)
    if shown.kind == PERSON and not number:
        return _mine(request, shown, word)
    own = _ticket(shown, number)
    ticket = customer_view.where_it_went(own)
    ticket.subject = own.subject
    problem = ""
    if request.method == "POST":
        problem = _asked_for(request, ticket, own, now)
        if not problem:
            return redirect(request.path)
    has_asked = _escalated_lately(ticket, now)
    context = {
        "ticket": ticket,
        "said": customer_view.said(own),
        "word": word,
        "is_person": shown.kind == PERSON,
        "text": request.POST.get("text", ""),
        "once": token_urlsafe(9),
        "problem": problem,
        "may_escalate": ticket.status in UNDER_WAY and not has_asked,
        "has_asked": ticket.status in UNDER_WAY and has_asked,
        "asks_rating": ticket.status == "resolved" and compiled(ticket.policy).policy.closing.ask_rating,
        "rating": cases.decode(bytes(ticket.snapshot)).rating,
    }
    return render(request, "customer/status.html", context)


@public(HOLDER)
@never_cache
def file(request: HttpRequest, word: str, number: int) -> HttpResponse:
    """A file of the conversation with the customer, never one of a note."""
    return file_response(_file(word, number))


@public(HOLDER)
@never_cache
def preview(request: HttpRequest, word: str, number: int) -> HttpResponse:
    """The same as a picture, where it is an image."""
    return preview_response(_file(word, number))


def _file(word: str, number: int) -> Attachment:
    """A file of the conversation behind a link. Raises Http404."""
    shown = _pass(word, database_now())
    if shown.is_over:
        raise Http404("this link has run out")
    if shown.kind == PERSON:
        theirs = Ticket.objects.filter(requester=shown.number, messages__attachments=number).first()
        found = customer_view.attachment(theirs, number) if theirs and shown.reaches(theirs.number) else None
    else:
        found = customer_view.attachment(_ticket(shown, 0), number)
    if found is None:
        raise Http404("there is no such file")
    return found


@public("a person who once held the link; the new one goes where the request came from, not to them")
@never_cache
@require_POST
def renew(request: HttpRequest, word: str) -> HttpResponse:
    """A new link, sent to the person who opened the request."""
    now = database_now()
    shown = _pass(word, now)
    if not throttle.wait_for(f"ask:{throttle.network_of(request)}", burst=BURST, refill=REFILL):
        ticket = _ticket(shown, 0)
        address = request.build_absolute_uri(reverse("ask-status", args=[customer_pass.pass_of(ticket.number, now)]))
        said = _("Here is the new link to your request #%(number)d: %(address)s")
        acknowledgement.send_link(ticket.number, said % {"number": ticket.number, "address": address})
    return render(request, "customer/over.html", {"word": word, "sent": True})


def _mine(request: HttpRequest, shown: Pass, word: str) -> HttpResponse:
    """All requests of one person, those that are open first."""
    person = get_object_or_404(Requester, pk=shown.number)
    theirs = (
        Ticket.objects.filter(requester=person)
        .exclude(merged_into__requester=person)
        .defer("snapshot")
        .order_by("-number")[:SHOWN]
    )
    reached = set(shown.reached([ticket.number for ticket in theirs]))
    tickets = [ticket for ticket in theirs if ticket.number in reached]
    rows = sorted(tickets, key=lambda ticket: ticket.status in ("resolved", "closed"))
    return render(request, "customer/mine.html", {"person": person, "tickets": rows, "word": word})


def _pass(word: str, now: datetime) -> Pass:
    found = customer_pass.read(word, now)
    if found is None:
        raise Http404("this link is not one of ours")
    return found


def _ticket(shown: Pass, number: int) -> Ticket:
    """The one of the link, or one of the person's. Raises Http404."""
    wanted = {"requester": shown.number, "number": number} if shown.kind == PERSON else {"number": shown.number}
    if shown.kind != PERSON and number not in (0, shown.number):
        raise Http404("this link is for another request")
    ticket = Ticket.objects.select_related("requester", "merged_into").filter(**wanted).first()
    if ticket is None:
        raise Http404("this request is gone")
    # A link that is over shows nothing, and may still be renewed; its own ticket it has been asked about before.
    went = customer_view.where_it_went(ticket)
    led_to = [one for one in (ticket.number, went.number) if shown.kind == PERSON or one != shown.number]
    if not shown.is_over and shown.reached(led_to) != led_to:
        raise Http404("links to this request were taken back")
    return ticket


def _asked_for(request: HttpRequest, ticket: Ticket, own: Ticket, now: datetime) -> str:
    """Do what the customer asks who opened `own`; why not, in a sentence, or nothing."""
    asker = own.requester
    by = actors.customer(asker.pk if asker else None)
    text = clean(request.POST, "text").replace("\r\n", "\n")
    rating = request.POST.get("rating", "")
    if throttle.wait_for(f"ask:{throttle.network_of(request)}", burst=BURST, refill=REFILL):
        return str(_("Too many requests at once. Please wait a minute."))
    if rating in ("1", "2", "3", "4", "5"):
        triage.rate(ticket.number, int(rating), by=by)
    elif request.POST.get("escalate") == "1":
        if _escalated_lately(ticket, now):
            return str(_("You have already asked for this; somebody else is looking at it."))
        escalation.escalate(ticket.number, "next", by=by, reason=Reason.CUSTOMER_REQUEST, anyway=True)
    elif not text:
        return str(_("Write something first."))
    else:
        return _written(request, ticket, text, by, str(asker) if asker else "")
    return ""


def _written(request: HttpRequest, ticket: Ticket, text: str, by: Actor, name: str) -> str:
    try:
        words = MessageText(text=within(text, LONGEST), author_name=name, files=files_of(request))
    except Mistake as mistake:
        return str(mistake)
    except TooMuch as refused:
        return f"{refused} {_('Your files have to be chosen again.')}"
    key = once(request.POST, f"ask-{ticket.number}", text)
    conversation.customer_message(ticket.number, words, by=by, client_key=key)
    return ""


def _escalated_lately(ticket: Ticket, now: datetime) -> bool:
    """The customer has asked for it within a day."""
    asked = ticket.events.filter(kind="offered", by__startswith=actors.CUSTOMERS, at__gt=now - ONCE_IN)
    return asked.exists()
