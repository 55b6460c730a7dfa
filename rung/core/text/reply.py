"""What the writer of an answer wrote, and what was quoted below it: by the structure of the text, in doubt kept."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

#: Lines of an attribution ("On Monday … wrote:"), and characters of each that are looked at.
ATTRIBUTION_LINES, LONGEST_LINE = 4, 400
#: Words of ours that must stand there one after the other before a text without any mark counts as our own.
FEWEST_WORDS = 6

_QUOTED = re.compile(r"\s{0,3}>")
#: One line that begins with a number: ">50 users cannot sign in" is no quotation.
_MORE_THAN = re.compile(r"\s{0,3}>=?\d")
_WHEN = re.compile(r"\d{1,2}\s?[:.hH时点時]\s?\d{2}|\b(?:19|20)\d\d\b|(?:19|20)\d\d[年.]|\S@\S")
_ANGLED = re.compile(r"[<\[(](?:mailto:)?[^<>\s@]{1,100}@[^<>\s@]{1,200}[>\])]")
# English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Danish, Norwegian, Swedish, Finnish, Russian,
# Ukrainian, Czech, Hungarian, Turkish, Japanese, Chinese, Korean.
_WROTE = re.compile(
    r"(?i)\b(?:wrote|writes|schrieb|schreibt|a\s+écrit|écrit|escribió|escribio|ha\s+scritto|escreveu|schreef|geschreven"
    r"|napisał(?:a|\(a\))?|pisze|skrev|skreiv|kirjoitti|написала?|пишет|писала?|написав|napsala?|írta|yazdı|şunu yazdı)"
    r"(?!\w)|書きました|のメール|写道|寫道|写到|작성"
)
_OPENS = re.compile(
    r"(?i)(?:on|am|le|el|op|em|il(?:\s+giorno)?|w\s+dniu|dnia|den|på|ons?|tors?|fre|lør|lör|søn|sön|man|mån|tirs?|tis"
    r"|pe|ma|ti|ke|to|la|su|в|dne|vào)\b.{0,60}\d|\d{4}[年./-]|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)


_BEGINS = re.compile(r"(?i)(?:on|am|le|el|op|em|il|w dniu|dnia|den|på)\s")


def _set(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split("|"))


#: The fields of a mail's head, as mail programs write them above what they quote.
_HEADERS: dict[str, frozenset[str]] = {
    "from": _set("from|von|de|da|van|od|fra|från|lähettäjä|от|от кого|差出人|送信者|发件人|發件人|寄件者"),
    "subject": _set("subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|emne|ämne|aihe|тема|件名|主题|主旨"),
    "date": _set(
        "sent|date|gesendet|datum|envoyé|date d'envoi|enviado|enviado el|fecha|inviato|data|enviada|verzonden|wysłano"
        "|sendt|dato|skickat|lähetetty|päivämäärä|отправлено|дата|送信日時|日付|发送时间|日期|寄件日期"
    ),
    "other": _set(
        "to|cc|bcc|reply-to|importance|an|à|para|el|a|per|aan|do|kopia|dw|til|kopi|till|vastaanottaja|kopio|кому|копия"
        "|宛先|收件人|抄送"
    ),
}
_FIELD = re.compile(r"\s{0,3}\*{0,2}([^\W\d_][\w' -]{0,24}?)\s{0,2}\*{0,2}\s?[:：]\*{0,2}\s?(.*)")
_RULE = re.compile(r"\s*[-_=*]{5,}\s*$")
_SEPARATOR = re.compile(r"\s*-{2,}\s*[^-].{0,80}[^-]\s*-{2,}\s*$")
_FORWARDED = re.compile(
    r"(?i)\s*(?:[-_]{2,}\s*)?(?:begin forwarded message|forwarded message"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail)|weitergeleitete nachricht"
    r"|message transféré|début du message (?:transféré|réexpédié)|mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|wiadomość przekazana|przekazana wiadomość|videresendt (?:besked|melding)"
    r"|vidarebefordrat (?:meddelande|brev)|välitetty viesti|пересылаемое сообщение|пересланное сообщение"
    r"|転送されたメッセージ|转发的邮件|轉寄的郵件)\s*:?\s*(?:[-_]{2,})?\s*$"
)
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_WORD = re.compile(r"[^\W_]+")


class Split(Struct, frozen=True):
    """`own`: what its writer wrote now. `folded`: the rest, in its order; empty if nothing was taken away."""

    own: str
    folded: str = ""


def split(text: str, sent: Sequence[str] = (), *, is_forward: bool = False) -> Split:
    """The writer's own words and what they quoted. `sent`: texts the desk itself sent, which may stand in it unmarked.

    Every line of the text is in one of the two. Nothing of a forward is taken away, and never everything. Linear in
    the text. The rules and what they were tried on: docs/explanation/mail.md.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begins = next((place for place, line in enumerate(lines) if _FORWARDED.match(line)), len(lines))
    if is_forward or not any(map(str.strip, lines[:begins])):
        return Split(text.strip())
    away = bytearray(len(lines))
    _fold_marked(lines, begins, away)
    _fold_sent(lines, begins, away, sent)
    _fold_below_headers(lines, begins, away, sent)
    own = _BLANKS.sub("\n\n", "\n".join(line for line, gone in zip(lines, away, strict=True) if not gone)).strip()
    if not own:
        return Split(text.strip())
    return Split(own, "\n".join(line for line, gone in zip(lines, away, strict=True) if gone).strip("\n"))


