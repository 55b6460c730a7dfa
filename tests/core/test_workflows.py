"""Which workflow offers itself, what it still asks, and which are of no use any more."""

from datetime import UTC, datetime, timedelta

from rung.core.case.case import Case
from rung.core.handbook.workflow_review import Use, Verdict, review
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.facts import facts
from rung.core.reckoning.workflows import missing, offered
from rung.core.vocabulary import Status
from rung.policies.reading import read_policy

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = """\
name: Desk
timezone: UTC
teams: {frontline: {}}
levels: {L1: {team: frontline}}
paths: {support: [L1]}
categories: {other: {}}
targets: [{first_response: 1h}]
replies:
  reset: "The link goes to {answers.account}."
  bare: Here it is.
workflows:
  password reset: {when: {text: ["reset my password"]}, ask: [account], reply: reset, then: pending}
  thanks: {when: {text: [thank you]}, reply: bare, then: resolved, auto: true}
  vain: {when: {text: [invoice]}, ask: [number], reply: bare}
  forgetful: {when: {text: [account]}, reply: reset}
"""


def policy() -> Policy:
    found, mistakes = read_policy(POLICY, "policy.yaml")
    assert found is not None, mistakes
    return found


def names(case: Case) -> list[str]:
    compiled = Compiled(policy())
    return [each.name for each in offered(compiled.workflows, facts(case), case)]


def test_a_workflow_offers_itself_where_its_words_were_said_until_it_is_used() -> None:
    assert names(Case()) == []
    assert names(Case(matched=["reset my password"])) == ["password reset"]
    assert names(Case(matched=["reset my password"], workflows=["password reset"])) == []
    assert names(Case(matched=["reset my password"], status=Status.RESOLVED)) == []


def test_one_that_acts_alone_is_not_offered() -> None:
    assert names(Case(matched=["thank you"])) == []


def test_what_it_asks_for_is_missing_until_it_is_said() -> None:
    workflow = policy().workflows[0]
    assert missing(workflow, {}) == ("account",)
    assert missing(workflow, {"account": "  "}) == ("account",)
    assert missing(workflow, {"account": "rita"}) == ()


def test_unused_rewritten_and_broken_ones_are_named() -> None:
    lately, long_ago = NOW - timedelta(days=2), NOW - timedelta(days=100)
    old = {workflow.name: long_ago for workflow in policy().workflows}
    uses = {
        "password reset": [Use(lately, edited=place < 4) for place in range(6)],
        "thanks": [Use(lately, alone=True)] * 9,
        "gone": [Use(lately)],
        "long gone": [Use(long_ago)],
    }
    found = {each.name: each for each in review(policy(), uses, old, NOW)}
    assert found["password reset"].verdicts == (Verdict.REWRITTEN,)
    assert (found["thanks"].used, found["thanks"].alone, found["thanks"].verdicts) == (9, 9, ())
    assert found["vain"].verdicts == (Verdict.UNUSED, Verdict.ASKS_IN_VAIN)
    assert found["vain"].fields == ("number",)
    assert found["forgetful"].verdicts == (Verdict.UNUSED, Verdict.NEVER_ASKED)
    assert found["gone"].verdicts == (Verdict.REMOVED,)


def test_a_new_one_has_time_to_be_used() -> None:
    new = {workflow.name: NOW - timedelta(days=3) for workflow in policy().workflows}
    found = {each.name: each.verdicts for each in review(policy(), {}, new, NOW)}
    assert Verdict.UNUSED not in found["password reset"]
