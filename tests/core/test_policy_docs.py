"""docs/reference/policy: each of its examples is read, and no key or word of the language is missing from it."""

import re
from pathlib import Path

import pytest

from rung.core.log.mapping import read_map
from rung.core.policy.keys import KEYS
from rung.core.policy.model import Fact, Metric
from rung.core.vocabulary import ClockName, Emotion, Priority, Reason, Status
from rung.policies.reading import read_policy

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = "\n".join(page.read_text() for page in sorted((DOCS / "reference" / "policy").glob("*.md")))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.S)
#: What the examples stand on, unless they write it themselves.
AROUND = {
    "teams": "teams: {frontline: {}, specialists: {}, leads: {}}\n",
    "levels": "levels: {L1: {team: frontline}, L2: {team: specialists}, management: {team: leads}}\n",
    "paths": "paths: {support: [L1, L2, management]}\n",
}


def sections_of(example: str) -> set[str]:
    return set(re.findall(r"^(\w+):", example, re.M))


@pytest.mark.parametrize("example", EXAMPLES, ids=[", ".join(sorted(sections_of(each))) for each in EXAMPLES])
def test_each_example_is_read_without_a_finding(example: str) -> None:
    written = sections_of(example)
    policy, findings = read_policy("".join(text for key, text in AROUND.items() if key not in written) + example, "doc")
    assert [str(finding) for finding in findings] == []
    assert policy is not None


def test_the_examples_show_every_key() -> None:
    shown = set(re.findall(r"([\w.]+):", "\n".join(EXAMPLES)))
    keys = {key.name for every in KEYS.values() for key in every}
    assert keys - shown == set()


@pytest.mark.parametrize(
    "words", [ClockName, Emotion, Priority, Reason, Status, Metric, Fact], ids=lambda each: each.__name__
)
def test_every_word_is_explained(words: type[ClockName]) -> None:
    assert [word for word in words if not re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", DOCUMENT)] == []


MAPS = re.findall(r"```yaml\n(.*?)```", (DOCS / "reference" / "log-map.md").read_text(), re.S)


@pytest.mark.parametrize("text", MAPS, ids=["updates", "messages"])
def test_each_map_of_a_log_is_read_without_a_finding(text: str) -> None:
    log_map, findings = read_map(text, "doc")
    assert [str(finding) for finding in findings] == []
    assert log_map is not None


def test_the_policy_of_the_tutorial_grows_without_an_error() -> None:
    text = ""
    for part in re.findall(r"```yaml\n(.*?)```", (DOCS / "tutorial" / "your-first-policy.md").read_text(), re.S):
        text += part
        policy, findings = read_policy(text, "doc")
        assert [str(finding) for finding in findings] == []
        assert policy is not None