def attribution_above(lines: Sequence[str], place: int) -> int:
    """How many lines above `place` say who wrote what begins there ("On Monday, Sam wrote:"); 0: none."""
    last = place - 1
    while last >= max(0, place - 3) and not lines[last].strip():
        last -= 1
    if last < 0 or not lines[last].strip() or not _ends_attribution(lines[last]):
        return 0
    joined, first = "", last + 1
    for at in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
        if not lines[at].strip() or _QUOTED.match(lines[at]):
            break
        joined = f"{lines[at][:LONGEST_LINE].strip()} {joined}"
        if _is_attribution(joined):
            first = at
            if _OPENS.match(joined):
                break
    return place - first if first <= last else 0


def is_header_block(lines: Sequence[str], place: int) -> int:
    """How many lines from here are the head of a mail (From, Subject and more, with an address or a time); 0: none."""
    kinds: set[str] = set()
    known, at, told = 0, place, False
    while at < len(lines) and at < place + 12:
        found = _FIELD.match(lines[at][:LONGEST_LINE])
        kind = _kind(found[1]) if found else ""
        if not kind:
            if at > place and lines[at].strip() and lines[at][:1] in " \t;":
                at += 1  # a field that goes on
                continue
            break
        kinds.add(kind)
        known, at = known + 1, at + 1
        told = told or (found is not None and bool(_WHEN.search(found[2])))
    is_head = {"from", "subject"} <= kinds and (told or ("date" in kinds and known >= 4))
    return at - place if is_head and known >= 3 else 0


def _kind(word: str) -> str:
    word = " ".join(word.lower().split())
    return next((kind for kind, words in _HEADERS.items() if word in words), "")


def _ends_attribution(line: str) -> bool:
    return len(line) <= LONGEST_LINE and line.rstrip(" *_\xa0").endswith((":", "："))


def _is_attribution(joined: str) -> bool:
    if _WROTE.search(joined):
        return bool(_WHEN.search(joined) or _BEGINS.match(joined))
    return bool(_WHEN.search(joined) and _ANGLED.search(joined))


def _fold_marked(lines: Sequence[str], ends: int, away: bytearray) -> None:
    """Lines that begin with ">", and the line above them that says whose they are."""
    for place in range(ends):
        if not _QUOTED.match(lines[place]):
            continue
        is_first = not place or not away[place - 1]
        above = attribution_above(lines, place) if is_first else 0
        is_alone = is_first and not (place + 1 < len(lines) and _QUOTED.match(lines[place + 1]))
        if is_alone and not above and _MORE_THAN.match(lines[place]):
            continue
        for each in range(place - above, place + 1):
            away[each] = 1
    for first, last in _gaps(lines, ends, away):
        for each in range(first, last):
            away[each] = 1


