"""The public form, without JavaScript: a request becomes a ticket; its sender gets a signed link to how it stands."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rung.core import case as cases
from rung.core.vocabulary import Reason
from rung.people.acquaintance import customer_of_address, requester_for
from rung.people.clock import database_now
from rung.policies.versions import compiled
from rung.tickets import customer_view
from rung.tickets.actions import conversation, escalation, triage
from rung.tickets.customer_pass import number_of, pass_of
from rung.tickets.models import Ticket
from rung.tickets.writing import NewFile, Words
from rung.web import throttle
from rung.web.access import public
from rung.web.fields import once
from rung.web.files import handed_out
from rung.web.uploads import TooMuch, files_of

#: Requests one address may send at once, and how many seconds until there is room for one more.
BURST, REFILL = 5, 60.0
LONGEST = 50_000
#: How often a customer may ask for escalation.
ONCE_IN = timedelta(hours=24)


class Request(forms.Form):
    """What we ask. `website` is for machines: people do not see it."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(max_length=254)
    company = forms.CharField(max_length=200, required=False)
    subject = forms.CharField(max_length=300)
    text = forms.CharField(max_length=LONGEST)
    website = forms.CharField(required=False)


@public("customers have no account")
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; sent, it opens a ticket."""
    form = Request(request.POST or None)
    context: dict[str, object] = {"form": form, "once": request.POST.get("once") or token_urlsafe(9)}
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["website"]:
            # A machine filled in what people do not see. It hears the same as everybody, and nothing is opened.
            return render(request, "ask/thanks.html", {"number": None})
        if wait := throttle.wait_for(f"ask:{throttle.address_of(request)}", burst=BURST, refill=REFILL):
            return render(request, "ask/form.html", context | {"wait": wait}, status=429)
        try:
            number = _open(form.cleaned_data, files_of(request), once(request.POST, "form", *form.data.values()))
        except TooMuch as refused:
            return render(request, "ask/form.html", context | {"problem": str(refused)}, status=422)
        return redirect("asked", word=pass_of(number))
    return render(request, "ask/form.html", context, status=422 if form.errors else 200)


@public("whoever sent the request holds the signed link")
@never_cache
def asked(request: HttpRequest, word: str) -> HttpResponse:
    """Thank you, this is your number, and here you see how it stands."""
    return render(request, "ask/thanks.html", {"number": _number(word), "status": reverse("ask-status", args=[word])})


@public("whoever sent the request holds the signed link")
@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, word: str) -> HttpResponse:
    """How it stands, and what was said to and fro; nothing internal. A reply, an escalation, a rating."""
    ticket = Ticket.objects.select_related("requester", "merged_into").filter(number=_number(word)).first()
    if ticket is None:
        raise Http404("this request is gone")
    ticket = customer_view.where_it_went(ticket)
    now = database_now()
    problem = ""
    if request.method == "POST":
        problem = _asked_for(request, ticket, now)
        if not problem:
            return redirect("ask-status", word=word)
    context = {
        "ticket": ticket,
        "said": customer_view.said(ticket),
        "word": word,
        "text": request.POST.get("text", ""),
        "once": token_urlsafe(9),
        "problem": problem,
        "may_escalate": ticket.status in ("open", "pending", "on_hold") and not _escalated_lately(ticket, now),
        "asks_rating": ticket.status == "resolved" and compiled(ticket.policy).policy.closing.ask_rating,
        "rating": cases.decode(bytes(ticket.snapshot)).rating,
    }
    return render(request, "ask/status.html", context)


@public("whoever sent the request holds the signed link")
@never_cache
def file(request: HttpRequest, word: str, number: int) -> HttpResponse:
    """A file of the conversation with the customer, never one of a note."""
    ticket = Ticket.objects.select_related("merged_into").filter(number=_number(word)).first()
    found = customer_view.attachment(customer_view.where_it_went(ticket), number) if ticket else None
    if found is None:
        raise Http404("there is no such file")
    return handed_out(found)


def _number(word: str) -> int:
    number = number_of(word)
    if number is None:
        raise Http404("this link is not one of ours")
    return number


def _asked_for(request: HttpRequest, ticket: Ticket, now: datetime) -> str:
    """Do what the customer asks; why not, in a sentence, or nothing."""
    asker = ticket.requester
    by = f"customer:{asker.pk}" if asker else "customer:unknown"
    text = request.POST.get("text", "").replace("\x00", "").strip()[:LONGEST]
    rating = request.POST.get("rating", "")
    if throttle.wait_for(f"ask:{throttle.address_of(request)}", burst=BURST, refill=REFILL):
        return str(_("That was a lot at once; please wait a minute."))
    if rating in ("1", "2", "3", "4", "5"):
        triage.rate(ticket.number, int(rating), by=by)
    elif request.POST.get("escalate") == "1":
        if _escalated_lately(ticket, now):
            return str(_("You have asked for it already; it is with somebody else."))
        escalation.escalate(ticket.number, "next", by=by, reason=Reason.CUSTOMER_REQUEST, anyway=True)
    elif not text:
        return str(_("Write something first."))
    else:
        return _written(request, ticket, text, by, str(asker) if asker else "")
    return ""


def _written(request: HttpRequest, ticket: Ticket, text: str, by: str, name: str) -> str:
    try:
        words = Words(text=text, author_name=name, files=files_of(request))
    except TooMuch as refused:
        return f"{refused} {_('Your files have to be chosen again.')}"
    key = once(request.POST, f"ask-{ticket.number}", text)
    conversation.customer_message(ticket.number, words, by=by, client_key=key)
    return ""


def _escalated_lately(ticket: Ticket, now: datetime) -> bool:
    """The customer has asked for it within a day."""
    asked = ticket.events.filter(kind="offered", by__startswith="customer:", at__gt=now - ONCE_IN)
    return asked.exists()


def _open(given: dict[str, str], files: tuple[NewFile, ...], key: str | None) -> int:
    given = {name: value.replace("\x00", "") for name, value in given.items()}
    # What anybody may type gives nobody a tier: the company is read by people, the mail domain decides.
    customer = customer_of_address(given["email"])
    text = given["text"] if customer or not given["company"] else f"Company: {given['company']}\n\n{given['text']}"
    requester = requester_for(email=given["email"], name=given["name"], customer=customer)
    opened = conversation.open_ticket(
        given["subject"],
        Words(text=text, author_name=given["name"], inbox="form", files=files),
        by=f"customer:{requester.pk}" if requester else "customer:unknown",
        channel="form",
        inbox="form",
        customer=(requester.customer if requester else None) or customer,
        requester=requester,
        client_key=key,
    )
    return opened.ticket
