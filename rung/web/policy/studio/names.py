"""The names a form may offer: those the policy declares, and the people of the desk."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from msgspec import Struct

from rung.core.document.tree import Plain
from rung.core.policy.keys import DECLARING, NAMES, WORDS
from rung.core.policy.model import Fact, Metric
from rung.core.policy.outlets import Use
from rung.core.policy.plain_words import WHILE
from rung.core.sentences import say
from rung.people.models import Agent, Customer
from rung.policies.outlets import outlets
from rung.web.templatetags.formatting import words

Option = tuple[str, str]

FACTS: dict[Fact, Promise] = {
    Fact.TEXT: gettext_lazy("the customer writes"),
    Fact.CATEGORY: gettext_lazy("it is about"),
    Fact.PRIORITY: gettext_lazy("the priority is"),
    Fact.CRITICAL: gettext_lazy("it is a critical incident"),
    Fact.EMOTION: gettext_lazy("the customer sounds"),
    Fact.CUSTOMER_TIER: gettext_lazy("the customer's tier is"),
    Fact.CUSTOMER: gettext_lazy("the customer is"),
    Fact.LEVEL: gettext_lazy("it is at the level"),
    Fact.PATH: gettext_lazy("it is on the path"),
    Fact.OFFERED_TO: gettext_lazy("it is offered to"),
    Fact.ATTEMPTS: gettext_lazy("answers that did not help"),
    Fact.REOPENS: gettext_lazy("times the customer reopened it"),
    Fact.RATING: gettext_lazy("the customer's rating"),
    Fact.TAG: gettext_lazy("it is tagged"),
    Fact.STATUS: gettext_lazy("its status is"),
    Fact.CHANNEL: gettext_lazy("it came by"),
    Fact.LANGUAGE: gettext_lazy("it is written in"),
}
#: Words that may stand beside declared names.
_WORDS: dict[str, Promise | str] = {
    Metric.UNASSIGNED_SHARE: gettext_lazy("the share of tickets nobody has taken"),
    Metric.MEAN_FIRST_RESPONSE: gettext_lazy("the mean time to a first answer"),
    Metric.MEAN_RESOLUTION: gettext_lazy("the mean time until resolved"),
    Metric.BREACH_RATE: gettext_lazy("the share of promises broken"),
    Metric.OPEN_TICKETS: gettext_lazy("the number of open tickets"),
    Metric.UNACCEPTED_OFFERS: gettext_lazy("the number of offers nobody has accepted"),
    "assignee": gettext_lazy("the assignee"),
    "owner": gettext_lazy("the owner"),
    "lead": gettext_lazy("the lead"),
    "owners": gettext_lazy("the owners of the desk"),
    "account_owner": gettext_lazy("the customer's account owner"),
    "triage": gettext_lazy("the triage channel"),
    "level": gettext_lazy("the channel of its level"),
    "team": gettext_lazy("the team of its level"),
    "nobody": gettext_lazy("nobody: it is silent"),
    "next": gettext_lazy("the next level"),
    "expert": gettext_lazy("an expert in its category"),
    "least_busy": gettext_lazy("the person present with the least to do"),
    "always": gettext_lazy("always (24 hours, 7 days)"),
    "linked": gettext_lazy("a comment on the linked tickets elsewhere"),
    "+1": gettext_lazy("one step higher"),
    "+2": gettext_lazy("two steps higher"),
    "+3": gettext_lazy("three steps higher"),
    "customer": gettext_lazy("for the customer"),
    "third_party": gettext_lazy("for a third party"),
}
#: What a prefix before a name means.
_PREFIXED = {
    "team:": gettext_lazy("team %(name)s"),
    "on_call:": gettext_lazy("on call: %(name)s"),
    "path:": gettext_lazy("the path %(name)s"),
    "expert:": gettext_lazy("%(name)s, as an expert"),
}


class Names(Struct, frozen=True):
    """What the policy being edited declares, in its order: section -> handle or name, and how it is said."""

    declared: dict[str, tuple[Option, ...]]
    tiers: tuple[str, ...]

    def options(self, source: str) -> Sequence[Option]:
        """The choices of a source in the table of keys."""
        if source == "clocks":
            return [(clock.value, say(said)) for clock, said in WHILE.items()]
        if source == "pagers":
            return [(each.name, each.label) for each in outlets().for_use(Use.PAGE) if each.stands_alone]
        if fixed := WORDS.get(source):
            return [(str(value), str(_WORDS.get(value) or words(value))) for value in fixed]
        return [option for each in NAMES[source] for option in self._named(each)]

    def _named(self, each: str) -> Sequence[Option]:
        head, _blank, section = each.rpartition(" ")
        if section not in self.declared:
            return [(each, str(_WORDS[each]))]
        said = str(_PREFIXED.get(head, "%(name)s"))
        return [(f"{head}{name}", said % {"name": label}) for name, label in self.declared[section]]


def names_of(said: dict[str, Plain]) -> Names:
    """Of a policy's content, and of this desk: everybody who is active."""
    written = {section: said.get(section) for section in DECLARING}
    declared = {
        section: tuple((name, name) for name in found) if isinstance(found, dict) else ()
        for section, found in written.items()
    }
    people = Agent.objects.filter(is_active=True).order_by("name").values_list("handle", "name")
    tiers = Customer.objects.exclude(tier="").order_by("tier").values_list("tier", flat=True).distinct()
    return Names({**declared, "people": tuple((handle, name or handle) for handle, name in people)}, tuple(tiers))
