"""Mail from the web: the server it goes out by and the mailboxes it comes in by, each tried before it is kept."""

from collections.abc import Callable
from secrets import token_hex

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rung.channels.email import mailboxes, outgoing
from rung.channels.email.forms import MailboxForm, OutgoingForm, VoiceForm, context_of, out_of, test_goes_to
from rung.channels.email.models import Mailbox, Outgoing, Security
from rung.channels.email.outgoing import Server
from rung.core.sentences import say
from rung.frame import guide
from rung.frame.access import actor_of, needs
from rung.frame.confirm import ask_to_confirm
from rung.frame.fields import number_in
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Role
from rung.people.vault import VaultProblem, seal, unseal


@require_http_methods(["GET", "POST"])
@never_cache
@needs(Role.OWNER)
def mail(request: HttpRequest) -> HttpResponse:
    """What is set up and how it goes; each form says what it does in `do`."""
    if request.method == "POST":
        return _FORMS.get(request.POST.get("do", ""), _nothing)(request)
    return render(request, "email/page.html", {"live": [], **context_of(request)})


def _keep_out(request: HttpRequest) -> HttpResponse:
    """Sends a mail to the owner by it first; what does not work is not kept."""
    row = Outgoing.objects.filter(pk=1).first()
    form = OutgoingForm(request.POST, initial=out_of(row), over=row, auto_id="out-%s")
    if not form.is_valid():
        return _again(request, out_form=form)
    before = changes.facts_of(row) if row else None
    password = form.cleaned_data["password"] or _password_of(row)
    fields = {name: form.cleaned_data[name] for name in ("host", "port", "security", "user", "sender")}
    if problem := _send(request, Server(**fields | {"security": Security(fields["security"])}, password=password)):
        form.add_error(None, problem)
        return _again(request, out_form=form)
    made, _is_new = Outgoing.objects.update_or_create(pk=1, defaults={**fields, "password": seal(password)})
    changes.note("changed" if row else "added", made, by=actor_of(request), before=before)
    outgoing.forget()
    told = _("Mail goes out. A test mail is on its way to %(to)s.")
    messages.success(request, told % {"to": test_goes_to(request, made.sender)})
    return _back(request)


def _test_out(request: HttpRequest) -> HttpResponse:
    found = outgoing.server()
    if found is None:
        messages.error(request, _("No server is set up yet."))
    elif problem := _send(request, found):
        messages.error(request, problem)
    else:
        told = _("A test mail is on its way to %(to)s.")
        messages.success(request, told % {"to": test_goes_to(request, found.sender)})
    return _back(request)


def _stop_out(request: HttpRequest) -> HttpResponse:
    row = Outgoing.objects.filter(pk=1).first()
    if row is not None:
        effect = _("No answer and no notice goes out by mail any more; they wait in the app until another is set up.")
        if asks := _asks_back(request, _("Remove the mail server %(host)s?") % {"host": row.host}, effect):
            return asks
        changes.note("removed", row, by=actor_of(request))
        row.delete()
        outgoing.forget()
        messages.success(request, _("No mail goes out any more."))
    return _back(request)


def _keep_in(request: HttpRequest) -> HttpResponse:
    """Looks into the mailbox first. A mailbox that is known is changed; its place is kept unless it is another one."""
    form = MailboxForm(request.POST, auto_id="in-%s")
    if not form.is_valid():
        return _again(request, in_form=form)
    given = form.cleaned_data
    box = Mailbox.objects.filter(address__iexact=given["address"]).first()
    before = changes.facts_of(box) if box else None
    box = box or Mailbox(address=given["address"].lower())
    is_same = before is not None and (box.host, box.user, box.folder) == (given["host"], given["user"], given["folder"])
    kept = box.password or _sealed_of_outgoing(given["user"])
    for name in ("host", "port", "security", "user", "folder"):
        setattr(box, name, given[name])
    box.password = seal(given["password"]) or kept
    works = mailboxes.try_out(box)
    if isinstance(works, str):
        form.add_error(None, works)
        return _again(request, in_form=form)
    if is_same:
        box.trouble = None
    else:
        mailboxes.begin(box, works, database_now())
    box.active = True
    box.save()
    changes.note("changed" if before else "added", box, by=actor_of(request), before=before)
    told = _("%(address)s can be opened. New mails become tickets; the %(count)d mails already there are left alone.")
    messages.success(request, told % {"address": box.address, "count": works.messages})
    return _back(request)


