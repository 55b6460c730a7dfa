"""Bytes of a mail as characters, as browsers read them: by the name it says, else by what the bytes can only be."""

import re

import webencodings
from charset_normalizer import from_bytes

#: Names whose readers take in more than the name says (WHATWG Encoding): what is sent as gb2312 is gb18030.
_WIDER = {
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
    "x-user-defined": "cp1252",
    "replacement": "utf-8",
}
_ISO_8859_8 = ("logical", "iso-8859-8-i", "csiso88598i", "iso-8859-8-e")
_UTF_7 = ("utf-7", "unicode-1-1-utf-7", "utf7")
_SAYS_NOTHING = ("us-ascii", "ascii", "ansi_x3.4-1968")
#: What mails without a right name are written in, where they are not Western.
_LIKELY = ("cp1251", "koi8_r", "gb18030", "cp932", "euc_jp", "big5", "cp949", "cp1250", "cp1253", "cp1254")
#: Fewer bytes than these, or fewer than half of the letters, do not tell one charset from another.
_FEWEST = 12
#: Bytes that are looked at when the charset has to be guessed.
_LOOKED_AT = 100_000
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes, declared: str = "") -> str:
    """Never raises, and gives no lone surrogate and no NUL. `declared`: what the mail says its charset is."""
    return clean(_decoded(data, declared.strip().strip("'\"").lower()))


def clean(text: str) -> str:
    """Without what neither PostgreSQL nor UTF-8 takes."""
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def _decoded(data: bytes, declared: str) -> str:
    name = "utf-7" if declared in _UTF_7 else _known(declared)
    if data.startswith(b"\xef\xbb\xbf"):
        data, name = data[3:], "utf-8"
    if name.startswith(("utf-16", "utf-7", "iso-2022")):
        return data.decode(name, "replace").lstrip("\ufeff")
    if name not in ("gb18030", "big5hkscs") and (text := _strictly(data, "utf-8")) is not None:
        return text  # eight bits that are UTF-8 by chance are rarer than a wrong name
    if name == "windows-1252" and declared not in _SAYS_NOTHING:
        return _western(data)
    if name in ("", "utf-8", "windows-1252"):
        return _guessed(data)
    text = _strictly(data, name)
    return text if text is not None else data.decode(name, "replace")


def _known(declared: str) -> str:
    if declared in _ISO_8859_8:
        return "iso-8859-8"
    found = webencodings.lookup(declared) if declared else None
    if found is None:
        return ""
    return _WIDER.get(found.name, str(found.name))


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _guessed(data: bytes) -> str:
    """Of eight bits under a name that cannot be right, or that says no more than "Western"."""
    loosely = data.decode("utf-8", "replace")
    high = sum(byte > 127 for byte in data[:_LOOKED_AT])
    wrong = loosely[:_LOOKED_AT].count("\ufffd")
    if wrong * 10 < high:
        return loosely  # UTF-8 that was cut or patched
    letters = sum(chr(byte).isalpha() for byte in data[:_LOOKED_AT] if byte < 128)
    if high >= _FEWEST and high > letters:
        best = from_bytes(data[:_LOOKED_AT], cp_isolation=[*_LIKELY, "cp1252"]).best()
        if best is not None and (text := _strictly(data, best.encoding)) is not None:
            return text
    return _western(data)


def _western(data: bytes) -> str:
    return str(webencodings.decode(data, "windows-1252", "replace")[0])
