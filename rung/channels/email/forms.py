"""What mail needs to know, as forms: the server it goes out by, the mailbox it comes in by."""

from email.utils import formataddr, parseaddr
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.channels.email import outgoing
from rung.channels.email.models import Mailbox, Outgoing, Security
from rung.frame.access import agent_of
from rung.frame.edit_conflict import EditConflictForm

SECURITY = [
    (Security.TLS.value, gettext_lazy("TLS from the start (993, 465)")),
    (Security.STARTTLS.value, gettext_lazy("STARTTLS (587, 143)")),
    (Security.NONE.value, gettext_lazy("none, within your own network")),
]


def secret(label: Any) -> forms.CharField:
    """A password: typed in, never shown again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(max_length=500, required=False, strip=False, label=label, widget=widget)


class ServerForm(forms.Form):
    """How to reach a mail server, and who we are there."""

    host = forms.CharField(max_length=253, label=gettext_lazy("Server"))
    port = forms.IntegerField(min_value=1, max_value=65535, label=gettext_lazy("Port"))
    security = forms.ChoiceField(choices=SECURITY, label=gettext_lazy("Encryption"))
    user = forms.CharField(max_length=254, required=False, label=gettext_lazy("User"))
    password = secret(gettext_lazy("Password"))

    def clean_host(self) -> str:
        """A name, not an address of the web."""
        host = str(self.cleaned_data["host"]).strip().removeprefix("https://").removeprefix("http://").rstrip("/")
        if not host or any(letter in host for letter in " /@"):
            raise forms.ValidationError(_("A server's name, such as mail.example.com."))
        return host


class OutgoingForm(EditConflictForm, ServerForm):
    """Mail out, over what is kept."""

    field_order = ("sender", "host", "port", "security", "user", "password")
    sender = forms.CharField(
        max_length=320,
        label=gettext_lazy("Sender address"),
        help_text=gettext_lazy("support@acme.example, or with a name: Acme Support <support@acme.example>"),
    )

    def clean_sender(self) -> str:
        """An address, alone or with a name before it."""
        given = " ".join(str(self.cleaned_data["sender"]).split())
        name, address = parseaddr(given)
        try:
            validate_email(address)
        except forms.ValidationError:
            raise forms.ValidationError(_("An address, or a name and the address: Acme <help@acme.example>.")) from None
        return formataddr((name, address)) if name.isascii() else f'"{name.replace(chr(34), "")}" <{address}>'


class MailboxForm(ServerForm):
    """Mail in."""

    field_order = ("address", "host", "port", "security", "user", "password", "folder")
    address = forms.EmailField(max_length=254, label=gettext_lazy("Customers write to"))
    folder = forms.CharField(max_length=200, initial="INBOX", label=gettext_lazy("Folder"))


class VoiceForm(forms.Form):
    """Whom the answers from a mailbox are from, and what stands below them."""

    sender_name = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Answers are from"),
        help_text=gettext_lazy("A name: Acme Support, or {agent} at Acme. Empty: that of the sender address."),
    )
    signature = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Signature"),
        help_text=gettext_lazy("Below each answer that a person gives. {agent} is their name."),
    )


def context_of(request: HttpRequest, **forms_given: forms.Form) -> dict[str, object]:
    """For `email/parts.html`: what is kept, and the forms, filled in with what can be guessed."""
    kept = Outgoing.objects.filter(pk=1).first()
    by_environment = outgoing.of_environment() if outgoing.is_of_environment() else None
    return {
        "outgoing": by_environment or kept,
        "by_environment": by_environment is not None,
        "mailboxes": [(box, forms_given.get(f"voice-{box.pk}") or voice_of(box)) for box in Mailbox.objects.all()],
        "own_address": test_goes_to(request, found.sender) if (found := by_environment or kept) else "",
        "out_form": forms_given.get("out_form") or OutgoingForm(initial=out_of(kept), over=kept, auto_id="out-%s"),
        "in_form": forms_given.get("in_form") or MailboxForm(initial=_into(kept), auto_id="in-%s"),
    }


def voice_of(box: Mailbox) -> VoiceForm:
    """The form as it is kept."""
    return VoiceForm(initial={"sender_name": box.sender_name, "signature": box.signature}, auto_id=f"voice-{box.pk}-%s")


def test_goes_to(request: HttpRequest, sender: str) -> str:
    """The owner who asks; while their address is the one every desk begins with, whom mails are from."""
    own = agent_of(request).email
    return parseaddr(sender)[1] if own.endswith("@localhost") else own


def out_of(kept: Outgoing | None) -> dict[str, object]:
    if kept is None:
        return {"port": 587, "security": Security.STARTTLS.value}
    return {name: getattr(kept, name) for name in ("sender", "host", "port", "security", "user")}


def _into(kept: Outgoing | None) -> dict[str, object]:
    """Of the server mail goes out by, what is mostly the same."""
    always: dict[str, object] = {"port": 993, "security": Security.TLS.value, "folder": "INBOX"}
    if kept is None or Mailbox.objects.exists():
        return always
    host = kept.host.replace("smtp", "imap", 1) if kept.host.startswith("smtp") else kept.host
    return always | {"address": parseaddr(kept.sender)[1], "host": host, "user": kept.user}
