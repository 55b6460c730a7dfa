"""Every page in English and in German, laid side by side: what says the same in both is not translated."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from rung.core.policy.keys import ACTION_KEYS, PEOPLE_WORDS, names_of
from rung.insights.policy_jobs import run_policy_job
from rung.people.clock import database_now
from rung.people.models import Agent, Customer
from rung.people.requester_lookup import requester_for
from rung.policies.drafts import keep
from rung.policies.models import Draft, PolicyJob
from rung.policies.publishing import publish
from rung.tickets.actions import conversation
from rung.tickets.customer_pass import pass_of, pass_of_person
from rung.tickets.message_rows import MessageText
from rung.web.policy.studio import checking
from rung.web.policy.studio.kinds import SECTIONS as STUDIO
from tests.web.test_access import ours
from tests.web.two_tongues import in_both, sayings

#: What users wrote: it stays as it is.
SUBJECT = "Nightly import has stopped since this morning"
WRITTEN = "Since two o'clock nothing arrives at all and our production is down."
OTHER = "Could somebody please reset my password for the portal today?"
NOTE = "The customer has called us twice about it."
AGAIN = "Please help us with this, it is urgent."
REASON = "Because everybody asked for it again and again"
#: Read by machines and by those who run the desk, or code to be copied.
CODE = (
    *(", ".join(keys) for keys in (ACTION_KEYS, names_of("policy"), ("triage", "level", *PEOPLE_WORDS))),
    # Of the app in Slack, in its manifest.
    "Requests become tickets, and nobody is forgotten.",
    *("Add to ticket as note", "Send to the customer"),
    "Make a ticket of this message",
    "Answer the customer with this message",
    "Keep this message with its ticket, inside",
    "Open a ticket, or ask how one stands",
    "expected the node content, but found",  # the words of the library that reads YAML
)

#: A policy with a mistake of nearly every kind.
MISTAKEN = """\
name: Mistaken
timezone: Europe/Berln
levels: {L1: {team: frontlin, channel: "slack:#Tri age", calendar: offce}, next: {}}
paths: {support: [L1, L1, L9], empty: []}
teams: {frontline: {lead: "s a m"}}
calendars:
  office: {timezone: Europe/Berlin, hours: {mon-fri: [17:00-09:00, 25:00-26:00]}, holidays: {country: XX}}
schedules: {duty: {rotation: [], every: 1x, from: yesterday}}
routing: [{path: nowhere}, {when: {prioritt: high}}]
categories: {other: {text: []}}
priority: {default: huge, learned: {}, rules: [{when: {any: []}, set: high, critical: perhaps}]}
targets:
  - {}
  - {first_response: 90, next_response: 1.5h, resolution: -1h, update: 3 fortnights, pause_at_most: {third_party: 1d}}
rules:
  - {name: A, clock: first_reply, steps: [{at: 50%, remind: nobody}, {at: 75.5%, escalate: nxt}, {at: later}]}
  - {name: A, do: {escalate: "jira:", assign: least, page: pager, notify: [], reply: none, priority: "+9"}}
  - {name: B, clock: idle, steps: [{at: 50%, remind: triage}, {at: 10m}, {at: 5m, unassign: false, close: "No Word"}]}
  - {when: {reopens: many, text: "", rating: [">= 2"]}, do: [1, 2]}
replies: {hello: {}}
workflows: {reset: {then: gone, ask: []}}
closing: {reopen_within: 0m, ask_rating: maybe}
problems: {same: {customers: 1, within: 2h, then: {}}}
alerts: [{name: x, metric: speed, over: 1h, above: 120%, notify: [lead]}]
attention: {quiet: {}, budget: {person: lots, channel: 0 per 1h}}
nonsense: 1
"""
#: Readable, and yet much of it can never work.
DOUBTFUL = """\
name: Doubtful
timezone: Europe/Berlin
teams: {frontline: {lead: nobody-here}, specialists: {}}
calendars: {office: {timezone: Europe/Berlin, hours: {mon-fri: [09:00-17:00]}}}
levels: {L1: {team: frontline, calendar: office}, L2: {team: specialists}, L3: {team: specialists}}
paths: {support: [L1, L2], other: [L2]}
schedules: {duty: {timezone: Europe/Berlin, rotation: [ghost], every: 1w, from: 2026-11-02T09:00}}
routing: [{path: support}, {when: {category: other}, path: other}]
categories: {sso: {text: [saml, saml login]}, other: {}}
priority: {rules: [{when: {priority: low, text: [urgent]}, set: high}]}
targets:
  - {when: {priority: urgent}, first_response: 15m, resolution: 1d, calendar: always}
  - {when: {priority: high, all: [{priority: low}]}, first_response: 1h}
  - {when: {priority: [high, low]}, first_response: 1h, calendar: office}