def _gaps(lines: Sequence[str], ends: int, away: bytearray) -> Iterator[tuple[int, int]]:
    """Blank lines between two folded ones."""
    start = -1
    for place in range(ends):
        if away[place]:
            if start >= 0 and place - start > 1:
                yield start + 1, place
            start = place
        elif lines[place].strip():
            start = -1


def _fold_below_headers(lines: Sequence[str], ends: int, away: bytearray, sent: Sequence[str]) -> None:
    """From the head of the mail below to the end, if somebody wrote above it. Where our own words were found below it
    with others between them, those others are the writer's, and stay."""
    has_own = False
    for place in range(ends):
        if away[place]:
            continue
        if not lines[place].strip() or _RULE.match(lines[place]) or _SEPARATOR.match(lines[place]):
            continue
        length = is_header_block(lines, place) if _FIELD.match(lines[place][:LONGEST_LINE]) else 0
        if length and has_own:
            first = place
            while first and (not lines[first - 1].strip() or _is_rule(lines[first - 1])):
                first -= 1
            last = place + length if sent and _is_written_between(lines, place + length, away) else len(lines)
            for each in range(first, last):
                away[each] = 1
            return
        has_own = True


def _is_rule(line: str) -> bool:
    return bool(_RULE.match(line) or (_SEPARATOR.match(line) and not _FORWARDED.match(line)))


def _is_written_between(lines: Sequence[str], start: int, away: bytearray) -> bool:
    """Whether words that are not ours stand between ours."""
    ours = [place for place in range(start, len(lines)) if away[place] and lines[place].strip()]
    return bool(ours) and any(not away[place] and lines[place].strip() for place in range(ours[0], ours[-1]))


def _fold_sent(lines: Sequence[str], ends: int, away: bytearray, sent: Sequence[str]) -> None:
    """Lines that are, word for word, what the desk sent, however they are broken; and who is said to have sent them."""
    ours = _sequences(sent)
    if not ours:
        return
    words, where = _words(lines[:ends])
    place = 0
    covered: dict[int, int] = {}
    while place <= len(words) - FEWEST_WORDS:
        best = 0
        for text, at in ours.get(tuple(words[place : place + FEWEST_WORDS]), ()):
            length = FEWEST_WORDS
            while (
                at + length < len(text) and place + length < len(words) and text[at + length] == words[place + length]
            ):
                length += 1
            best = max(best, length)
        for each in range(place, place + best):
            covered[where[each]] = covered.get(where[each], 0) + 1
        place += best or 1
    for line, found in sorted(covered.items()):
        if found == len(_WORD.findall(lines[line])):
            above = 0 if line and away[line - 1] else attribution_above(lines, line)
            for each in range(line - above, line + 1):
                away[each] = 1
    for first, last in _gaps(lines, ends, away):
        for each in range(first, last):
            away[each] = 1


def _sequences(sent: Sequence[str]) -> dict[tuple[str, ...], list[tuple[list[str], int]]]:
    """Each run of FEWEST_WORDS words of what was sent -> where it stands; the same run at most four times."""
    found: dict[tuple[str, ...], list[tuple[list[str], int]]] = {}
    for text in sent:
        words = [word.lower() for word in _WORD.findall(text[:100_000])]
        for at in range(len(words) - FEWEST_WORDS + 1):
            places = found.setdefault(tuple(words[at : at + FEWEST_WORDS]), [])
            if len(places) < 4:
                places.append((words, at))
    return found


def _words(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """The words of the text, and the line of each."""
    words: list[str] = []
    where: list[int] = []
    for place, line in enumerate(lines):
        found = _WORD.findall(line)
        words += [word.lower() for word in found]
        where += [place] * len(found)
    return words, where
