"""The settings of the environment that can be wrong in themselves, each looked at before anything is started."""

import locale
import os
import sys
from collections.abc import Callable, Mapping

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def whole_number(name: str, default: int) -> int:
    """A setting of NUMBERS. Raises ValueError with a sentence."""
    least, most = NUMBERS[name]
    said = os.environ.get(name) or str(default)
    if not said.isascii() or not said.isdecimal() or not least <= int(said) <= most:
        raise ValueError(f'{name} is "{said}"; it must be a whole number from {least} to {most}, such as {default}.')
    return int(said)


def refuse_wrong() -> None:
    """End with a sentence for each setting that is wrong."""
    wrong = [sentence for name, check in CHECKS.items() if os.environ.get(name) and (sentence := check(name))]
    if wrong:
        sys.exit("\n".join(wrong))


def speak_utf8() -> None:
    """Begin again in UTF-8 where the system's language has letters of another set: files and sentences hold all."""
    if not sys.flags.utf8_mode and locale.getpreferredencoding(do_setlocale=False).lower() not in ("utf-8", "utf8"):
        os.environ["PYTHONUTF8"] = "1"
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same command again


def _number(name: str) -> str:
    try:
        whole_number(name, NUMBERS[name][0])
    except ValueError as wrong:
        return str(wrong)
    return ""


def _rate(name: str) -> str:
    try:
        right = 0 <= float(os.environ[name]) < float("inf")
    except ValueError:
        right = False
    return "" if right else f'{name} is "{os.environ[name]}"; it must be a number of requests per second, such as 300.'


def _level(name: str) -> str:
    said = os.environ[name]
    return "" if said.upper() in LEVELS else f'{name} is "{said}"; it must be one of {", ".join(LEVELS)}.'


def _address(name: str) -> str:
    said = os.environ[name]
    scheme, _, rest = said.partition("://")
    if (scheme in ("http", "https") and rest.strip("/")) or (name == "RUNG_LIVE_URL" and said.startswith("/")):
        return ""
    return f'{name} is "{said}"; it must be an address such as https://desk.example.com.'


def _one_of(*words: str) -> Callable[[str], str]:
    def check(name: str) -> str:
        said = os.environ[name]
        return "" if said in words else f'{name} is "{said}"; it must be one of {", ".join(words)}.'

    return check


#: Name -> least and most.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "RUNG_PORT": (1, 65_534),  # /live is on the next one
    "RUNG_WEB_WORKERS": (1, 64),
    "RUNG_WEB_THREADS": (1, 256),
    "RUNG_LINK_DAYS": (1, 3650),
    "RUNG_ATTACHMENT_MB": (1, 1024),
    "RUNG_ATTACHMENTS": (1, 100),
    "SMTP_PORT": (1, 65_535),
    "MAIL_UNDO_SECONDS": (0, 300),
    "RUNG_BACKUP_HOURS": (1, 24 * 90),
    "RUNG_BACKUP_KEEP": (1, 1000),
}
CHECKS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(NUMBERS, _number),
    "RUNG_API_RATE": _rate,
    "RUNG_URL": _address,
    "RUNG_FILES_URL": _address,
    "RUNG_LIVE_URL": _address,
    "RUNG_HEARTBEAT_URL": _address,
    "RUNG_SLACK_API_URL": _address,
    "LOG_LEVEL": _level,
    "SMTP_TLS": _one_of("starttls", "ssl", "off", "none"),
}
