"""Gives something of a policy another name, everywhere the policy mentions it; all other characters stay."""

from collections.abc import Iterator

from rung.core.document.intents import Put, edited, value_at
from rung.core.document.nodes import Path
from rung.core.document.rewriting import said
from rung.core.document.tree import Branch, CannotEdit, Mapping, Plain, Scalar, Sequence, content, tree
from rung.core.document.writing import key_text, scalar

#: Not a section: the channels that places of a policy name, such as `slack:#triage`.
CHANNELS = "channels"
#: What can be renamed.
RENAMED = ("levels", "paths", "calendars", "teams", "schedules", "replies", "categories", CHANNELS)

_TOLD = ("notify", "remind", "to", "call", "assign")
#: Under which keys a name stands, and what stands before it there.
_MENTIONS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "levels": ((("level", "offered_to", "escalate"), ""),),
    "paths": ((("path",), ""), (("escalate",), "path:")),
    "calendars": ((("calendar", "outside"), ""),),
    "teams": ((("team",), ""), (_TOLD, "team:")),
    "schedules": ((_TOLD, "on_call:"),),
    "replies": ((("reply", "tell_customer"), ""),),
    "categories": ((("category",), ""),),
    CHANNELS: ((("channel", *_TOLD), ""),),
}


def renamed(text: str, what: str, old: str, new: str) -> str:
    """The text with another name. Raises CannotEdit where a mention cannot be changed alone."""
    text = text.removeprefix("\ufeff")
    root = tree(text)
    if what != CHANNELS and value_at(content(root), (what, old)) is None:
        raise CannotEdit(f'{what} has no "{old}"')
    text = _with_own_teams(text, content(root), what, old)
    root = tree(text)
    wanted = _replaced(content(root), (), what, old, new)
    spans = [(mention, path) for path, mention in _scalars(root, ())]
    if what != CHANNELS:
        section = root.values[what]
        if not isinstance(section, Mapping):
            raise CannotEdit(f"{what} is shared with another place by an anchor")
        keys = [(section.keys[old], key_text(new))]
    else:
        keys = []
    found = [
        (mention, scalar(after, flow=True))
        for mention, path in spans
        if (after := _after(path, mention.text, what, old, new)) is not None
    ]
    # In the hand of the file, unless that would read as something else.
    for kept in (True, False):
        done = _written(text, [*keys, *found], old, new, kept=kept)
        try:
            if said(content(tree(done))) == said(wanted):
                return done
        except CannotEdit:
            continue
    raise CannotEdit("a mention of it is shared with another place by an anchor")


def _written(text: str, places: list[tuple[Scalar, str]], old: str, new: str, *, kept: bool) -> str:
    """`kept`: quoted as it was, else as it is safe."""
    for place, safe in sorted(places, key=lambda each: -each[0].start):
        written = text[place.start : place.end]
        text = text[: place.start] + (written.replace(old, new) if kept else safe) + text[place.end :]
    return text


def mentions(text: str, what: str, old: str) -> list[Path]:
    """The places that mention it, its own not among them."""
    return [
        path for path, mention in _scalars(tree(text), ()) if _after(path, mention.text, what, old, "x") is not None
    ]


def channels(content: Plain, begins: tuple[str, ...]) -> list[str]:
    """Every channel that a place of the policy names, in their order. `begins`: how those begin that may be renamed."""
    found: dict[str, None] = {}
    for path, value in _values(content, ()):
        if _last_key(path) in {"channel", *_TOLD} and value.startswith(begins):
            found[value] = None
    return list(found)


def in_prose(text: str, old: str) -> list[int]:
    """Lines that have the name as a word in running text, which no rename touches: prose means more than names."""
    prose = {"responsible_for", "procedures", "replies"}
    root = tree(text)
    return [
        text.count("\n", 0, each.start) + 1
        for path, each in _scalars(root, ())
        if prose.intersection(map(str, path)) and old in each.text.replace("`", " ").replace(",", " ").split()
    ]


def _after(path: Path, text: str, what: str, old: str, new: str) -> str | None:
    """What a single value says afterwards; None: it does not mention it."""
    key = _last_key(path)
    for keys, prefix in _MENTIONS[what]:
        if key in keys and text == f"{prefix}{old}":
            return f"{prefix}{new}"
    if what == "levels" and path[:1] == ("paths",) and len(path) == 3 and text == old:
        return new
    return None


def _with_own_teams(text: str, content: Plain, what: str, old: str) -> str:
    """A level without `team` has the team of its own name; before one of the two is renamed, that is written down."""
    levels = value_at(content, ("levels",))
    if what not in {"levels", "teams"} or not isinstance(levels, dict) or old not in levels:
        return text
    own = levels[old]
    if isinstance(own, dict) and "team" in own:
        return text
    return edited(text, [Put(("levels", old, "team"), old)])


def _replaced(value: Plain, path: Path, what: str, old: str, new: str) -> Plain:
    match value:
        case dict():
            inside = {key: _replaced(each, (*path, key), what, old, new) for key, each in value.items()}
            if path == (what,):
                return {new if key == old else key: each for key, each in inside.items()}
            return inside
        case list():
            return [_replaced(each, (*path, number), what, old, new) for number, each in enumerate(value)]
        case str():
            after = _after(path, value, what, old, new)
            return value if after is None else after
    return value


def _scalars(branch: Branch, path: Path) -> Iterator[tuple[Path, Scalar]]:
    match branch:
        case Scalar():
            yield path, branch
        case Mapping(values=values):
            for key, each in values.items():
                yield from _scalars(each, (*path, key))
        case Sequence(items=items):
            for number, each in enumerate(items):
                yield from _scalars(each, (*path, number))


def _values(value: Plain, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case dict():
            for key, each in value.items():
                yield from _values(each, (*path, key))
        case list():
            for number, each in enumerate(value):
                yield from _values(each, (*path, number))
        case str():
            yield path, value


def _last_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")
