"""What a customer of a tier is promised, by priority."""

from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.promises import promises
from rung.core.vocabulary import Priority
from rung.policies.reading import read_policy

POLICY = """\
name: Desk
timezone: UTC
teams: {frontline: {}}
levels: {L1: {team: frontline}}
paths: {support: [L1]}
categories: {outage: {text: [down]}, other: {}}
targets:
  - {when: {category: outage}, first_response: 5m}
  - {when: {priority: urgent}, first_response: 15m}
  - {when: {priority: [high, normal], customer.tier: enterprise}, first_response: 30m}
  - {when: {customer: Acme}, resolution: 3d}
"""


def first_answers(customer: str, tier: str) -> list[str | None]:
    policy, mistakes = read_policy(POLICY, "policy.yaml")
    assert policy is not None, mistakes
    found = promises(Compiled(policy), customer=customer, tier=tier)
    assert [each.priority for each in found] == list(Priority)
    return [str(each.target.first_response or each.target.resolution) if each.target else None for each in found]


def test_the_tier_decides_and_what_only_some_tickets_get_is_not_promised() -> None:
    assert first_answers("Acme", "enterprise") == ["15m", "30m", "30m", "3d"]
    assert first_answers("Acme", "") == ["15m", "3d", "3d", "3d"]
    assert first_answers("Globex", "starter") == ["15m", None, None, None]
