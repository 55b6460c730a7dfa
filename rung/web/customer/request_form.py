"""The public form, without JavaScript: a request becomes a ticket, and its sender gets a signed link to its page."""

from secrets import token_urlsafe

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rung.core import actors
from rung.frame import throttle
from rung.frame.access import public
from rung.frame.fields import once
from rung.frame.uploads import TooMuch, files_of
from rung.people.requester_lookup import customer_of_address, requester_for
from rung.tickets.actions import conversation
from rung.tickets.answer_states import mails_go_out
from rung.tickets.customer_pass import pass_of
from rung.tickets.message_rows import MessageText, NewFile

#: Requests one address may send at once, and how many seconds until there is room for one more.
BURST, REFILL = 5, 60.0
LONGEST = 50_000


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
    context["mails"] = mails_go_out()
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["website"]:
            # A machine filled in what people do not see. It hears the same as everybody, and nothing is opened.
            return render(request, "customer/thanks.html", {"number": None, "mails": mails_go_out()})
        if wait := throttle.wait_for(f"ask:{throttle.network_of(request)}", burst=BURST, refill=REFILL):
            return render(request, "customer/form.html", context | {"wait": wait}, status=429)
        try:
            number = _open(form.cleaned_data, files_of(request), once(request.POST, "form", *form.data.values()))
        except TooMuch as refused:
            return render(request, "customer/form.html", context | {"problem": str(refused)}, status=422)
        return redirect("asked", word=pass_of(number))
    return render(request, "customer/form.html", context, status=422 if form.errors else 200)


def _open(given: dict[str, str], files: tuple[NewFile, ...], key: str | None) -> int:
    given = {name: value.replace("\x00", "") for name, value in given.items()}
    # What anybody may type gives nobody a tier: the company is read by people, the mail domain decides.
    customer = customer_of_address(given["email"])
    text = given["text"] if customer or not given["company"] else f"Company: {given['company']}\n\n{given['text']}"
    requester = requester_for(email=given["email"], name=given["name"], customer=customer)
    opened = conversation.open_ticket(
        given["subject"],
        MessageText(text=text, author_name=given["name"], inbox="form", files=files),
        by=actors.customer(requester.pk if requester else None),
        channel="form",
        inbox="form",
        customer=(requester.customer if requester else None) or customer,
        requester=requester,
        client_key=key,
    )
    return opened.ticket