def _test_in(request: HttpRequest) -> HttpResponse:
    """Look, and where mail goes out too, send one round and wait for it."""
    box = _box(request)
    if box is None:
        return _nothing(request)
    works = mailboxes.try_out(box)
    if isinstance(works, str):
        messages.error(request, works)
        return _back(request)
    found = outgoing.server()
    if found is None:
        told = _(
            "%(address)s can be opened and holds %(count)d mails. Send a mail there: within seconds it becomes a "
            "ticket."
        )
        messages.success(request, told % {"address": box.address, "count": works.messages})
        return _back(request)
    word = f"Rung-{token_hex(4)}"
    text = say("A test of the mailbox by the desk. It opens no ticket.")
    if problem := outgoing.try_out(found, box.address, word, text):
        messages.error(request, problem)
    elif mailboxes.arrives(box, word):
        messages.success(request, _("A test mail went out and came in at %(address)s.") % {"address": box.address})
    else:
        told = _(
            "%(address)s can be opened, but the test mail has not arrived within 20 seconds. Look for it there: "
            "%(word)s."
        )
        messages.warning(request, told % {"address": box.address, "word": word})
    return _back(request)


def _switch(request: HttpRequest) -> HttpResponse:
    box = _box(request)
    if box is None:
        return _nothing(request)
    before = changes.facts_of(box)
    box.active, box.trouble = request.POST.get("to", "off" if box.active else "on") == "on", None
    box.save(update_fields=["active", "trouble"])
    changes.note("changed", box, by=actor_of(request), before=before)
    told = _("%(address)s is read again.") if box.active else _("%(address)s is not read any more.")
    messages.success(request, told % {"address": box.address})
    return _back(request)


def _keep_voice(request: HttpRequest) -> HttpResponse:
    """Sender name and signature of one mailbox."""
    box, form = _box(request), VoiceForm(request.POST)
    if box is None or not form.is_valid():
        return _nothing(request)
    before = changes.facts_of(box)
    box.sender_name = " ".join(form.cleaned_data["sender_name"].split())
    box.signature = form.cleaned_data["signature"].strip()
    box.save(update_fields=["sender_name", "signature"])
    changes.note("changed", box, by=actor_of(request), before=before)
    messages.success(
        request, _("Answers to what comes to %(address)s carry it from now on.") % {"address": box.address}
    )
    return _back(request)


def _remove(request: HttpRequest) -> HttpResponse:
    box = _box(request)
    if box is None:
        return _nothing(request)
    effect = _(
        "What customers write there opens no ticket any more. The tickets it brought stay, the mails stay in it."
    )
    if asks := _asks_back(request, _("Remove the mailbox %(address)s?") % {"address": box.address}, effect):
        return asks
    changes.note("removed", box, by=actor_of(request))
    box.delete()
    messages.success(request, _("It was removed."))
    return _back(request)


def _asks_back(request: HttpRequest, question: str, effect: str) -> HttpResponse | None:
    back = guide.address_of("mail") if guide.is_from_guide(request) else reverse("mail")
    return ask_to_confirm(request, question, effect, _("Remove"), back)


def _nothing(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("There is no such form."))
    return _back(request)


def _send(request: HttpRequest, by: Server) -> str:
    """A test mail to the owner who asks; what is wrong, or nothing."""
    return outgoing.try_out(
        by,
        test_goes_to(request, by.sender),
        _("A test mail of your desk"),
        _("Mail goes out: this came by %(host)s.") % {"host": by.host},
    )


def _password_of(row: Outgoing | None) -> str:
    """The kept one; empty where it cannot be read any more, so that it is asked for anew."""
    try:
        return unseal(row.password) if row else ""
    except VaultProblem:
        return ""


def _sealed_of_outgoing(user: str) -> str:
    """One account for both ways has one password."""
    row = Outgoing.objects.filter(pk=1, user=user).first()
    return row.password if row else ""


def _box(request: HttpRequest) -> Mailbox | None:
    return Mailbox.objects.filter(pk=number_in(request.POST, "mailbox") or 0).first()


def _again(request: HttpRequest, **form: OutgoingForm | MailboxForm) -> HttpResponse:
    """The page with what was typed and what is wrong with it, where it was typed."""
    context = context_of(request, **form)
    if guide.is_from_guide(request):
        return guide.shown_again(request, "mail", context)
    return render(request, "email/page.html", {"live": [], **context}, status=422)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(guide.address_of("mail")) if guide.is_from_guide(request) else redirect("mail")


_FORMS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "keep-out": _keep_out,
    "test-out": _test_out,
    "stop-out": _stop_out,
    "keep-in": _keep_in,
    "test-in": _test_in,
    "voice": _keep_voice,
    "switch": _switch,
    "remove": _remove,
}
