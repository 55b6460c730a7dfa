"""Who works here, who asks, and how each of them is reached."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from rung.people.changes import Change, LogStream, UntoldChange  # noqa: F401  Django finds their tables here

_RESTRICTED_ROLES = gettext_lazy("Only agents and observers can be restricted to their teams.")
HANDLE = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]*$", gettext_lazy("A handle is made of lower-case letters, digits and . _ -")
)


class Role(models.TextChoices):
    """What an agent may do: an observer reads, an agent works, a lead changes the policy, an owner everything."""

    OWNER = "owner", gettext_lazy("owner")
    LEAD = "lead", gettext_lazy("lead")
    AGENT = "agent", gettext_lazy("agent")
    OBSERVER = "observer", gettext_lazy("observer")


class AgentManager(BaseUserManager["Agent"]):
    """Makes agents. E-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "Agent":
        """A new agent; without a password only a sign-in link lets them in."""
        agent = self.model(email=email.strip().lower(), **facts)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent


class Agent(AbstractBaseUser):
    """A person who works on tickets. Policies know them by their handle."""

    handle = models.CharField(max_length=60, unique=True, validators=[HANDLE])
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    level = models.CharField(max_length=60, blank=True, help_text="the policy's level this agent belongs to")
    skills = ArrayField(models.CharField(max_length=60), default=list, blank=True, help_text="categories mastered")
    is_active = models.BooleanField(default=True)
    is_restricted = models.BooleanField(
        default=False, db_default=False, help_text="sees only tickets of their teams and their own"
    )
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, default="en")
    #: Every session begun before this moment is over.
    signed_out_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["handle", "name"]
    objects = AgentManager()

    class Meta:
        ordering = ["name", "handle"]
        indexes = [GinIndex(fields=["skills"], name="agent_skills")]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="agent_email_lower"),
            # Leads and owners could lift it themselves.
            models.CheckConstraint(
                condition=Q(is_restricted=False) | Q(role__in=["agent", "observer"]),
                name="agent_restricted_role",
                violation_error_message=_RESTRICTED_ROLES,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to be this agent's: another password ends it, and so does signing out everywhere.

        Django asks it for each key the desk has had.
        """
        stands_for = f"{self.password} {self.signed_out_at.isoformat() if self.signed_out_at else ''}"
        return salted_hmac("rung.people.session", stands_for, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """The name, for Django."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name, for Django."""
        return self.name.split()[0] if self.name else self.handle


class Team(models.Model):
    """Agents a policy names together. Its lead owns what nobody has been given yet."""

    name = models.CharField(max_length=60, unique=True, validators=[HANDLE])
    lead = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    members = models.ManyToManyField(Agent, through="Membership", related_name="teams")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One agent in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "agent"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.agent} in {self.team}"


class Absence(models.Model):
    """A time in which an agent is not there."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="absence_forwards")]

    def __str__(self) -> str:
        return f"{self.agent} away {self.starts_at:%F %R} to {self.ends_at:%F %R}"


class Override(models.Model):
    """A one-off swap: this agent is on call for a schedule instead of the person the rotation names."""

    schedule = models.CharField(max_length=60, help_text="the policy's schedule")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="overrides")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="override_forwards"),
            ExclusionConstraint(
                name="override_one_at_a_time",
                expressions=[
                    ("schedule", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} on {self.schedule} from {self.starts_at:%F %R} to {self.ends_at:%F %R}"


class Customer(models.Model):
    """A company that asks, with a tier and somebody here who answers for the account."""

    name = models.CharField(max_length=200, unique=True)
    tier = models.CharField(max_length=60, blank=True)
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True, help_text="of its mail addresses")
    account_owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [GinIndex(fields=["domains"], name="customer_domains")]

    def __str__(self) -> str:
        return self.name


class Requester(models.Model):
    """A person who asks, at a customer if we know which."""

    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="requesters")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(null=True, blank=True, unique=True)  # null: most of Slack's have none
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="requester_email_lower")]
        # Those without an address are found by name, and imports bring many.
        indexes = [models.Index(fields=["name"], condition=Q(email=None), name="requester_by_name")]

    def __str__(self) -> str:
        return self.name or self.email or f"requester {self.pk}"


class Identity(models.Model):
    """What another system calls a requester, such as Slack's (team, user)."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "external_id"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.external_id}"


class ContactMethod(models.Model):
    """One way to reach an agent. When one fails, the next in order is tried."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="contact_methods")
    channel = models.CharField(max_length=40, help_text="app, or the name of a channel")
    address = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["agent", "position"]
        constraints = [models.UniqueConstraint(fields=["agent", "channel", "address"], name="contact_method_once")]

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


class SignInLink(models.Model):
    """A link that signs one agent in once. Only the hash of its word is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sign_in_links")
    hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.agent}"


class Token(models.Model):
    """A key to the API, for a program or for an agent's own scripts. Only its hash is kept."""

    name = models.CharField(max_length=100, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="tokens")
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True, help_text="none: all of its role")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SignInProvider(models.Model):
    """A directory that says who somebody is: OpenID Connect or SAML. Its secret is sealed.

    People who are agents here are let in; of its own mail domains, if it `invites`, newcomers too. Nobody else is.
    """

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML"

    slug = models.CharField(max_length=40, unique=True, validators=[HANDLE])
    name = models.CharField(max_length=100, help_text="as the sign-in page calls it")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    #: OIDC: its issuer. SAML: its entity id, where it signs people in, and the certificate it signs with.
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(blank=True)
    sign_in_url = models.URLField(max_length=500, blank=True)
    certificate = models.TextField(blank=True)
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    invites = models.BooleanField(default=False)
    role = models.CharField(
        max_length=10, choices=[(Role.OBSERVER, "observer"), (Role.AGENT, "agent")], default="observer"
    )
    #: What its groups give, a line each (rung/people/directory_groups.py), and where it tells them at sign-in.
    group_rules = models.TextField(blank=True, default="", db_default="")
    groups_claim = models.CharField(max_length=200, default="groups", db_default="groups")
    #: Of the key it manages people with by SCIM. Empty: it may not.
    scim_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Who is let in is always bounded: by an address called verified, or by the directory's own domains."""
        if (self.invites or self.kind == self.Kind.SAML) and not self.domains:
            raise ValidationError({"domains": gettext_lazy("Name the mail domains this directory speaks for.")})
        if self.kind == self.Kind.OIDC and not is_safe_address(self.issuer):
            raise ValidationError({"issuer": gettext_lazy("The issuer is an https address.")})
        if self.kind == self.Kind.SAML and not is_safe_address(self.sign_in_url):
            raise ValidationError({"__all__": gettext_lazy("The directory signs people in at an https address.")})


def is_safe_address(address: str) -> bool:
    """Whether nobody on the way can read or change what is said there: https, or this very machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or not host or any(letter.isspace() or letter == "\\" for letter in address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))


class DirectoryUser(models.Model):
    """Somebody a directory manages by SCIM: it made their account, or took it over."""

    directory = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="users")
    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="managed")
    external_id = models.CharField(max_length=200, blank=True)
    user_name = models.CharField(max_length=254)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("directory", Lower("user_name"), name="directory_user_once")]

    def __str__(self) -> str:
        return self.user_name


class DirectoryGroup(models.Model):
    """A group of a directory, as it told us by SCIM; its rules say what it gives."""

    directory = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    members = models.ManyToManyField(Agent, related_name="directory_groups")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["directory", "name"], name="directory_group_once")]

    def __str__(self) -> str:
        return self.name