rules:
  - {name: Late, clock: first_response, steps: [{at: 120%, remind: triage}, {at: 2h, notify: [assignee]}]}
  - name: Early
    clock: first_response
    steps: [{at: 75%, remind: triage}, {at: 50%, remind: triage}, {at: 75%, tag: x}]
  - {name: Before, clock: first_response, steps: [{at: 30m before, remind: triage}]}
  - {name: Taken, clock: unassigned, steps: [{at: 20m, notify: [assignee]}]}
  - {name: Round, when: {category: sso}, do: {escalate: "path:other"}}
  - {name: Back, when: {category: sso}, do: {escalate: "path:support"}}
  - {name: Up, when: {priority: low}, do: {priority: high}}
  - {name: Down, when: {priority: high}, do: {priority: low, notify: ["agent:nobody", "team:specialists"]}}
  - {name: Never, when: {level: L3}, do: {tag: x}}
  - {name: Silent, clock: update, steps: [{at: 75%, remind: triage}]}
  - {name: Gone, clock: customer_silence, when: {status: open}, steps: [{at: 1d, close: no_answer}]}
replies: {hello: "Hello {requester.frist_name}, {answers.account}"}
workflows: {nothing: {when: {text: [x]}}, alone: {reply: hello, auto: true}, asks: {ask: [y], reply: hello, auto: true}}
attention: {quiet: {outside: office}, budget: {person: 1 per 1h}}
"""

#: In force while the pages are read: a little of everything.
KEPT = """\
name: Kept
timezone: Europe/Berlin
teams: {frontline: {lead: sam}, specialists: {}, leads: {}}
calendars:
  office: {timezone: Europe/Berlin, hours: {mon-fri: [09:00-17:00]}, holidays: {country: DE}}
schedules: {duty: {timezone: Europe/Berlin, rotation: [ben, ghost], every: 1w, from: 2026-11-02T09:00}}
levels:
  L1: {team: frontline, calendar: office, responsible_for: Answers.}
  L2: {team: specialists, responsible_for: Diagnoses., handoff: {require: [impact, tried]}, link: "jira:ENG"}
  management: {team: leads}
paths: {support: [L1, L2, management], money: [management]}
holding: [looking]
routing: [{when: {category: money}, path: money}, {path: support}]
categories: {sso: {text: [saml]}, money: {text: [invoice]}, other: {}}
priority:
  default: normal
  learned: {minimum_confidence: 0.7}
  rules: [{when: {text: [urgent]}, set: urgent, critical: true}, {when: {customer.tier: enterprise}, set: high}]
targets:
  - {when: {priority: urgent}, first_response: 15m, next_response: 1h, update: 1h, resolution: 4h, calendar: always}
  - first_response: 1h
    resolution: 2d
    calendar: office
    pause_on: [customer, third_party]
    pause_at_most: {customer: 9d}
rules:
  - name: Unanswered
    clock: first_response
    steps: [{at: 50%, remind: triage}, {at: 100%, escalate: next, reason: time}]
  - {name: Untaken, clock: unassigned, steps: [{at: 20m, assign: least_busy}]}
  - name: Idle
    clock: idle
    when: {priority: [urgent, high]}
    steps: [{at: 45m, notify: [assignee]}, {at: 2h, unassign: true}]
  - {name: Unaccepted, clock: unaccepted, steps: [{at: 10m, notify: ["on_call:duty"]}, {at: 30m, escalate: next}]}
  - {name: Elsewhere, clock: third_party_silence, calendar: office, steps: [{at: 2d, comment: linked}]}
  - {name: Critical, when: {critical: true}, do: {escalate: L2, reason: severity, notify: ["team:leads", lead]}}
  - {name: Experts, when: {category: sso, level: L1}, do: {escalate: expert, reason: complexity}}
  - {name: Again, when: {reopens: ">= 2"}, do: {escalate: next, reason: repeat, priority: "+1"}}
  - {name: Money, when: {category: money, level: L1}, do: {escalate: "path:money", reason: other}}
