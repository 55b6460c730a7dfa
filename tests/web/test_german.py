"""German stands beside English, whole."""

import ast
import gettext
import re
from pathlib import Path
from typing import Any

import pytest

from rung.core.document.nodes import parse
from rung.core.policy.keys import KEYS
from rung.people.languages import speaking_in
from rung.people.models import Agent
from rung.web.templatetags.formatting import step_of
from tests.web.pages import source

CATALOGUE = Path(__file__).parents[2] / "rung" / "web" / "locale" / "de" / "LC_MESSAGES" / "django"
CODE = Path(__file__).parents[2] / "rung"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]")
#: Words that are the same in German.
#: How a finding is written down: (place, message, remedy).
NOTED = {"error", "warning"}
SAME_IN_BOTH = {"status", "Team"}


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
    page = source(sam.get(f"/tickets/{number}"))
    assert "<b>Sam</b> hat es Ben zugewiesen" in page
    assert "Eskaliert an L2" in page
    assert "jemand antwortet" in page


def test_a_customer_is_answered_in_the_language_of_their_browser(client: Any, db: None) -> None:
    page = client.get("/ask", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}).content.decode()
    assert "Wie können wir helfen?" in page


def sentences() -> list[str]:
    """Every sentence of the rules and of the tickets (rung/core/sentences.py), read off the code that says it."""
    makers = {"say", "key", "counted"}
    found = []
    for module in sorted(CODE.rglob("*.py")):
        text = module.read_text()
        if "from rung.core.sentences import" in text:
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            said = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id in makers]
            found += [each.value for args in said for each in args if isinstance(each, ast.Constant)]
    return [each for each in found if isinstance(each, str)]


def test_every_sentence_of_the_rules_has_its_german() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        served = gettext.GNUTranslations(compiled)
    assert len(sentences()) > 150
    means = [key.means for keys in KEYS.values() for key in keys]
    said = [*sentences(), *means]
    assert [each for each in said if served.gettext(each) == each and each not in SAME_IN_BOTH] == []


def test_every_finding_is_said_in_the_readers_language() -> None:
    raw = []
    for module in sorted((CODE / "core" / "check").glob("*.py")):
        for call in ast.walk(ast.parse(module.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in NOTED:
                raw += [module.name for each in call.args[1:2] if isinstance(each, ast.Constant | ast.JoinedStr)]
    assert raw == []


def test_a_refusal_beside_its_form_is_german(signed_in: Any, opened: Any) -> None:
    number = opened()
    Agent.objects.filter(handle="sam").update(language="de")
    page = signed_in("sam").post(f"/tickets/{number}/escalate", {"to": "L9", "reason": "time"}).content.decode()
    assert "Keine Stufe heißt" in page
    assert "o level is called" not in page


def test_the_receipt_says_in_german_why_nothing_has_happened_yet(signed_in: Any, opened: Any) -> None:
    number = opened()
    Agent.objects.filter(handle="sam").update(language="de")
    sam = signed_in("sam")
    sam.post(f"/tickets/{number}/resolve", {"text": "Done."})
    page = sam.get(f"/tickets/{number}/why").content.decode()
    assert "läuft nicht" in page
    assert "is not running" not in page
    taken_along = sam.get(f"/tickets/{number}/why?as=text").content.decode()
    assert "is not running" in taken_along


def test_the_same_text_is_judged_in_the_language_of_each_reader() -> None:
    said = {}
    for language in ("en", "de", "en"):
        with speaking_in(language):
            said[language] = [found.message for found in parse("- no map", "policy.yaml")[1]]
    assert said == {
        "en": ["a policy is a map, this is a list"],
        "de": ["ein Regelwerk ist eine Zuordnung, das hier ist eine Liste"],
    }


def test_a_step_of_a_comparison_is_named_in_words() -> None:
    with speaking_in("de"):
        assert step_of("follow_up / reply.1") == "Nachfassen / Antwort an den Kunden"
        assert step_of("Nobody / has / answered / escalate.2") == "Nobody / has / answered / Eskalation 2"
