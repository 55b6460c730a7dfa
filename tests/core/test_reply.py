"""What is kept of an answer and what is folded away: nothing is lost, and in doubt it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.text.html_words import words_of
from rung.core.text.phrases import is_bare_thanks, own_words
from rung.core.text.reply import split

ASKED = "On Mon, 3 May 2026 at 10:00, Sam <sam@desk.example> wrote:\n> Which version?"


def test_own_words_below_a_quote_are_kept() -> None:
    said = split(f"Hi,\n\n{ASKED}\n\nVersion 7.3, and it still crashes")
    assert said.own == "Hi,\n\nVersion 7.3, and it still crashes"
    assert said.folded == ASKED
    urgent = f"Hi,\n\n{ASKED}\n\nit is urgent, production is down"
    assert not is_bare_thanks(urgent)
    assert "production is down" in own_words(urgent)


def test_own_words_between_quotes_are_kept() -> None:
    said = split("Hi Sam,\n> Which version?\n7.3\n> Since when?\nMonday")
    assert said.own == "Hi Sam,\n7.3\nMonday"


@pytest.mark.parametrize(
    "text",
    [
        "We are away\nFrom: 3 May\nTo: 5 May\nSubject: downtime\nPlease look after it",
        "Our log:\nOn Monday the server wrote:\n  disk full\nand then stopped",
        "Notre journal :\nLe serveur a écrit :\n  disque plein",
        "Numbers:\n>50 users cannot sign in\nsince noon",
        "A table\n-----\none\n_____\ntwo\n=====\nthree",
        "Regards\n\n-- \nZoe",
        "The mail said:\n\nOn Mon, 3 May 2026 at 10:00, Sam wrote:\nsomething without any mark",
    ],
)
def test_ordinary_lines_are_no_quotation(text: str) -> None:
    assert split(text).own == text
    assert split(text).folded == ""


@pytest.mark.parametrize(
    "attribution",
    [
        "Am 03.05.2026 um 10:00 schrieb Sam:",
        "Am Mo., 3. Mai 2026 um 10:00 Uhr schrieb Sam Park <\nsam@desk.example>:",
        "Le lun. 3 mai 2026 à 10:00, Sam <sam@desk.example> a écrit :",
        "El lun, 3 may 2026 a las 10:00, Sam (<sam@desk.example>) escribió:",
        "Il giorno lun 3 mag 2026 alle ore 10:00 Sam <sam@desk.example> ha scritto:",
        "Em seg., 3 de mai. de 2026 às 10:00, Sam <sam@desk.example>\nescreveu:",
        "Op ma 3 mei 2026 om 10:00 schreef Sam <sam@desk.example>:",
        "W dniu 3.05.2026 o 10:00, Sam pisze:",
        "pon., 3 maj 2026 o 10:00 Sam <sam@desk.example> napisał(a):",
        "Den man. 3. maj 2026 kl. 10.00 skrev Sam <sam@desk.example>:",
        "Den mån 3 maj 2026 kl 10:00 skrev Sam <sam@desk.example>:",
        "man. 3. mai 2026 kl. 10:00 skrev Sam <sam@desk.example>:",
        "ma 3. toukok. 2026 klo 10.00 Sam (sam@desk.example) kirjoitti:",
        "пн, 3 мая 2026 г. в 10:00, Sam <sam@desk.example>:",
        "03.05.2026 10:00, Sam пишет:",
        "2026年5月3日(日) 10:00 Sam <sam@desk.example>:",
        "Sam <sam@desk.example> 于2026年5月3日周日 10:00写道：",
        "On 5/3/26 10:00 AM, Sam wrote:",
    ],
)
def test_quotes_are_known_in_every_language(attribution: str) -> None:
    said = split(f"7.3\n\n{attribution}\n\n> This is urgent for us\n> Sam\n")
    assert said.own == "7.3"
    assert "urgent" in said.folded


@pytest.mark.parametrize(
    "head",
    [
        "From: Sam <sam@desk.example>\nSent: Monday, May 3, 2026\nTo: Zoe\nSubject: Import",
        "Von: Sam <sam@desk.example>\nGesendet: Montag, 3. Mai 2026\nAn: Zoe\nBetreff: Import",
        "De : Sam <sam@desk.example>\nEnvoyé : lundi 3 mai 2026\nÀ : Zoe\nObjet : Import",
        "De: Sam <sam@desk.example>\nEnviado el: lunes, 3 de mayo\nPara: Zoe\nAsunto: Import",
        "Da: Sam <sam@desk.example>\nInviato: lunedì 3 maggio\nA: Zoe\nOggetto: Import",
        "Van: Sam <sam@desk.example>\nVerzonden: maandag 3 mei\nAan: Zoe\nOnderwerp: Import",
        "Od: Sam <sam@desk.example>\nWysłano: 3 maja 2026\nDo: Zoe\nTemat: Import",
        "Från: Sam <sam@desk.example>\nSkickat: den 3 maj 2026\nTill: Zoe\nÄmne: Import",
        "Fra: Sam <sam@desk.example>\nSendt: 3. mai 2026\nTil: Zoe\nEmne: Import",
        "Lähettäjä: Sam <sam@desk.example>\nLähetetty: 3. toukokuuta\nVastaanottaja: Zoe\nAihe: Import",
        "От: Sam <sam@desk.example>\nОтправлено: 3 мая 2026 г.\nКому: Zoe\nТема: Import",
        "差出人: Sam <sam@desk.example>\n送信日時: 2026年5月3日\n宛先: Zoe\n件名: Import",
        "发件人: Sam <sam@desk.example>\n发送时间: 2026年5月3日\n收件人: Zoe\n主题: Import",
    ],
)
def test_below_the_head_of_a_mail_all_is_quoted_if_somebody_wrote_above(head: str) -> None:
    said = split(f"7.3\n\n________________________________\n{head}\n\nIs it urgent?\n")
    assert said.own == "7.3"
    assert "urgent" in said.folded
    alone = f"{head}\n\nIs it urgent?"
    assert split(alone).own == alone


@pytest.mark.parametrize(
    "forward",
    [
        "---------- Forwarded message ---------\nFrom: Ann <ann@b.example>\nDate: Mon\nSubject: X\n\nIt broke",
        "See below\n\nBegin forwarded message:\n\n> From: Ann <ann@b.example>\n> Subject: Broken\n> \n> It broke",
        "FYI\n\n-------- Weitergeleitete Nachricht --------\nBetreff: Broken\nVon: Ann <ann@b.example>\n\nIt broke",
    ],
)
def test_a_forward_keeps_what_it_forwards(forward: str) -> None:
    assert split(forward).own == forward
    block = "FYI\n\nFrom: Ann <ann@b.example>\nSent: Monday\nTo: Zoe\nSubject: Broken\n\nIt broke"
    assert split(block, is_forward=True).own == block


def test_what_the_desk_sent_is_folded_without_any_mark() -> None:
    sent = ["Which version do you use there, and since when?\n\nSam"]
    said = split(
        "7.3\n\nOn Mon, 3 May 2026 at 10:00, Sam wrote:\nWhich version do you use\nthere, and since when?\n", sent
    )
    assert said.own == "7.3"


def test_answers_written_between_our_words_below_a_head_are_kept() -> None:
    head = "From: Sam <sam@desk.example>\nSent: Monday\nTo: Zoe\nSubject: Import"
    sent = ["Which version do you use there please?\n\nSince when does it not work for you?"]
    below = "Which version do you use there please?\n7.3\nSince when does it not work for you?\nMay"
    text = f"See below.\n\n{head}\n\n{below}"
    said = split(text, sent)
    assert said.own == "See below.\n\n7.3\nMay"


lines = st.lists(
    st.sampled_from(
        ["> a", ">", "", "words", "From: a@b.example", "Subject: x", "Sent: 10:00", "On 2026 a wrote:", "-----"]
    )
    | st.text(max_size=12),
    max_size=30,
)


@given(lines, st.lists(st.text(max_size=40), max_size=2))
def test_every_word_is_in_one_of_the_two_and_never_all_is_folded(parts: list[str], sent: list[str]) -> None:
    text = "\n".join(parts).replace("\r", "\n")
    said = split(text, sent)
    assert sorted((said.own + "\n" + said.folded).split()) == sorted(text.split())
    assert bool(said.own) == bool(text.strip())


def test_tables_lists_and_links_are_readable() -> None:
    assert words_of("<table><tr><td>Order</td><td>4711</td></tr></table>") == "Order | 4711"
    assert words_of("<td>Order</td><td>4711</td>") == "Order | 4711"
    assert words_of("<ol><li>one<li>two</ol><ul><li>three</ul>") == "1. one\n2. two\n\n- three"
    linked = words_of(
        "<p>See <a href='https://x.example/log?id=7'>this log</a> at <a href='https://x.example'>x.example</a>"
    )
    assert linked == "See this log (https://x.example/log?id=7) at x.example"


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote type="cite">Is it urgent?</blockquote>',
        '<div class="gmail_quote"><div class="gmail_attr">On x wrote:</div><blockquote class="gmail_quote">urgent?',
        '<div class="yahoo_quoted">Is it urgent?</div>',
        '<div class="moz-cite-prefix">On x wrote:</div><blockquote cite="mid:a">Is it urgent?</blockquote>',
        '<div class="protonmail_quote">Is it urgent?</div>',
        '<div name="quote">Is it urgent?</div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Sam</div><div>Is it urgent?</div>',
    ],
)
def test_quotes_in_html_are_known_by_their_container(quote: str) -> None:
    said = split(words_of(f"<p>Version 7.3</p>{quote}"))
    assert said.own == "Version 7.3"
    assert "urgent" in said.folded


def test_own_words_after_a_quote_in_html_are_kept() -> None:
    page = (
        "<div class=gmail_quote><blockquote class=gmail_quote>Which?</blockquote>7.3<blockquote class=gmail_quote>When?"
    )
    assert split(words_of(f"Hi{page}</blockquote>May</div>")).own == "Hi\n\n7.3\n\nMay"


@pytest.mark.parametrize(
    "page",
    [
        f"<img src='data:image/png;base64,{'A' * 300_000}'>the words",
        f"<style>{'p{color:red}' * 20_000}</style>the words",
        "<div>" * 100_000 + "the words",
        "<table><tr><td>" * 20_000 + "the words",
        "<script>x()</script><title>no</title>the words",
    ],
)
def test_the_words_are_found_in_pages_that_are_mostly_something_else(page: str) -> None:
    assert words_of(page).strip("| \n") == "the words"
