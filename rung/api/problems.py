"""What a caller did wrong, as one sentence that names the thing, the place and the nearest right one."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from rung.api import allowed
from rung.core.spelling import did_you_mean, nearest

#: Characters of what was given that an answer says back, and of a sentence and a place in all.
SHOWN, LONGEST = 80, 2_000


class Problem(Exception):
    """An answer of 4xx. `place` is where in the request it is, `nearest` the right word that was probably meant."""

    def __init__(
        self, status: int, sentence: str, *, place: str = "", nearest: str | None = None, **more: object
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence[:1].upper() + sentence[1:LONGEST]
        self.place = place[:LONGEST]
        self.nearest = nearest
        self.more = more

    def body(self) -> dict[str, object]:
        """The answer's JSON."""
        body: dict[str, object] = {"error": self.sentence}
        if self.place:
            body["place"] = self.place
        if self.nearest:
            body["nearest"] = self.nearest
        return body | self.more


def unknown(what: str, word: str, known: Iterable[str], *, place: str, status: int = 422) -> Problem:
    """No such thing: says so, and what it is probably called."""
    names, word = sorted(known), shortened(word)
    hint = did_you_mean(word, names)
    if not hint and names:
        hint = f"; known: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}"
    return Problem(status, f'{place}: no {what} is called "{word}"{hint}', place=place, nearest=nearest(word, names))


def of_validation(errors: Sequence[dict[str, Any]], fields: Iterable[str], given: object) -> Problem:
    """Every mistake of a request; the first is the sentence, the others stand under `also`. `given`: its body."""
    found = [_of_one(error, fields, _given(error["loc"], given)) for error in errors]
    first = found[0]
    if len(found) > 1:
        first.more["also"] = [each.sentence for each in found[1:]]
    return first


def _of_one(error: dict[str, Any], fields: Iterable[str], given: object) -> Problem:
    place = _place(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            word = shortened(str(error["loc"][-1]))
            fields = [field for field in fields if field != word]  # a field of another body is no answer
            hint = did_you_mean(word, fields)
            return Problem(
                422, f'{place}: no field is called "{word}"{hint}', place=place, nearest=nearest(word, fields)
            )
        case "missing":
            return Problem(422, f"{place} is missing", place=place)
        case "enum" | "literal_error":
            return _of_word(error, place, str(given))
        case _:
            return Problem(422, f"{place}: {allowed.sentence(error, given)}", place=place)


def _of_word(error: dict[str, Any], place: str, given: str) -> Problem:
    known = [word.strip("' ") for word in str(error["ctx"]["expected"]).replace(" or ", ", ").split(",")]
    given = shortened(given)
    meant = nearest(given, known)
    hint = f'; did you mean "{meant}"?' if meant else f"; it is one of {', '.join(known)}"
    return Problem(422, f'{place}: "{given}" is not known{hint}', place=place, nearest=meant)


def _given(loc: Sequence[object], body: object) -> object:
    """What stands at that place."""
    for part in _inside(loc):
        match body:
            case dict():
                body = body.get(part)
            case list() if isinstance(part, int) and part < len(body):
                body = body[part]
            case _:
                return None
    return body


def _inside(loc: Sequence[object]) -> Sequence[object]:
    """The place within the body or the query, without the name ninja gives the parameter that holds it. A word of the
    query may stand alone, without one."""
    if loc[0] == "query":
        return loc[2:] or loc[1:]
    return loc[2:] if loc[0] == "body" else loc[1:]


def _place(loc: Sequence[object]) -> str:
    """`body.customer.name`, `query.limit`."""
    return ".".join(shortened(str(part)) for part in (loc[0], *_inside(loc)))


def shortened(word: str) -> str:
    """As much of what was given as is said back."""
    return word if len(word) <= SHOWN else f"{word[:SHOWN]}…"


def known_fields(models: Iterable[type]) -> set[str]:
    """Every field of these schemas and of those inside them."""
    names: set[str] = set()
    waiting = list(models)
    seen: set[type] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        fields: dict[str, FieldInfo] = getattr(model, "model_fields", {})
        names |= set(fields)
        waiting += [part for field in fields.values() for part in _parts(field.annotation)]
    return names


def _parts(annotation: object) -> list[type]:
    inner = [part for each in getattr(annotation, "__args__", ()) for part in _parts(each)]
    return [*inner, annotation] if isinstance(annotation, type) else inner
