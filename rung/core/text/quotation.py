"""Which lines of a text its writer wrote now: quotations, forwarded mails, signatures and code are somebody else's."""

import re

from rung.core.text.reply import is_header_block

_ATTRIBUTION = re.compile(
    r"(on|am|le|el|op|em|il)\b.{3,300}\b(wrote|writes|schrieb|schreef|a écrit|escribió|escreveu|ha scritto)\b"
    r".{0,200}:$",
    re.I,
)
_ATTRIBUTION_STARTS = re.compile(r"(on|am|le|el|op|em|il)\s.{0,60}\d", re.I)
_FORWARD = re.compile(
    r"-{2,} ?(original message|original appointment|forwarded message|forwarded by .{1,200}|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d'origine|mensaje original) ?-{2,}$"
    r"|begin forwarded message:$|anfang der weitergeleiteten nachricht:?$",
    re.I,
)
_DEVICE = re.compile(
    r"(sent from my \w[\w .-]{0,40}|sent from (mail|outlook|yahoo mail)\b.{0,60}|get outlook for (ios|android).{0,60}"
    r"|von meinem \w[\w .-]{0,40} gesendet|gesendet von .{1,60}|envoyé de mon \w.{0,40})$",
    re.I,
)
_ENTITY_QUOTE = re.compile(r"^(\s*)((?:&gt;)+)")
_LONGEST_SIGNATURE = 15
"""Lines under "--" that still are a signature; under more of them the dashes are a divider."""


def own_words(text: str) -> str:
    """The text without quoted lines, attribution lines, forwarded mails, fenced code and signature.

    Never removes everything: where nothing else is left, the text itself, stripped. Linear in the text.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _without_signature(_without_quotation(_without_code(lines)))
    return "\n".join(lines).strip() or text.strip()


def _without_code(lines: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    fences = sum(line.count("```") for line in lines) // 2 * 2  # a fence that is never closed opens nothing
    for line in lines:
        if "```" not in line:
            if not inside:
                kept.append(line)
            continue
        first, *parts = line.split("```")
        outside = " " if inside else first
        for part in parts:
            if fences:
                inside, fences = not inside, fences - 1
                outside += " " if inside else part
            else:
                outside += "```" + part
        kept.append(outside)
    return kept


def _without_quotation(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = _unescaped(lines[place]).strip()
        if line.startswith(">"):
            if lines[place].lstrip().startswith("&gt;&gt;&gt;"):
                break  # Slack quotes from here to the end of the message
            place += 1
        elif length := _attribution_length(lines, place):
            place += length
            if not _next_is_quoted(lines, place):
                break  # the mail below is quoted without any mark
        elif _FORWARD.match(line) or is_header_block(lines, place):
            break
        else:
            kept.append(lines[place])
            place += 1
    return kept


def _unescaped(line: str) -> str:
    found = _ENTITY_QUOTE.match(line)
    return line if found is None else found[1] + ">" * (len(found[2]) // 4) + line[found.end() :]


def _attribution_length(lines: list[str], place: int) -> int:
    """How many lines an "On … wrote:" takes from here, at most three; 0 if none starts here."""
    joined = lines[place].strip()
    if len(joined) > 300 or not _ATTRIBUTION_STARTS.match(joined):
        return 0
    for length in (1, 2, 3):
        if _ATTRIBUTION.match(joined):
            return length
        if place + length >= len(lines) or len(joined) > 400:
            return 0
        joined = f"{joined} {lines[place + length].strip()}"
    return 0


def _next_is_quoted(lines: list[str], place: int) -> bool:
    for line in lines[place : place + 5]:
        if line.strip():
            return _unescaped(line).lstrip().startswith(">")
    return False


def _without_signature(lines: list[str]) -> list[str]:
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    below = 0
    start = len(lines)
    for place in range(len(lines) - 1, first, -1):
        if lines[place].rstrip() == "--":
            start = place
        below += bool(lines[place].strip())
        if below > _LONGEST_SIGNATURE:
            break
    return [line for line in lines[:start] if not _DEVICE.match(line.strip())]
