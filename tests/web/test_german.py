"""German stands beside English, whole."""

import gettext
import re
from pathlib import Path
from typing import Any

import pytest

from rung.people.models import Agent

CATALOGUE = Path(__file__).parents[2] / "rung" / "web" / "locale" / "de" / "LC_MESSAGES" / "django"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def entries() -> list[tuple[str, str]]:
    """(English, German) of everything in the catalogue, plurals too."""
    found = []
    for block in CATALOGUE.with_suffix(".po").read_text().split("\n\n")[1:]:
        said: dict[str, str] = {}
        for name, text in re.findall(r'^(msg\w+(?:\[\d\])?) ((?:".*"\n?)+)', block, re.M):
            said[name] = "".join(re.findall(r'"(.*)"', text))
        found.append((said["msgid"], said.get("msgstr", said.get("msgstr[0]", ""))))
        if "msgid_plural" in said:
            found.append((said["msgid_plural"], said["msgstr[1]"]))
    return found


def test_every_word_is_translated_with_its_placeholders() -> None:
    assert len(entries()) > 600
    for english, german in entries():
        assert german, f"no German for: {english}"
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(german)), english


def test_what_is_served_is_what_is_written() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        served = gettext.GNUTranslations(compiled)
    written = {english: german for english, german in entries() if "\\" not in english}
    singular = {english: german for english, german in written.items() if served.gettext(english) != english}
    assert all(served.gettext(english) == german for english, german in singular.items())
    assert len(singular) > 500


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "Braucht jetzt jemanden"),
        ("/for-you", "Für Sie"),
        ("/on-call", "Wer jetzt erreichbar ist"),
        ("/you", "Zeitzone"),
    ],
)
def test_pages_speak_the_readers_language(signed_in: Any, opened: Any, address: str, words: str) -> None:
    opened()
    Agent.objects.filter(handle="sam").update(language="de")
    page = signed_in("sam").get(address).content.decode()
    assert '<html lang="de">' in page
    assert words in page


def test_a_ticket_tells_its_story_in_german(signed_in: Any, opened: Any) -> None:
    number = opened()
    Agent.objects.filter(handle="sam").update(language="de")
    sam = signed_in("sam")
    sam.post(f"/tickets/{number}/assign", {"assignee": "ben"})
    page = sam.get(f"/tickets/{number}").content.decode()
    assert "<b>Sam</b> hat es Ben zugewiesen" in page
    assert "Eskaliert an L2" in page
    assert "jemand antwortet" in page


def test_a_customer_is_answered_in_the_language_of_their_browser(client: Any, db: None) -> None:
    page = client.get("/ask", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}).content.decode()
    assert "Wie können wir helfen?" in page
