"""Messages that only greet, thank or acknowledge, and ask nothing of anybody."""

import re
import unicodedata

from rung.core.text.quotation import own_words

_LONGEST = 240
"""Characters beyond which a text says more than thanks."""

_ADDRESSEE = (
    r"(?:\s+(?:all|team|everyone|everybody|guys|folks|both|again|together|there|zusammen|nochmals|euch|ihnen|dir))*"
)
_THANKED_FOR = (
    r"(?:\s+(?:for|für)\s+(?:(?:all|your|the|that|this|such|a|an|die|den|das|ihre|ihren|deine|eure|der)\s+)*"
    r"(?:(?:quick|fast|prompt|speedy|great|kind|swift|excellent|schnelle|schnellen|rasche|tolle|super)\s+)*"
    r"(?:help|reply|response|support|assistance|answer|update|info|information|feedback|time|explanation|clarification|fix"
    r"|hilfe|antwort|rückmeldung|unterstützung|info|erklärung|everything|alles))?"
)
_THANKS = (
    r"(?:(?:many|much|big|huge|ok|great)\s+)?(?:thanks|thank\s+(?:you|u)|thx|thnx|tnx|ty|tysm|cheers|merci|gracias|grazie)"
    r"(?:\s+(?:so|very)\s+much|\s+(?:a\s+(?:lot|million|bunch|ton)|lots|tons|much))?"
    r"|(?:(?:ok|super)\s+)?(?:(?:vielen|besten|herzlichen|lieben|tausend)\s+(?:lieben\s+)?dank"
    r"|danke(?:\s?(?:schön|sehr|vielmals))?|merci\s+vielmals)"
)
_GREETINGS = (
    r"hi|hello|hey|hallo|moin|servus|dear|greetings|good\s+(?:morning|afternoon|evening|day)"
    r"|guten\s+(?:morgen|tag|abend)"
)
_APPRECIATION = (
    r"(?:(?:much|really|very\s+much|greatly)\s+)?appreciated"
    r"|(?:(?:i|we)\s+)?(?:(?:really|very\s+much)\s+)?appreciate\s+(?:it|that|this|(?:the|your)\s+help)"
)
_ACKNOWLEDGEMENTS = (
    r"ok(?:ay|ie)?|oki|k|kk|alright|all\s+right|got\s+it|gotcha|noted|understood|roger(?:\s+that)?|will\s+do"
    r"|sure(?:\s+thing)?|no\s+worries|alles\s+klar|verstanden|in\s+ordnung|passt|gut|fein|einverstanden"
)
_PRAISE = (
    r"(?:(?:that(?:'s|\s+is)|it(?:'s|\s+is)|das\s+ist|this\s+is|sounds|looks|all|very|so)\s+)?"
    r"(?:great|perfect|perfekt|awesome|excellent|super|cool|nice|good|brilliant|wonderful|fantastic|amazing|fine|lovely"
    r"|prima|toll|klasse|spitze)(?:\s+(?:news|work|job|stuff))?"
    r"|you(?:'re|\s+are)\s+(?:the\s+best|awesome|amazing|great|a\s+star|welcome)"
)
_WISHES = (
    r"have\s+a\s+(?:great|nice|good|lovely)\s+(?:day|one|evening|weekend|week)|schönen\s+(?:tag|abend)(?:\s+noch)?"
    r"|schönes\s+wochenende|you\s+too|same\s+to\s+you|bye|tschüss|ciao"
)
_SUCCESS = (
    r"(?:(?:that|it|this|everything|all)\s+)?(?:(?:is\s+|'s\s+)?(?:now\s+)?"
    r"(?:works|working|worked|fixed|solved|resolved|did\s+the\s+trick))"
    r"(?:\s+(?:now|again|fine|perfectly|well|great|for\s+(?:me|us)))*"
    r"|(?:(?:jetzt|nun)\s+)?(?:(?:es|alles)\s+)?(?:funktioniert|läuft|geht|klappt)"
    r"(?:\s+(?:jetzt|wieder|nun|alles|gut))+"
)
_PIECE = re.compile(
    rf"(?:(?:{_THANKS}){_THANKED_FOR}{_ADDRESSEE}|(?:{_GREETINGS}){_ADDRESSEE}"
    rf"|{_APPRECIATION}|{_ACKNOWLEDGEMENTS}|{_PRAISE}|{_WISHES}|{_SUCCESS})(?!\w)"
)
_TAKES_A_NAME = re.compile(
    r"(?:hi|hello|hey|hallo|dear|thanks|thank\s+you|thx|danke|cheers|morning|tag|morgen|dank|much)\b[^.!?\n]*$"
)
_NAME = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_NOT_NAMES = (
    *(
        "help",
        "urgent",
        "problem",
        "issue",
        "error",
        "please",
        "still",
        "but",
        "not",
        "no",
        "why",
        "what",
        "when",
        "how",
    ),
    *(
        "where",
        "can",
        "could",
        "broken",
        "down",
        "outage",
        "fail",
        "failed",
        "again",
        "asap",
        "question",
        "bug",
        "crash",
    ),
    *("critical", "wait", "wrong", "refund", "invoice", "cancel", "hilfe", "dringend", "fehler", "bitte"),
)
_SIGN_OFF = re.compile(
    r"(?:(?:(?:with\s+)?(?:best|kind|kindest|warm|many)\s+)?(?:regards|wishes)|best|sincerely|yours|rgds|br|lg|vg|mfg"
    r"|(?:mit\s+)?(?:freundlichen|besten|vielen|lieben)\s+grüßen|(?:viele|liebe|beste|schöne)\s+grüße|gruß|gruss)(?!\w)"
)
_BETWEEN = re.compile(r"[\s,.!…;~*_)(–—-]+")
_GLAD = re.compile(
    r"(?:[👍🙏😊🙂😀😃😄😁🤗🥰😍❤💙💚🧡💜🎉🎊✅✔👌💯👏🙌🤝🌟⭐🚀☺😉😎🤩💪🥳✨🔥👋\ufe0f\u200d]|[\U0001f3fb-\U0001f3ff]"
    r"|:(?:\+1|thumbsup|pray|tada|heart|white_check_mark|heavy_check_mark|ok_hand|clap|raised_hands|slightly_smiling_face"
    r"|smile|smiley|grinning|blush|100|wave|rocket|star|muscle|partying_face)(?:::skin-tone-\d)?:|[:;]-?[)d]|<3)+"
)


