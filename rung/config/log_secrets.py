"""What must stand in no log line of ours or of a library: words that let somebody in, keys and passwords."""

import re

GONE = "[…]"
#: Addresses whose next part is a key: it lets its holder in. A test compares them with the addresses there are.
PATHS = ("/sign-in/", "/ask/thanks/", "/ask/", "/files/", "/account/password/reset/key/", "/live/")
_WORD = r"[^/\s\"'\\?#&,;)\]}>]+"
_KEYS = "token|secret|password|passwd|client_secret|access_token|refresh_token|id_token|signature"
_PATTERNS = [
    (re.compile(rf"({'|'.join(map(re.escape, PATHS))}){_WORD}"), rf"\1{GONE}"),
    # Addresses of chats that need no key: a person who knows one may post.
    (re.compile(r"(//hooks\.[\w.-]+/(?:services|actions|commands|workflows|triggers)/)[^\s\"'\\]+"), rf"\1{GONE}"),
    (re.compile(r"\b(?:rung_|rungscim_|xox[a-z]-|xoxe\.xox[a-z]-|xapp-|whsec_|gh[pousr]_|sk-)[\w.-]{8,}"), GONE),
    (re.compile(r"\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(rf"([?&](?:{_KEYS}|code|state|word|pass)=)[^&\s\"'\\]+", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(r"(\w+://[^/\s:@\"'\\]*:)[^/\s@\"'\\]+(@)"), rf"\1{GONE}\2"),
    (re.compile(rf"(\b(?:{_KEYS})\\?[\"']?\s*[:=]\s*\\?[\"'])[^\"'\\]+", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(r"(\bpassword=)(?!['\"\\])[^\s\"'\\]+", re.IGNORECASE), rf"\1{GONE}"),
]


def without_secrets(line: str) -> str:
    """A line of a log, with what lets somebody in taken out of it."""
    for pattern, instead in _PATTERNS:
        line = pattern.sub(instead, line)
    return line
