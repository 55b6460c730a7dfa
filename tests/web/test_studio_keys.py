"""The studio edits every key of the policy's table, with the table's field."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from rung.core.policy.keys import KEYS, Form, Key
from rung.web.policy.studio.fields import read, show
from rung.web.policy.studio.kinds import KINDS, SECTIONS
from rung.web.policy.studio.names import FACTS, Names

#: Which form edits a kind of map, and below which key of it; a kind that is not here has its form's name.
FORMS = {
    "policy": [("desk", "")],
    "triage": [("desk", "triage")],
    "publishing": [("desk", "publishing")],
    "holidays": [("calendar", "holidays")],
    "handoff": [("level", "handoff")],
    "learned": [("priority", "learned")],
    "pause_at_most": [("target", "pause_at_most")],
    "rule": [("rule", ""), ("moment", "")],
    "actions": [("moment", "do"), ("problem", "then")],
    "quiet": [("attention", "quiet")],
    "budget": [("attention", "budget")],
}
#: Written in the text only: forms say conditions as facts and other ways.
TEXT_ONLY = {("when", "all"), ("when", "not")}
INNER = [
    (kind, key)
    for kind, keys in KEYS.items()
    for key in keys
    if (kind, key.name) not in TEXT_ONLY and not (key.form is Form.MAP and key.of in FORMS)
]
LISTED = {".".join(map(str, part.path)) for section in SECTIONS for part in section.parts}


@pytest.mark.parametrize(("kind", "key"), INNER, ids=[f"{kind}.{key.name}" for kind, key in INNER])
def test_the_studio_edits_it(kind: str, key: Key) -> None:
    if kind == "when":
        assert key.name in FACTS or key.name == "any"
        return
    if kind == "reminder":  # both by one field
        assert [field.widget for field in KINDS["step"].fields if field.key == ("remind",)] == ["reminder"]
        return
    if key.form in {Form.NAMED, Form.LIST} or (kind == "policy" and key.form is Form.MAP):
        name = key.name if kind == "policy" else f"{kind}.{key.name}"
        assert name in LISTED or name in {"rule.steps", "follow_up.steps"}
        return
    for form, above in FORMS.get(kind, [(kind, "")]):
        path = (above, key.name) if above else (key.name,)
        fields = {field.key: field for field in KINDS[form].fields}
        if path in fields:
            assert fields[path].source == key.source
            assert fields[path].rare == key.rare
            assert str(fields[path].label)
            return
    pytest.fail(f"no form edits {kind}.{key.name}")


def test_hours_of_single_dates_are_shown_and_kept() -> None:
    (field,) = (each for each in KINDS["calendar"].fields if each.name == "hours")
    old = {"mon-fri": ["09:00-17:00"], "2026-12-24": ["09:00-14:00"], "2026-12-28": []}
    names = Names({}, ())
    looks = show(field, {"hours": old}, names).looks
    assert looks["dates"] == "2026-12-24: 09:00-14:00\n2026-12-28: "
    form = {f"hours-{day}": text for day, text in looks["days"]} | {"hours-dates": looks["dates"]}
    sent = QueryDict(urlencode(form))
    assert read(field, sent, {"hours": old}) == old
    more = QueryDict(urlencode(form | {"hours-dates": "2026-12-05: 10:00-16:00"}))
    assert read(field, more, {"hours": old}) == {"mon-fri": ["09:00-17:00"], "2026-12-05": ["10:00-16:00"]}


@pytest.mark.parametrize(
    ("posted", "old", "new"),
    [
        ("remind=triage&remind-call=team", None, "triage"),
        ("remind=triage&remind-call=nobody", "triage", {"to": "triage", "call": "nobody"}),
        ("remind=level&remind-call=team", {"to": "triage", "call": "nobody"}, "level"),
        ("remind=level&remind-call=team", {"to": "level", "call": "team"}, {"to": "level", "call": "team"}),
        ("remind=&remind-call=nobody", {"to": "triage", "call": "nobody"}, None),
    ],
)
def test_a_reminder_is_a_place_and_whom_it_calls(posted: str, old: object, new: object) -> None:
    [field] = [field for field in KINDS["step"].fields if field.key == ("remind",)]
    assert read(field, QueryDict(posted), {"at": "50%", "remind": old}) == new  # type: ignore[dict-item]