def is_bare_thanks(text: str) -> bool:
    """Whether the text only thanks, greets, acknowledges or says it works ("great, thanks").

    One word that is none of these, or a question mark, makes it a message: "thanks, but it still fails". A "yes" or
    "no" answers a question and is a message too. English and German.
    """
    said = unicodedata.normalize("NFC", own_words(text)).replace("’", "'")
    if len(said) > _LONGEST or "?" in said:
        return False
    lowered = said.lower()
    if len(lowered) != len(said):
        return False
    place, pieces = 0, 0
    while place < len(said):
        if between := _BETWEEN.match(lowered, place):
            place = between.end()
        elif sign := _GLAD.match(lowered, place):
            place, pieces = sign.end(), pieces + 1
        elif sign_off := _SIGN_OFF.match(lowered, place):
            return pieces > 0 and _only_a_name(said[sign_off.end() :])
        elif piece := _PIECE.match(lowered, place):
            place, pieces = piece.end(), pieces + 1
        elif end := _name_end(said, lowered, place):
            place = end
        else:
            return False
    return pieces > 0


def _name_end(said: str, lowered: str, place: int) -> int | None:
    """Where a name ends that follows a greeting or thanks ("Hi Sam,"); None where no name stands."""
    if not _TAKES_A_NAME.search(lowered, max(0, place - 40), place):
        return None
    name = _NAME.match(said, place)
    if name is None or not name[0].istitle() or name[0].lower() in _NOT_NAMES:
        return None
    rest = said[name.end() : name.end() + 1]
    return name.end() if rest in {"", ",", ".", "!", "\n"} or _GLAD.match(said[name.end() :].lstrip()) else None


def _only_a_name(rest: str) -> bool:
    words = [word.strip(".,-") for word in rest.split()]
    return len(words) <= 4 and all(word[:1].isupper() and word.lower() not in _NOT_NAMES for word in words if word)
