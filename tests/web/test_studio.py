"""The studio: every place of a policy has a form, and a form changes only its own lines of the draft."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from rung.core.document.intents import document
from rung.people.clock import database_now
from rung.people.models import Agent, Team
from rung.policies.models import Draft, PolicyVersion
from rung.policies.publishing import publish
from rung.tickets.models import Ticket
from rung.web.policy.studio import fields
from rung.web.policy.studio.kinds import SECTIONS, kind_of
from rung.web.policy.studio.pages import Asked
from rung.web.policy.studio.places import place_path, place_text
from rung.web.policy.studio.working_draft import WorkingDraft, stamp_of
from tests.core.test_document_rewriting import REFERENCE, places
from tests.web.pages import source


@pytest.fixture
def sam(signed_in: Any, desk: Any) -> Any:
    publish(REFERENCE, author="agent:olga", reason="The reference", now=database_now())
    return signed_in("sam")


def kept() -> str:
    return Draft.objects.get(state="open").text


def changed_lines(before: str, after: str) -> list[str]:
    was = before.splitlines()
    return [line for line in after.splitlines() if line not in was]


STEP = {"at": "rules/5/steps", "new": "1", "at-measured": "start", "at-amount": "50", "at-unit": "m"}


def test_a_lead_adds_a_step_without_seeing_yaml_and_every_comment_survives(sam: Any) -> None:
    page = sam.get("/policy/form", {"at": "rules/5/steps", "new": "1"}).content.decode()
    assert ">Ben</span>" in page
    asked = {**STEP, "_at": "", "notify": ["agent:ben"]}
    seen = sam.post("/policy/form/preview", asked).content.decode()
    assert "After 50 minutes, while the assignee does nothing: ben is told." in seen
    assert "<svg" in seen
    assert Draft.objects.count() == 0
    answer = sam.post("/policy/form", {**asked, "seen": stamp_of(REFERENCE)}, follow=True)
    assert answer.status_code == 200
    assert changed_lines(REFERENCE, kept()) == ['      - {at: 50m, notify: ["agent:ben"]}']
    assert set(REFERENCE.splitlines()) <= set(kept().splitlines())
    lines = [line for line in kept().splitlines() if "at: 45m" in line or "at: 50m" in line or "at: 2h, un" in line]
    assert [line.split("at: ")[1][:3] for line in lines] == ["45m", "50m", "2h,"]


def test_a_form_of_an_older_text_is_refused_and_shown_anew(sam: Any) -> None:
    sam.post("/policy/form", {**STEP, "notify": "lead", "seen": stamp_of(REFERENCE)})
    answer = sam.post("/policy/form", {**STEP, "notify": "lead", "seen": stamp_of(REFERENCE)}, follow=True)
    assert "The draft has changed since you opened this" in answer.content.decode()
    assert kept().count("at: 50m") == 1


def test_what_would_be_a_mistake_is_said_and_not_kept(sam: Any) -> None:
    asked = {**STEP, "at-measured": "share", "notify": "lead", "seen": stamp_of(REFERENCE)}
    answer = sam.post("/policy/form", asked)
    assert answer.status_code == 422
    assert "is measured from a target, and idle has none" in answer.content.decode()
    assert Draft.objects.count() == 0


class Filled(HTMLParser):
    """What a browser would send of a form that nobody has touched."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = self.area = ""
        self.option: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        name = said.get("name") or ""
        if tag == "select":
            self.select, self.option = name, None
        elif tag == "option" and (self.option is None or "selected" in said):
            self.option = said.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.sent.append((name, ""))
        elif tag == "input" and (said.get("type") != "checkbox" or "checked" in said):
            self.sent.append((name, said.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[-1] = (self.area, self.sent[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.sent.append((self.select, self.option or ""))
        elif tag == "textarea":
            self.area = ""


def test_every_place_of_the_reference_policy_has_a_form_that_changes_nothing_unasked(sam: Any) -> None:
    bench = WorkingDraft(Agent.objects.get(handle="sam"))
    reached: set[tuple[str | int, ...]] = set()
    for path in [(), *places(bench.said)]:
        if kind_of(path, bench.said) is None:
            continue
        asked = Asked(bench, {"at": place_text(path)})
        shown = [fields.show(field, asked.item, bench.names) for field in asked.kind.fields]
        assert all(each.fits for each in shown), path
        form = Filled()
        form.feed("".join(render_to_string("policy/field.html", {"shown": each, "line": 1}) for each in shown))
        assert asked.intents(QueryDict(urlencode(form.sent)))[0] == [], path
        reached |= {(*path, *field.key) for field in asked.kind.fields}
    for path in places(bench.said):
        inside_one = any(path[: len(done)] == done for done in reached if done)
        holds_one = any(done[: len(path)] == path for done in reached)
        assert inside_one or holds_one, f"no form reaches {path}"


@pytest.mark.parametrize("section", [section.slug for section in SECTIONS])
def test_every_section_is_shown_with_a_link_to_each_of_its_forms(sam: Any, section: str) -> None:
    page = sam.get(f"/policy/edit/{section}").content.decode()
    assert "/policy/form?at=" in page


def test_items_are_moved_and_taken_away(sam: Any) -> None:
    sam.post("/policy/form/arrange", {"at": "rules/1", "do": "up", "seen": stamp_of(REFERENCE)})
    assert [rule["name"] for rule in document(kept())["rules"]][:2] == [  # type: ignore[index,union-attr,call-overload]
        "Nobody has answered again",
        "Nobody has answered",
    ]
    assert sorted(kept().splitlines()) == sorted(REFERENCE.splitlines())
    sam.post("/policy/form/arrange", {"at": "rules/0", "do": "remove", "seen": stamp_of(kept())})
    assert "Nobody has answered again" not in kept()
    sam.post("/policy/form/arrange", {"at": "levels/L2", "do": "remove", "seen": stamp_of(kept())})
    assert "L2:" in kept()  # the path still needs it


def test_a_new_level_a_calendar_and_a_condition_are_written_in_the_hand_of_the_file(sam: Any) -> None:
    level = {"at": "levels", "new": "1", "_name": "L4", "team": "leads", "responsible_for": "The rest."}
    sam.post("/policy/form", {**level, "seen": stamp_of(REFERENCE)})
    assert changed_lines(REFERENCE, kept()) == ["  L4:", "    responsible_for: The rest."]
    before = kept()
    hours = {f"hours-{day}": "09:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")}
    office = {"at": "calendars/office", "timezone": "Europe/Berlin", "holidays-country": "AT", **hours}
    sam.post("/policy/form", {**office, "seen": stamp_of(before)})
    assert "      mon-fri: [09:00-17:00]" in kept()
    assert "country: AT" in kept()
    before = kept()
    when = {"when-0-0-fact": "reopens", "when-0-0-sign": ">=", "when-0-0-number": "3"}
    when |= {"when-1-0-fact": "priority", "when-1-0-value": ["urgent", "high"]}
    rule = {"at": "rules", "new": "moment", "name": "Watch it", "do-tag": "watched", **when}
    sam.post("/policy/form", {**rule, "seen": stamp_of(before)})
    assert '    when: {any: [{reopens: ">= 3"}, {priority: [urgent, high]}]}' in kept().splitlines()


def test_the_draft_is_reviewed_published_and_over(sam: Any) -> None:
    sam.post("/policy/form", {**STEP, "notify": "lead", "seen": stamp_of(REFERENCE)})
    text = kept()
    assert "at: 50m" in sam.post("/policy/review", {"text": text}).content.decode()
    sam.post("/policy/review", {"text": text, "publish": "1", "reason": "Sooner"})
    assert PolicyVersion.objects.get(is_current=True).text == text
    assert Draft.objects.get().state == "published"
    assert "Nothing is changed yet" in sam.get("/policy/edit").content.decode()


def test_a_draft_that_somebody_has_overtaken_says_so(sam: Any) -> None:
    sam.post("/policy/form", {**STEP, "notify": "lead", "seen": stamp_of(REFERENCE)})
    publish(REFERENCE + "# more\n", author="agent:olga", now=database_now())
    assert "has been published since this draft was begun" in sam.get("/policy/edit").content.decode()
    sam.post("/policy/discard")
    assert Draft.objects.get().state == "withdrawn"


def test_two_windows_do_not_overwrite_each_other(sam: Any) -> None:
    first = source(sam.get("/policy/text"))
    seen = re.search(r'name="seen" value="(\w+)"', first)
    assert seen is not None
    sam.post("/policy/form", {**STEP, "notify": "lead", "seen": stamp_of(REFERENCE)})
    by_forms = kept()
    typed = {"text": REFERENCE + "# typed\n", "seen": seen[1]}
    for act in ({}, {"stay": "1"}, {"publish": "1"}, {"keep": "1"}):
        answer = sam.post("/policy/review", typed | act)
        assert answer.status_code == 409
        assert "# typed" in answer.content.decode()  # nothing is lost, here or there
        assert kept() == by_forms
    again = re.search(r'name="seen" value="(\w+)"', source(answer))
    assert again is not None
    sam.post("/policy/review", typed | {"seen": again[1], "stay": "1"})
    assert kept() == typed["text"]
    # The bar's button reviews the draft as it is now, whatever the page showed.
    assert "# typed" in sam.post("/policy/review", {"draft": "1"}).content.decode()


def test_nobody_undoes_a_version_they_have_not_seen(sam: Any) -> None:
    text = REFERENCE + "# mine\n"
    page = source(sam.post("/policy/review", {"text": text}))
    form = dict(re.findall(r'name="(seen|against)" value="(\w+)"', page)) | {"text": text, "publish": "1"}
    publish(REFERENCE + "# olga's\n", author="agent:olga", now=database_now())
    refused = sam.post("/policy/review", form)
    assert refused.status_code == 409
    assert "Somebody has published version 3 while you were editing." in refused.content.decode()
    assert "olga" in refused.content.decode()  # among the lines that would go
    assert PolicyVersion.objects.get(is_current=True).number == 3
    seen_now = dict(re.findall(r'name="(seen|against)" value="(\w+)"', source(refused)))
    sam.post("/policy/review", form | seen_now)
    assert PolicyVersion.objects.get(is_current=True).text == text
    sam.post("/policy/review", form | seen_now)  # pressed twice
    assert PolicyVersion.objects.count() == 4


def test_a_place_in_an_address_and_back() -> None:
    said = {"workflows": {"a/b c": {}}, "rules": [{"steps": [{}]}]}
    for path in (("workflows", "a/b c"), ("rules", 0, "steps", 0)):
        assert place_path(place_text(path), said) == path  # type: ignore[arg-type]


# --- another name


def test_a_renamed_level_says_who_knows_it_and_takes_its_people_along(sam: Any, opened: Any) -> None:
    ticket = opened()
    page = sam.get("/policy/rename", {"what": "levels", "name": "L1"}).content.decode()
    assert "1 person belongs to it and is moved when this is published." in page
    assert "1 open ticket stands there. It keeps the version that judges it" in page
    asked = {"what": "levels", "name": "L1", "new": "First"}
    assert "<ins>+   First:</ins>" in sam.post("/policy/rename/preview", asked).content.decode()
    sam.post("/policy/rename", {**asked, "seen": stamp_of(REFERENCE)})
    assert "support: [First, L2, L3, management]" in kept()
    assert {line for line in REFERENCE.splitlines() if "#" in line and "L1" not in line} <= set(kept().splitlines())
    review = sam.post("/policy/review", {"draft": "1"}).content.decode()
    assert "“L1” is called “First” from this version on" in review
    assert "1 open ticket stands at “L1”, which this text does not have." in review
    assert Agent.objects.get(handle="sam").level == "L1"
    sent = {"text": kept(), "publish": "1", "running": "1", "against": "2", "seen": stamp_of(kept())}
    done = sam.post("/policy/review", sent, follow=True).content.decode()
    assert "0 open tickets are judged by it too. 1 stands where this version has no level." in done
    assert Agent.objects.get(handle="sam").level == "First"
    assert Ticket.objects.get(number=ticket).policy == 2


def test_a_level_that_nobody_works_at_yet_can_be_edited_all_the_same(sam: Any) -> None:
    Agent.objects.get(handle="ben").teams.clear()
    page = sam.post("/policy/rename/preview", {"what": "levels", "name": "L2", "new": "Second"}).content.decode()
    assert "nobody active is in the team specialists" in page
    sam.post("/policy/rename", {"what": "levels", "name": "L2", "new": "Second", "seen": stamp_of(REFERENCE)})
    assert "support: [L1, Second, L3, management]" in kept()


def test_a_renamed_team_is_there_under_both_names(sam: Any) -> None:
    sam.post("/policy/rename", {"what": "teams", "name": "leads", "new": "heads", "seen": stamp_of(REFERENCE)})
    sam.post("/policy/review", {"text": kept(), "publish": "1", "against": "2", "seen": stamp_of(kept())})
    members = [
        list(Team.objects.get(name=name).members.values_list("handle", flat=True)) for name in ("leads", "heads")
    ]
    assert members == [["olga"], ["olga"]]


def test_a_renamed_category_is_mastered_under_both_names(sam: Any, opened: Any) -> None:
    Ticket.objects.filter(number=opened()).update(category="sso")
    Agent.objects.filter(handle="ben").update(skills=["sso"])
    page = sam.get("/policy/rename", {"what": "categories", "name": "sso"}).content.decode()
    assert "1 person is an expert in it, and under both names once this is published." in page
    assert "1 open ticket is in it and stays in “sso”" in page
    sam.post("/policy/rename", {"what": "categories", "name": "sso", "new": "login", "seen": stamp_of(REFERENCE)})
    assert "when: {category: login, level: L1}" in kept()
    sam.post("/policy/review", {"text": kept(), "publish": "1", "against": "2", "seen": stamp_of(kept())})
    assert Agent.objects.get(handle="ben").skills == ["sso", "login"]


@pytest.mark.parametrize(
    ("what", "name", "new", "why"),
    [
        ("categories", "other", "rest", "“other” is the category of tickets that no other category fits"),
        ("categories", "sso", "other", "“other” is the category of tickets that no other category fits"),
        ("levels", "L1", "L2", "“L2” already exists."),
        ("levels", "L1", "next", "cannot name a level"),
        ("levels", "L1", "", "It needs a name."),
        ("calendars", "office", "office", "It already has this name."),
        ("channels", "slack:#triage", "Not A Channel", "is not a Slack channel"),
    ],
)
def test_a_name_that_cannot_be_is_said_and_not_kept(sam: Any, what: str, name: str, new: str, why: str) -> None:
    answer = sam.post("/policy/rename", {"what": what, "name": name, "new": new, "seen": stamp_of(REFERENCE)})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Draft.objects.exists()
    assert sam.get("/policy/rename", {"what": what, "name": "nobody"}).status_code == 404
