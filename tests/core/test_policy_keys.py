"""Every key of the table is read, refused where it is wrong, in the schema, offered while typing, and in the docs."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rung.core.policy.completion import complete
from rung.core.policy.keys import KEYS, Form, Key
from rung.core.policy.model import NUMERIC_FACTS, Fact
from rung.core.policy.schema import schema
from rung.policies.outlets import outlets
from rung.policies.reading import read_policy
from tests.policy_key_page import PAGE, page

#: Where a map of each kind stands. A number is an item of a list.
PLACES: dict[str, tuple[str | int, ...]] = {
    "policy": (),
    "calendar": ("calendars", "office"),
    "holidays": ("calendars", "office", "holidays"),
    "triage": ("triage",),
    "team": ("teams", "L1"),
    "schedule": ("schedules", "duty"),
    "level": ("levels", "L1"),
    "handoff": ("levels", "L1", "handoff"),
    "route": ("routing", 0),
    "category": ("categories", "billing"),
    "priority": ("priority",),
    "learned": ("priority", "learned"),
    "priority_rule": ("priority", "rules", 0),
    "target": ("targets", 0),
    "pause_at_most": ("targets", 0, "pause_at_most"),
    "rule": ("rules", 0),
    "follow_up": ("follow_up",),
    "step": ("rules", 0, "steps", 0),
    "actions": ("rules", 0, "do"),
    "reminder": ("rules", 0, "do", "remind"),
    "when": ("routing", 0, "when"),
    "workflow": ("workflows", "reset"),
    "closing": ("closing",),
    "problem": ("problems", "same"),
    "alert": ("alerts", 0),
    "attention": ("attention",),
    "quiet": ("attention", "quiet"),
    "budget": ("attention", "budget"),
    "publishing": ("publishing",),
}
#: What must stand beside a key for it to mean anything.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("target", "pause_at_most"): {"resolution": "1d", "pause_on": ["customer", "third_party"]},
    ("target", "calendar"): {"first_response": "1h"},
    ("target", "pause_on"): {"resolution": "1d"},
    ("rule", "do"): {"when": {"critical": "true"}},
    ("rule", "when"): {"do": {"tag": "x"}},
    ("rule", "steps"): {"clock": "idle"},
    ("rule", "clock"): {"steps": [{"at": "45m", "tag": "x"}]},
    ("rule", "calendar"): {"clock": "idle", "steps": [{"at": "45m", "tag": "x"}]},
    ("holidays", "subdivision"): {"country": "DE"},
    ("actions", "reason"): {"escalate": "next"},
    ("step", "reason"): {"escalate": "next"},
    ("step", "at"): {"tag": "x"},
    ("step", "when"): {"tag": "x"},
}
ALWAYS_BESIDE: dict[str, dict[str, Any]] = {"rule": {"when": {"critical": "true"}, "do": {"tag": "x"}}}
#: A right value by what may be chosen, then by how it is written.
CHOSEN = {
    "teams": "L1",
    "people": "ada",
    "calendars": "always",
    "paths": "support",
    "levels": "L1",
    "categories": "billing",
    "replies": "thanks",
    "escalations": "next",
    "assignments": "least_busy",
    "recipients": "lead",
    "reminders": "triage",
    "called": "nobody",
    "pagers": "pagerduty",
}
RIGHT: dict[Form, Any] = {
    Form.LINE: "some",
    Form.PROSE: "Some text.\n",
    Form.WORDS: ["one", "two"],
    Form.FLAG: "true",
    Form.CONFIDENCE: "0.5",
    Form.COUNT: "3",
    Form.COMPARED: ">= 2",
    Form.DURATION: "1d",
    Form.THRESHOLD: "45m",
    Form.BUDGET: "6 per 1h",
    Form.AMOUNT: "20%",
    Form.MOMENT: "2026-11-02T09:00",
    Form.HOURS: {"mon-fri": ["09:00-17:00"]},
    Form.DATES: ["2026-12-24"],
}
#: Right words of a single line that not any text is.
LINES = {
    "timezone": "Europe/Berlin",
    "channel": "slack:#triage",
    "country": "DE",
    "subdivision": "BE",
    "link": "jira:ENG",
    "close": "no_answer",
    "metric": "breach_rate",
}
ALL = [(kind, key) for kind, keys in KEYS.items() for key in keys]
IDS = [f"{kind}.{key.name}" for kind, key in ALL]


def right(key: Key) -> Any:
    """A value as the table says it should be."""
    if key.form in {Form.MAP, Form.NAMED, Form.LIST}:
        kind = key.of if key.of in KEYS else ""
        inner = right_map(kind) if kind else right(Key("", Form(key.of), source=key.source))
        return {Form.MAP: inner, Form.NAMED: {"reset": inner}, Form.LIST: [inner]}[key.form]
    if key.form is Form.LINE and key.name in LINES:
        return LINES[key.name]
    if not key.source:
        return RIGHT[key.form]
    one = key.words[0] if key.words else CHOSEN[key.source]
    return [one] if key.form in {Form.SEVERAL, Form.ORDERED} else one


def right_map(kind: str, with_key: Key | None = None) -> dict[str, Any]:
    """The smallest map of a kind that can be read, and a key of it."""
    needed = {key.name: right(key) for key in KEYS[kind] if key.required}
    if with_key is None:
        small = {
            "when": {"tag": "x"},
            "actions": {"tag": "x"},
            "step": {"at": "45m", "tag": "x"},
            "target": {"resolution": "1d"},
        }
        return needed | small.get(kind, ALWAYS_BESIDE.get(kind, {}))
    beside = BESIDE.get((kind, with_key.name), ALWAYS_BESIDE.get(kind, {}))
    return needed | beside | {with_key.name: right(with_key)}


def document(kind: str, inner: dict[str, Any]) -> dict[str, Any]:
    """A whole policy with the map in its place."""
    whole: dict[str, Any] = {
        "levels": {"L1": {"team": "L1"}},
        "paths": {"support": ["L1"]},
        "teams": {"L1": {}},
        "categories": {"billing": {"text": "money"}},
        "replies": {"thanks": "Thank you."},
    }
    if kind == "policy":
        return whole | {name: value for name, value in inner.items() if name not in whole}
    around: Any = whole
    place = PLACES[kind]
    kinds = {where: each for each, where in PLACES.items()}
    for number, step in enumerate(place[:-1]):
        following = place[number + 1]
        if step not in around:
            above = kinds.get(place[: number + 1])
            around[step] = [{}] if isinstance(following, int) else right_map(above) if above else {}
        around = around[step]
        if isinstance(following, int) and (above := kinds.get(place[: number + 2])) and number + 2 < len(place):
            around[0] = right_map(above)
    if kind == "step":
        around[0] = inner
        whole["rules"][0] = {"name": "some", "clock": "idle", "steps": [inner]}
    elif kind == "pause_at_most":
        whole["targets"] = [{"resolution": "1d", "pause_on": ["customer", "third_party"], kind: inner}]
    else:
        around[place[-1]] = inner
    return whole


def findings_of(content: dict[str, Any]) -> list[str]:
    _policy, findings = read_policy(yaml(content), "p")
    return [str(finding) for finding in findings]


def yaml(content: Any) -> str:
    """In one line, as JSON-like YAML, with plain words."""
    match content:
        case dict():
            return "{" + ", ".join(f'"{name}": {yaml(value)}' for name, value in content.items()) + "}"
        case list():
            return "[" + ", ".join(map(yaml, content)) + "]"
        case "true":
            return "true"
    return '"' + str(content).replace("\n", "\\n") + '"'


def place_text(place: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def test_every_kind_has_a_place() -> None:
    assert set(PLACES) == set(KEYS)
    assert {key.name for key in KEYS["when"]} - {"any", "all", "not"} == set(Fact)
    assert {key.name for key in KEYS["when"] if key.form is Form.COMPARED} == NUMERIC_FACTS


@pytest.mark.parametrize(("kind", "key"), ALL, ids=IDS)
def test_the_reader_reads_it_and_the_schema_accepts_it(kind: str, key: Key) -> None:
    content = document(kind, right_map(kind, key))
    assert findings_of(content) == []
    assert [error.message for error in Draft202012Validator(schema(outlets())).iter_errors(as_json(content))] == []


@pytest.mark.parametrize(("kind", "key"), ALL, ids=IDS)
def test_a_value_of_another_kind_is_refused_where_it_stands(kind: str, key: Key) -> None:
    wrong: Any = "wrong" if key.form in {Form.MAP, Form.NAMED, Form.LIST, Form.HOURS} else {"wrong": {"wrong": "x"}}
    content = document(kind, right_map(kind, key) | {key.name: wrong})
    if kind == "policy":
        content[key.name] = wrong
    place = place_text((*PLACES[kind], key.name))
    assert any(place in each for each in findings_of(content)), place
    assert not Draft202012Validator(schema(outlets())).is_valid(as_json(content))


@pytest.mark.parametrize(("kind", "key"), ALL, ids=IDS)
def test_a_misspelled_key_is_refused_and_a_required_one_missed(kind: str, key: Key) -> None:
    written = right_map(kind, key)
    typo = f"{key.name}x"
    content = document(kind, written | {typo: "x"})
    place = place_text((*PLACES[kind], typo))
    found = [each for each in findings_of(content) if f"{place}:" in each]
    assert found
    assert "did you mean" in found[0]
    if key.required and kind != "policy":
        without = {name: value for name, value in written.items() if name != key.name}
        assert any(f'"{key.name}"' in each or key.name in each for each in findings_of(document(kind, without)))


@pytest.mark.parametrize(("kind", "key"), ALL, ids=IDS)
def test_completion_offers_it(kind: str, key: Key) -> None:
    text = "".join(_opened(PLACES[kind])) + key.name
    assert f"{key.name}:" in [option.word for option in complete(text, len(text), {}, outlets()).options]


def _opened(place: tuple[str | int, ...]) -> list[str]:
    """`levels: {L1: {`, `rules: [{steps: [{`."""
    found: list[str] = []
    for number, step in enumerate(place):
        if isinstance(step, int):
            found.append("[{")
        else:
            found.append(f"{step}: ")
            if number + 1 == len(place) or not isinstance(place[number + 1], int):
                found.append("{")
    return found


def as_json(content: Any, numbers: tuple[str, ...] = ("customers", "minimum_confidence")) -> Any:
    """As an editor sees the YAML: numbers and flags as such."""
    match content:
        case dict():
            return {
                name: float(value) if name in numbers and str(value).replace(".", "").isdigit() else as_json(value)
                for name, value in content.items()
            }
        case list():
            return [as_json(each) for each in content]
        case "true":
            return True
    return content


def test_the_page_of_keys_is_written_from_the_table() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.policy_key_page"
