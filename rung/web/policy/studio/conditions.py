"""A condition as rows: facts that must all hold, and other ways in which it holds too."""

from collections.abc import Mapping, Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from rung.core.document.tree import Plain
from rung.core.policy.keys import KEYS
from rung.core.policy.model import NUMERIC_FACTS, Comparison, Fact
from rung.web.policy.studio.names import FACTS, Names, Option

MOST_ROWS, MOST_WAYS = 12, 6
#: What a fact can be, where it is one of few things.
CHOICES = {Fact(key.name): key.source for key in KEYS["when"] if key.source}


class Ticked(Struct, frozen=True):
    value: str
    label: str
    on: bool


class Row(Struct, frozen=True):
    """One fact and what it must be."""

    name: str
    facts: tuple[Ticked, ...]
    #: `choices`, `words`, `flag`, `number`, or empty while no fact is chosen.
    kind: str = ""
    choices: tuple[Ticked, ...] = ()
    words: str = ""
    number: str = ""
    hint: str = ""


def ways_of(when: Plain) -> list[dict[str, Plain]] | None:
    """The ways in which a condition holds, each some facts that must all hold; None: it is more involved."""
    if when is None or when == {}:
        return []
    if not isinstance(when, dict):
        return None
    ways = when["any"] if list(when) == ["any"] else [when]
    if not isinstance(ways, list) or not all(isinstance(way, dict) and _is_flat(way) for way in ways):
        return None
    return [way for way in ways if isinstance(way, dict)] if len(ways) <= MOST_WAYS else None


def rows(when: Plain, prefix: str, names: Names) -> list[list[Row]]:
    """For a form: each way's facts and an empty row, and an empty way at the end."""
    ways = ways_of(when) or []
    return [
        [
            *(row(f"{prefix}-{at}-{number}", fact, value, names) for number, (fact, value) in enumerate(way.items())),
            row(f"{prefix}-{at}-{len(way)}", "", None, names),
        ]
        for at, way in enumerate([*ways, {}])
    ]


def row(name: str, fact: str, value: Plain, names: Names) -> Row:
    """One fact with the field that suits it."""
    facts = tuple(Ticked(each.value, str(said), each.value == fact) for each, said in FACTS.items())
    if not fact:
        return Row(name, facts)
    known, values = Fact(fact), _texts(value)
    if known is Fact.CRITICAL:
        chosen = values[0] if values else "true"
        flags = [("true", _("yes")), ("false", _("no"))]
        return Row(name, facts, "flag", tuple(Ticked(one, said, one == chosen) for one, said in flags))
    if known in NUMERIC_FACTS:
        compared, number = _compared(values[0] if values else ">= 2")
        signs = [(sign, said) for sign, said in _signs().items()]
        return Row(
            name, facts, "number", tuple(Ticked(one, said, one == compared) for one, said in signs), number=number
        )
    if source := CHOICES.get(known):
        return Row(name, facts, "choices", tuple(ticked(names.options(source), values)))
    hint = ", ".join(names.tiers) if known is Fact.CUSTOMER_TIER else ""
    return Row(name, facts, "words", words="\n".join(values), hint=hint)


def ticked(options: Sequence[Option], values: Sequence[str]) -> list[Ticked]:
    """Every option, and every value that is none of them, so that nothing is lost."""
    known = {value for value, _label in options}
    more = [(value, value) for value in values if value not in known]
    return [Ticked(value, label, value in values) for value, label in [*options, *more]]


def read(post: QueryDict, prefix: str, old: Plain) -> Plain:
    """The condition a form says; None: it always holds. As it was written, where it says the same."""
    ways = ways_of(old) or []
    found = []
    for at in range(MOST_WAYS + 1):
        before: Mapping[str, Plain] = ways[at] if at < len(ways) else {}
        facts = [_read_row(post, f"{prefix}-{at}-{number}", before) for number in range(MOST_ROWS)]
        if way := {fact: value for fact, value in facts if fact}:
            found.append(way)
    if len(found) < 2:
        return found[0] if found else None
    return {"any": list(found)}


def _read_row(post: QueryDict, name: str, before: Mapping[str, Plain]) -> tuple[str, Plain]:
    fact = post.get(f"{name}-fact", "")
    if fact not in set(Fact):
        return "", None
    known, old = Fact(fact), before.get(fact)
    if known is Fact.CRITICAL:
        return fact, post.get(f"{name}-value", "true") == "true"
    if known in NUMERIC_FACTS:
        sign, number = post.get(f"{name}-sign", ">="), post.get(f"{name}-number", "").strip() or "0"
        new: Plain = f"{sign} {number}"
        return fact, old if isinstance(old, str) and _compared(old) == (sign, number) else new
    values = post.getlist(f"{name}-value")
    if known not in CHOICES:
        values = [line.strip() for line in "\n".join(values).splitlines() if line.strip()]
    if not values:
        return "", None
    if values == _texts(old):
        return fact, old
    kept = [value for value in _texts(old) if value in values]
    ordered: list[Plain] = [*kept, *(value for value in values if value not in kept)]
    return fact, ordered[0] if len(ordered) == 1 else ordered


def _is_flat(way: Mapping[str, Plain]) -> bool:
    return (
        len(way) < MOST_ROWS
        and all(fact in set(Fact) for fact in way)
        and all(Fact(fact) not in NUMERIC_FACTS or isinstance(value, str) for fact, value in way.items())
        and not any(isinstance(each, dict | list) for value in way.values() for each in _items(value))
    )


def _items(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else [value]


def _texts(value: Plain) -> list[str]:
    return [str(each) for each in _items(value) if each is not None]


def _compared(text: str) -> tuple[str, str]:
    for sign in sorted(Comparison, key=len, reverse=True):
        if text.strip().startswith(sign):
            return sign.value, text.strip().removeprefix(sign).strip()
    return "=", text.strip()


def _signs() -> dict[str, str]:
    return {
        ">=": _("at least"),
        "<=": _("at most"),
        ">": _("more than"),
        "<": _("fewer than"),
        "=": _("exactly"),
        "!=": _("any but"),
    }