follow_up: {clock: customer_silence, calendar: office, steps: [{at: 2d, reply: there}, {at: 6d, close: no_answer}]}
replies: {there: "Hi {requester.first_name}, is it solved?", resolved: Solved., reset: "It goes to {answers.account}."}
workflows: {reset: {when: {text: [password]}, ask: [account], reply: reset, then: pending}}
closing: {tell_customer: resolved, ask_rating: true, reopen_within: 14d}
problems: {same: {customers: 3, within: 2h, then: {notify: ["team:leads"], escalate: L2, reason: repeat}}}
alerts: [{name: Slow, metric: mean_first_response, over: 4h, above: 60m, notify: ["team:leads"]}]
attention: {quiet: {outside: office, except: [urgent]}, budget: {person: 6 per 1h, channel: 30 per 1h}}
publishing: {second_person: true}
procedures: {missing: Ask once., other: Be kind.}
"""

Look = tuple[str, Callable[[Client], Any]]


def looks(number: int, word: str, person: str) -> Iterator[Look]:
    """(what it is called, how to look at it): every address, and the states that matter."""
    chosen = {"number": str(number), "version": "2", "action": "wait", "name": "ben", "kind": "html", "word": word}
    chosen["slug"] = "rules"
    for pattern, _view in ours():
        if pattern.endswith(("signed-out", "remove", "renew")) or pattern.startswith("sign-in"):
            continue
        yield pattern, _get("/" + _filled(pattern, chosen))
    for address in (
        "/account/login/",
        "/account/password/reset/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/",
        "/account/email/",
        "/account/sessions/",
        "/account/logout/",
        "/account/reauthenticate/",
        "/sign-in/gone",
        "/nowhere",
        "/tickets/99999",
        "/policy/versions/99",
        "/policy/ladder-1.svg",
        "/policy/coverage.svg",
        "/policy/handbook.md",
        f"/ask/{person}",
        "/ask/nonsense",
        "/tickets?q=nothing+like+it",
        "/people/teams/frontline",
        "/start?again=1",
        "/settings/log?area=settings",
        *(f"/policy/edit/{slug}" for slug in _sections()),
        *(f"/policy/form?at={place}" for place in _PLACES),
        *(f"/policy/drafts/{draft}" for draft in Draft.objects.values_list("pk", flat=True)),
        *(f"/policy/jobs/{job}" for job in PolicyJob.objects.values_list("pk", flat=True)),
        *(f"/people/customers/{customer}" for customer in Customer.objects.values_list("pk", flat=True)),
        *(f"/people/customers/{customer}/edit" for customer in Customer.objects.values_list("pk", flat=True)),
    ):
        yield address, _get(address)
    act = f"/tickets/{number}/"
    for name, address, form in (
        ("mistakes", "/policy/findings", {"text": MISTAKEN}),
        ("doubts", "/policy/findings", {"text": DOUBTFUL}),
        ("no YAML", "/policy/findings", {"text": "name: [\n"}),
        ("empty", "/policy/findings", {"text": ""}),
        ("a list", "/policy/findings", {"text": "[1, 2]"}),
        ("review", "/policy/review", {"text": KEPT.replace("first_response: 1h", "first_response: 2h")}),
        ("completion", "/policy/complete", {"text": KEPT + "x", "at": str(len(KEPT) + 1)}),
        ("completion of a rule", "/policy/complete", {"text": KEPT, "at": str(KEPT.index("clock: first") + 3)}),
        ("effects", "/policy/effects", {"text": KEPT.replace("first_response: 1h", "first_response: 2m")}),
        ("preview", "/policy/form/preview", _STEP),
        ("a step twice", "/policy/form", _STEP | {"at-measured": "share", "seen": "x"}),
        ("no such level", act + "escalate", {"to": "L9", "reason": "time"}),
        ("already there", act + "escalate", {"to": "L1", "reason": "time"}),
        ("no offer", act + "return", {"reason": "x"}),
        ("claim", act + "claim", {}),
        ("nobody", act + "assign", {"assignee": "ghost"}),
        ("no words", act + "answer", {"text": ""}),
        ("a gap", act + "answer", {"text": "Hi {requester.frist_name}"}),
        ("no such ticket", act + "merge", {"into": "99999"}),
        ("itself", act + "merge", {"into": str(number)}),
        ("nothing split", act + "split", {}),
        ("a tag", act + "tags", {"tags": "x" * 500}),
        ("priority", act + "priority", {"priority": "huge"}),
        ("category", act + "category", {"category": "none such"}),
        ("snooze", act + "snooze", {"until": "yesterday"}),
        ("hold", act + "hold", {}),
        ("no act", act + "dance", {}),
        ("swap", "/on-call/swap", {"schedule": "x", "start": "y", "end": "z"}),
        ("away", "/on-call/away", {"start": "y", "end": "z"}),
        ("agent", "/people/agents/new", {"name": "", "handle": "sam", "email": "nonsense"}),
        ("agent's handle", "/people/agents/new", {"name": "X", "handle": "s m", "email": "sam@desk.example"}),
        ("team", "/people/teams/new", {"name": ""}),
        ("customer", "/people/customers/new", {"name": "", "domains": "acme"}),
        ("key", "/people/keys", {"name": ""}),
        ("webhook", "/settings/webhooks", {"name": "ops", "url": "http://127.0.0.1:9/x"}),
        ("webhook without a name", "/settings/webhooks", {"name": "", "url": "x"}),
        ("directory", "/settings/sign-in", {"kind": "oidc", "name": "", "issuer": "x"}),
        ("SAML", "/settings/sign-in", {"kind": "saml", "name": "Acme", "metadata": "x"}),
        ("guide", "/start/desk", {"name": "", "opens": "09:00", "closes": "08:00", "zone": "nowhere"}),
        ("invitation", "/start/invite", {"name-1": "Ann", "email-1": "nonsense"}),
        ("me", "/you", {"name": "", "time_zone": "nowhere", "language": "x"}),
        ("reached", "/you/reached", {"do": "add", "channel": "email", "address": "nonsense"}),
        ("ask", "/ask", {"name": "", "email": "nonsense", "subject": "", "text": ""}),
        ("answer of a customer", f"/ask/{word}", {"text": ""}),
        ("bulk", "/triage/act", {"do": "claim"}),
        ("bulk of one", "/triage/act", {"do": "assign", "number": str(number), "assignee": "ghost"}),
        ("view", "/views", {"name": ""}),
        ("Slack", "/inboxes/slack", {"do": "connect", "token": "nonsense"}),
        ("Slack sample", "/inboxes/slack/sample", {"text": ""}),
        ("forget", "/people/agents/olga/forget", {"sure": "no"}),
        ("login", "/account/login/", {"login": "nobody@desk.example", "password": "wrong"}),
    ):
        yield name, _post(address, form)


_STEP = {"at": "rules/5/steps", "new": "1", "at-amount": "50", "at-unit": "m", "notify": ["agent:ben"]}
_PLACES = ("rules/5", "rules/0/steps/0", "calendars/office", "attention")


def _sections() -> list[str]:
    return [section.slug for section in STUDIO]


def _filled(pattern: str, chosen: dict[str, str]) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda found: chosen.get(found[1], "x"), pattern)


def _get(address: str) -> Callable[[Client], Any]:
    return lambda client: client.get(address, follow=True)


def _post(address: str, form: dict[str, Any]) -> Callable[[Client], Any]:
    return lambda client: client.post(address, form, follow=True)


@pytest.fixture
def furnished(signed_in: Any, opened: Any, desk: Any, settings: Any, tmp_path: Any) -> tuple[int, str, str]:
    """A desk where something has happened: (a ticket, its customer's word, the word of all their requests)."""
    settings.OFFERS_SAMPLE_DAY, settings.DATA = True, tmp_path
    publish(KEPT, author="agent:sam", reason=REASON, now=database_now())
    acme = Customer.objects.create(name="Acme", tier="enterprise", domains=["acme.example"])
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    opened(SUBJECT, WRITTEN, customer=acme, requester=rita)
    number = opened("My password", OTHER, customer=acme, requester=rita)
    sam = signed_in("sam")
    act = f"/tickets/{number}/"
    sam.post(act + "claim")
    sam.post(act + "escalate", {"to": "L2", "reason": "complexity"})
    sam.post(act + "note", {"text": NOTE})
    sam.post(act + "priority", {"priority": "high"})
    conversation.customer_message(number, MessageText(text=AGAIN), by=f"requester:{rita.pk}")
    changed = KEPT.replace("first_response: 1h", "first_response: 2m")
    keep(changed, author="agent:sam", reason=REASON, now=database_now())
    sam.post("/policy/replay", {"text": changed, "days": "7"})
    run_policy_job(PolicyJob.objects.latest("pk").pk)
    sam.post("/policy/replay", {"text": "name: X\n"})
    run_policy_job(PolicyJob.objects.latest("pk").pk)
    sam.post("/policy/replay", {"text": changed})
    return number, pass_of(number), pass_of_person(rita.pk)


def test_nothing_says_the_same_in_both_languages(
    signed_in: Any, furnished: tuple[int, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PATIENCE", 60.0)
    olga = signed_in("olga")
    said: dict[str, dict[str, list[str]]] = {"en": {}, "de": {}}
    seen = list(looks(*furnished))
    for language, found in said.items():
        Agent.objects.filter(handle="olga").update(language=language)
        for name, look in seen:
            client = (
                Client(headers={"Accept-Language": language}) if name.startswith(("/account/login", "/ask")) else olga
            )
            answer = look(client)
            assert answer.status_code != 500, name
            found[name] = sayings(answer)
    of_users = [SUBJECT, WRITTEN, OTHER, REASON, NOTE, AGAIN, *CODE]
    same = {name: in_both(said["en"][name], said["de"][name], of_users) for name in said["de"]}
    assert sum(map(len, said["de"].values())) > 5000
    assert {name: found for name, found in same.items() if found} == {}
