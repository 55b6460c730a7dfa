"""Words and phrases as customers write them: found, denied, quoted, or only thanks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.text.phrases import Phrases, is_bare_thanks, matched, matches_holding, own_words, tokens

URGENCY = (
    "urgent",
    "asap",
    "as soon as possible",
    "critical",
    "escalate",
    "down",
    "outage",
    "data loss",
    "dringend",
    "kritisch",
)


@pytest.mark.parametrize(
    "text",
    [
        "urgent",
        "URGENT!!!",
        "This is Urgent.",
        "*urgent* please",
        "_urgent_",
        "Not only urgent, it blocks everyone",
        "not just urgent",
        "Why is this not urgent?",
        "why isn't this treated as urgent",
        "I don't understand why this is not urgent",
        "How is this not critical?!",
        "Isn't this urgent?",
        "not resolved, urgent",
        "Still not resolved. Urgent!",
        "not resolved but urgent",
        "I can not wait, urgent",
        "it does not work please help asap",
        "The export is not working urgent",
        "not minor and urgent",
        "could not be more urgent",
        "couldn't be more urgent",
        "nothing is more urgent",
        "this has never been more critical",
        "No, this is urgent",
        "No this is urgent!",
        "no answer yet, urgent",
        "Please do not ignore this urgent request",
        "don't forget that this is urgent",
        "don't tell me this is not urgent",
        "please don't hesitate to escalate",
        "no less critical",
        "more or less critical",
        "We have not received the report (urgent)",
        "The report is not there - urgent",
        "it's not there… urgent",
        "urgent? No idea, ask Ben",
        "urgent or not, please look",
        "Not sure what happened\n\nUrgent",
        "not today:\n- urgent",
        "without urgent help we will leave",
        "nicht nur dringend",
        "Das geht nicht, dringend!",
        "Es funktioniert nicht und ist dringend",
        "Warum ist das nicht dringend?",
        "as soon as\npossible",
        "AS SOON  AS POSSIBLE",
        "is the site down? no login since 9",
        "two outages today",
        "ｕｒｇｅｎｔ",
        "ur\u00adgent",
        "urgent\u200b",
        "urgent:please look",
        "subject/urgent",
        "“urgent”",
        "It is not that I mind waiting, it is urgent",
        "This is urgent, not a joke",
        "Not urgent? It is extremely urgent!",
        "I can't stress enough how urgent this is",
        "this isn't just urgent",
        "It is no longer just urgent",
        "We are not able to work. Critical.",
        "URGENT - not working",
        "urgent: not working",
        "urgent? yes",
        "Is this not critical to you?",
        "how can this not be urgent",
        "If this is not resolved today I will escalate",
        "Don't make me escalate",
        "There is not enough disk, critical",
        "Nicht erreichbar, dringend",
    ],
)
def test_said(text: str) -> None:
    assert matched(text, URGENCY) != ()


@pytest.mark.parametrize(
    "text",
    [
        "not urgent",
        "Not urgent.",
        "isn't urgent",
        "isn’t urgent",
        "isnt urgent",
        "no need to escalate",
        "no reason to escalate this",
        "nothing critical",
        "it is not that urgent",
        "not urgent at all",
        "non-urgent",
        "non urgent",
        "urgent? no",
        "Urgent? No.",
        "urgent: no",
        "Critical? Not really.",
        "Is it urgent? not at all",
        "no longer down",
        "The site is not down anymore",
        "This is not an urgent request",
        "not very critical",
        "This isn't really all that urgent",
        "I don't think this is urgent",
        "I do not believe it to be critical",
        "We don't consider this to be critical",
        "I wouldn't call this urgent",
        "please do not escalate",
        "don't escalate yet",
        "there is no data loss",
        "No outage here",
        "we haven't noticed any data loss",
        "upgraded without any data loss",
        "neither urgent nor critical",
        "not urgent or critical",
        "nothing urgent or critical",
        "None of this is urgent",
        "anything but urgent",
        "far from critical",
        "hardly urgent",
        "less urgent",
        "not\nurgent",
        "never urgent",
        "It does not seem to be urgent",
        "You need not treat this as urgent",
        "nicht dringend",
        "Das ist nicht so dringend",
        "Es ist nicht mehr kritisch",
        "keine kritische Sache, nichts Dringendes",
        "Das ist kein kritisch",
        "dringend ist es nicht",
        "Dringend? Nein.",
        "weder dringend noch kritisch",
        "pas urgent",
        "No es urgent",
        "by no means urgent",
        "in no way urgent",
        "not in the least urgent",
        "not what I would call urgent",
        "not necessarily urgent",
        "doesn't sound urgent",
        "I'm not saying it's urgent",
        "nobody thinks this is urgent",
        "No, it's not urgent",
        "there's no rush and it's not urgent",
        "NOT *URGENT*",
        "It hasn't been urgent",
        "Das eilt nicht und ist nicht ganz so dringend",
    ],
)
def test_denied(text: str) -> None:
    assert matched(text, URGENCY) == ()


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("a private matter", "vat", False),
        ("VAT number", "vat", True),
        ("the refunds are late", "refund", True),
        ("it was refunded", "refund", False),
        ("several boxes", "box", False),  # three letters: no plural
        ("I am on its way", "on it", False),
        ("we are on it!", "on it", True),
        ("single sign on", "single sign-on", True),
        ("Single Sign-On", "single sign-on", True),
        ("our 500  errors", "500 error", True),
        ("error 1500 error", "500 error", False),
        ("data. Loss", "data loss", False),
        ("I cannot log in", "cannot log in", True),
        ("nobody said they cannot log in", "cannot log in", True),
        ("everyone's account", "everyone", True),
        ("I did not get my refund", "refund", True),
        ("I haven't received the invoice", "invoice", True),
        ("We do not need a refund", "refund", False),
        ("it broke 🔥", "🔥", True),
        ("これは緊急です", "緊急", True),
        ("STRASSE", "straße", True),
        ("Größe", "gro\u0308ße", True),
        ("Gro\u0308ße", "größe", True),
        ("anything", "", False),
        ("anything", "  ", False),
    ],
)
def test_found_on_word_boundaries(text: str, phrase: str, found: bool) -> None:
    assert matched(text, [phrase]) == ((phrase,) if found else ())


def test_phrases_come_in_the_order_given_once_and_may_overlap() -> None:
    assert matched("very urgent, ASAP, urgent", ["asap", "urgent", "very urgent", "asap"]) == (
        "asap",
        "urgent",
        "very urgent",
    )


def test_one_denied_and_one_said() -> None:
    assert matched("It is not urgent. Well, now it is: urgent!", ["urgent"]) == ("urgent",)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Fine now\n> this is urgent", "Fine now"),
        ("Fine\n&gt; urgent", "Fine"),
        ("Fine\n&gt;&gt;&gt; urgent\nstill quoted", "Fine"),
        ("Fine\n>> older\n> urgent\nthanks", "Fine\nthanks"),
        ("Fine\n\nOn Mon, Nov 2, 2026 at 9:00 AM Ada <ada@acme.example> wrote:\n> urgent", "Fine"),
        (
            "Fine\n\nOn Mon, Nov 2, 2026 at 9:00 AM Ada Lovelace\n<ada@acme.example> wrote:\n\n> urgent\n\nmy answer",
            "Fine\n\n\n\nmy answer",
        ),
        ("Fine\n\nOn Mon, Nov 2, 2026, Ada wrote:\nurgent without marks", "Fine"),
        ("Gut\n\nAm 2. November 2026 um 09:00 schrieb Ada <ada@acme.example>:\n> dringend", "Gut"),
        ("FYI\n\n-----Original Message-----\nFrom: Ada\nurgent", "FYI"),
        ("FYI\n\n---------- Forwarded message ---------\nFrom: Ada\nurgent", "FYI"),
        ("FYI\n\nFrom: Ada\nSent: Monday\nTo: Ben\nSubject: urgent\n\nurgent", "FYI"),
        ("Zur Info\n\nVon: Ada\nGesendet: Montag\nAn: Ben\nBetreff: dringend", "Zur Info"),
        ("Fine\n-- \nAda\nUrgent Care Ltd", "Fine"),
        ("Fine\n--\nAda", "Fine"),
        ("Fine\n\nSent from my iPhone", "Fine"),
        ("see\n```\nCRITICAL: x\n```\nthanks", "see\n \n \nthanks"),
        ("see ```CRITICAL``` ok", "see   ok"),
        ("an open fence ``` stays urgent", "an open fence ``` stays urgent"),
        ("On Monday I wrote to you:\nurgent", "On Monday I wrote to you:\nurgent"),
        ("From: a place\nurgent", "From: a place\nurgent"),
        ("> only a quotation", "> only a quotation"),
        ("-- \nonly dashes", "-- \nonly dashes"),
        ("5 > 3 and a &gt; b", "5 > 3 and a &gt; b"),
        ("a\r\n> b\r\nc", "a\nc"),
        ("", ""),
    ],
)
def test_own_words(text: str, own: str) -> None:
    assert own_words(text) == own


def test_dashes_over_a_long_text_are_a_divider() -> None:
    text = "Summary\n--\n" + "\n".join(f"point {number}" for number in range(30))
    assert own_words(text) == text


@pytest.mark.parametrize(
    "text", ["Fine\n> this is urgent", "Ok then\n-- \nUrgent Care Ltd", "see ```urgent```", "Good\n&gt; asap"]
)
def test_what_others_wrote_is_not_matched(text: str) -> None:
    assert matched(text, URGENCY) == ()


@pytest.mark.parametrize(
    "text",
    [
        "thanks!",
        "Thank you so much",
        "Thank you so much, works now",
        "Thanks Ben!",
        "thanks a lot for your quick help",
        "ok",
        "OK, got it. Thanks.",
        "👍",
        "👍🏽 thanks",
        ":+1:",
        "great, thanks",
        "Perfect, thank you very much! 🙏",
        "hi",
        "Hello Sam,",
        "Good morning team",
        "It works now, thanks",
        "That worked. Cheers!",
        "Vielen Dank!",
        "Danke, funktioniert jetzt",
        "danke schön",
        "Alles klar, danke für die schnelle Hilfe",
        "Hallo",
        "Thanks!\n\nBest regards,\nAnna Smith",
        "Besten Dank\nMit freundlichen Grüßen\nMax Muster",
        "Thanks\n> this is urgent",
        "Thank you\n\nSent from my iPhone",
        "Much appreciated",
        "You're awesome, have a great weekend!",
        "Super, danke",
        "thx",
        "noted",
    ],
)
def test_bare_thanks(text: str) -> None:
    assert is_bare_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "thanks, but it still fails",
        "Thanks. One more question: how do I export?",
        "thanks?",
        "ok?",
        "hello?",
        "hi, help",
        "Hi Help",
        "Thanks Urgent",
        "yes",
        "no",
        "Yes, thanks",
        "ok now it is broken",
        "Thanks, not working",
        "it works not",
        "Thank you for nothing",
        "thanks for your invoice",
        "great, another outage",
        "👎",
        "😡",
        "thanks 😡",
        "",
        "   ",
        "...",
        "Hi Sam, the import stopped",
        "Danke, geht aber immer noch nicht",
        "Danke, funktioniert nicht",
        "best",
        "Thanks, it works now but slowly",
        "Hello there all is down",
        "1234",
        "Thanks! Regards, please call me back today about this",
        "Thanks. Best would be a call",
    ],
)
def test_more_than_thanks(text: str) -> None:
    assert not is_bare_thanks(text)


def test_holding_phrases() -> None:
    holding = ["looking", "checking", "on it", "get back to you"]
    assert matches_holding("We are looking into this and will get back to you.", holding) == "looking"
    assert matches_holding("I will get\nback to you tomorrow", holding) == "get back to you"
    assert matches_holding("Please press Save on its page.", holding) is None
    assert matches_holding("Nothing to do.\n> we are looking", holding) is None


@pytest.mark.parametrize(
    "unit",
    [
        "urgent ",
        "not ",
        "> ",
        "&gt;",
        "On 2 ",
        "On 2 a wrote\n",
        "-- \n",
        "```",
        "\n",
        " \n",
        "a_",
        "'s",
        "is ",
        "n't ",
        "any ",
        "or ",
        "no ",
        "From: a\n",
        "緊",
        "- ",
        "\u0308",
        ">\n",
        "sent from my a ",
    ],
)
def test_a_megabyte_of_anything_is_read_in_linear_time(unit: str) -> None:
    phrases = Phrases(["urgent", "is down", "on it", *(f"word {number}" for number in range(200))])
    text = unit * (1_000_000 // len(unit))
    assert phrases.matched(text) in {(), ("urgent",)}
    is_bare_thanks(text)


SCRAPS = st.lists(
    st.sampled_from(
        [
            "urgent",
            "not",
            "isn't",
            "no",
            "any",
            "or",
            "?",
            ".",
            ",",
            "\n",
            "\n\n",
            "> ",
            "why",
            "this is",
            "```",
            "-- \n",
            "really",
            "x",
        ]
    )
    | st.text(max_size=6),
    max_size=30,
).map(" ".join)


@given(SCRAPS)
def test_total_and_idempotent(text: str) -> None:
    assert set(matched(text, URGENCY)) <= set(URGENCY)
    assert is_bare_thanks(text) in {True, False}
    assert own_words(text).strip() or not text.strip()
    assert all(word and (not word.isspace() or word == "\n") for word in tokens(text))


@given(SCRAPS)
def test_own_words_are_lines_of_the_text(text: str) -> None:
    words = own_words(text).split()
    rest = iter(text.split())
    assert "```" in text or all(word in rest for word in words)


@given(st.lists(st.sampled_from(["urgent", "asap", "hello", "there", "please"]), min_size=1, max_size=8))
def test_without_a_negator_every_phrase_present_is_found(words: list[str]) -> None:
    text = " ".join(words).upper()
    assert set(matched(text, ["urgent", "asap"])) == {"urgent", "asap"} & set(words)


@given(SCRAPS)
def test_one_matcher_for_many_phrases_says_what_many_matchers_say(text: str) -> None:
    together = Phrases(URGENCY).matched(text)
    assert together == tuple(phrase for phrase in URGENCY if Phrases([phrase]).matched(text))
