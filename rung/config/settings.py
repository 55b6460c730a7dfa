"""Django's settings, from the environment and the data folder. docs/reference/settings.md lists the variables."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rung.config import data_folder
from rung.config.connection_timeouts import with_timeouts
from rung.config.environment import whole_number

PACKAGE = Path(__file__).parent.parent
DATA = data_folder.data_folder()


def _listed(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def _number(name: str, default: int) -> int:
    try:
        return whole_number(name, default)
    except ValueError as wrong:
        raise ImproperlyConfigured(str(wrong)) from wrong


def _database(url: str) -> dict[str, object]:
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(with_timeouts(url)).items()}
    except ProgrammingError as problem:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read ({str(problem).strip()}); it reads like postgresql://user:password@host/database."
        ) from problem
    return {
        "ENGINE": "rung.config.database",
        "NAME": found.pop("dbname", "rung"),
        "USER": found.pop("user", ""),
        "PASSWORD": found.pop("password", ""),
        "HOST": found.pop("host", ""),
        "PORT": found.pop("port", ""),
        "OPTIONS": {"application_name": os.environ.get("RUNG_PART", "rung"), **found},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,  # after a restart of the database the next request connects anew
        "ATOMIC_REQUESTS": False,  # an action is the transaction
    }


# -- what runs

DEBUG = False
SECRET_KEY = data_folder.secret_key(DATA)
SECRET_KEY_FALLBACKS = _listed("SECRET_KEY_FALLBACKS")
DATABASES = {"default": _database(data_folder.database_url(DATA) or make_conninfo(host=str(DATA / "pg" / "run")))}
# A desk that plays a fictitious day: another clock, no way out, marked on every page. `rung up --sample-day` makes it.
SAMPLE_DAY = os.environ.get("RUNG_SAMPLE_DAY") == "1"
# Whether one may be asked for on the first page: under a supervisor that starts it.
OFFERS_SAMPLE_DAY = os.environ.get("RUNG_UP") == "1" and not SAMPLE_DAY
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "rung.config.urls"

# Adding a channel or a tracker is one line here.
CHANNELS = ["rung.channels.slack", "rung.channels.email", "rung.channels.webhook"]
TRACKERS: list[str] = []
# What a policy may name besides: systems that are linked by hand or over the API.
LINKED_BY_HAND = "rung.trackers.by_hand"
# Who tells the outbox what a delivery says when it is sent, and whether it is still true.
DELIVERY_SOURCE = "rung.tickets.delivery_source.DeliverySource"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",  # allauth's list of passkeys says when each was used
    "rung.web",  # before allauth, whose templates it replaces
    "rung.people",
    "rung.policies",
    "rung.outbox",
    "rung.tickets",
    "rung.escalation",
    "rung.intake",
    "rung.insights",
    "rung.api",
    *CHANNELS,
    *TRACKERS,
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "rung.frame.database_away.middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rung.frame.security.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "rung.frame.security.WithoutNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rung.frame.locale_middleware.middleware",
    "rung.api.idempotency.middleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rung.web.shell.context.shell",
            ],
        },
    }
]

# -- addresses

# The desk's own address as people see it, such as https://desk.example.com; links in messages start with it.
BASE_URL = data_folder.base_url(DATA)
_HOST = (
    BASE_URL.partition("://")[2].partition("/")[0].rpartition(":")[0] or BASE_URL.partition("://")[2].partition("/")[0]
)
FILES_HOST = os.environ.get("RUNG_FILES_URL", "").partition("://")[2].partition("/")[0]
ALLOWED_HOSTS = [
    *_listed("ALLOWED_HOSTS"),
    *([_HOST] if _HOST else []),
    *([FILES_HOST.partition(":")[0]] if FILES_HOST else []),
    *("localhost", "127.0.0.1", "[::1]"),
]
CSRF_TRUSTED_ORIGINS = [*_listed("CSRF_TRUSTED_ORIGINS"), *([BASE_URL] if BASE_URL else [])]
# Where a browser finds /live. Empty: the port after the page's own. Behind a proxy that maps it: `/live`.
LIVE_URL = os.environ.get("RUNG_LIVE_URL", "")

# -- security: what depends on https is on as soon as the desk has an https address

_HTTPS = BASE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("RUNG_BEHIND_PROXY") == "1" else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
# Cookies know no ports: the sample day beside a desk has names of its own.
SESSION_COOKIE_NAME = "rung_sample_session" if SAMPLE_DAY else "rung_session"
CSRF_COOKIE_NAME = "rung_sample_csrf" if SAMPLE_DAY else "rung_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

# -- people

AUTH_USER_MODEL = "people.Agent"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rung.people.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody has this desk write to strangers
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
SOCIALACCOUNT_ADAPTER = "rung.people.directory_adapter.DirectoryAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A link leads to the directory: from a form, our own content security policy would not let the browser go there.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True  # before a directory's account is connected or taken away
MFA_ADAPTER = "rung.people.mfa.Sealed"
MFA_TOTP_ISSUER = "Rung"
MFA_TOTP_TOLERANCE = 1  # the code before still counts: people type slowly, and clocks differ
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "rung.people.mfa.SignInCode",
    "reauthenticate": "rung.people.mfa.AgainCode",
    "activate_totp": "rung.people.mfa.FirstCode",
    "login_webauthn": "rung.people.mfa.SignInPasskey",
    "authenticate_webauthn": "rung.people.mfa.SecondPasskey",
    "reauthenticate_webauthn": "rung.people.mfa.AgainPasskey",
    "add_webauthn": "rung.people.mfa.NewPasskey",
    "edit_webauthn": "rung.people.mfa.PasskeyName",
}

# What the limits on sign-in count, and which codes have been used, for all processes of a desk together. A cache that
# is full forgets: with Django's 300 entries, attempts from a few addresses would wipe out the count of the others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# -- the API: how often one token may ask, in this process; 0 lets it ask as often as it likes

API_REQUESTS_PER_SECOND = float(os.environ.get("RUNG_API_RATE") or 300)

# -- languages and time

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]

# -- static files: from installed packages and our own, served by the web process itself

STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": data_folder.files(DATA)},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# -- customers

# How long the signed link to a request is good for.
CUSTOMER_LINK_DAYS = _number("RUNG_LINK_DAYS", 90)

# -- files that come with messages

ATTACHMENT_LARGEST = _number("RUNG_ATTACHMENT_MB", 25) * 1024 * 1024
ATTACHMENTS_MOST = _number("RUNG_ATTACHMENTS", 10)
# An address of its own for downloads, such as https://files.example.com, which leads to the same web process.
FILES_URL = os.environ.get("RUNG_FILES_URL", "").rstrip("/")
FILE_UPLOAD_HANDLERS = ["rung.frame.uploads.Bounded"]

# -- mail out

# SMTP_HOST comes before the server kept in the app.
EMAIL_BACKEND = "rung.channels.email.outgoing.ByDesk"
EMAIL_HOST = os.environ.get("SMTP_HOST", "")
EMAIL_PORT = _number("SMTP_PORT", 587)
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("SMTP_TLS", "starttls") == "starttls"
EMAIL_USE_SSL = os.environ.get("SMTP_TLS") == "ssl"
EMAIL_TIMEOUT = 20
# Seconds for which an answer waits before it goes out by mail, so that it can be undone.
MAIL_UNDO_SECONDS = _number("MAIL_UNDO_SECONDS", 10)
# Who stamps mails as they come in: names with commas between, or `off`; empty: the domain of the IMAP server.
MAIL_AUTHSERV_ID = os.environ.get("MAIL_AUTHSERV_ID", "")
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Rung <rung@localhost>")

# -- logs: one JSON line each, on standard error

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "rung.config.logs.formatter"}},
    "filters": {"said_once": {"()": "rung.frame.database_away.SaidOnce"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": (os.environ.get("LOG_LEVEL") or "INFO").upper()},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["said_once"]},
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}

# -- channels

SLACK_API_URL = os.environ.get("RUNG_SLACK_API_URL", "https://slack.com/api/")
