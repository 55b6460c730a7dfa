"""What may be written at a place of a policy text, while somebody types it and it is not yet right."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from rung.core.policy.keys import DECLARING, DOCUMENT, KEYS, NAMES, Form, Key, inside
from rung.core.policy.outlets import Outlets
from rung.core.policy.schema import EXAMPLES
from rung.core.sentences import say

MOST = 14
_KEY = re.compile(r"""\s*(?:-\s+)*("[^"]*"|'[^']*'|[^\s"'#\[\]{},:][^#\[\]{},:]*):(?=\s|$)""")
_WORD = re.compile(r"""["']?[\w.:#@+-]*$""")
_SECTION = re.compile(r"^([a-z_]+):", re.M)
_NAMED = re.compile(r"^  (\"[^\"]+\"|[^\s#:-][^#:]*):", re.M)


class Option(Struct, frozen=True):
    """One word to write, and what it is about."""

    word: str
    about: str = ""


class Completion(Struct, frozen=True):
    """The options in place of the characters from `start` to the cursor."""

    start: int
    options: tuple[Option, ...]


class Spot(Struct, frozen=True):
    """Where the cursor stands: inside which keys (`[]` for a list), writing a key or a value."""

    path: tuple[str, ...]
    is_key: bool
    start: int


def complete(text: str, at: int, people: Mapping[str, str], outlets: Outlets) -> Completion:
    """Everything that fits at a character of the text. `people`: handle -> name. Total: an odd text has no options."""
    spot = spot_at(text, at)
    typed = text[spot.start : at].lstrip("\"'").lower()
    if spot.is_key:
        found = [Option(f"{each.name}:", each.explained(outlets)) for each in _keys(spot.path)]
    else:
        found = _values(spot.path, _declared(text), people, outlets)
    fits = [each for each in found if each.word.lower().startswith(typed)]
    fits += [each for each in found if typed and typed in each.word.lower() and each not in fits]
    # A word that stands there whole already is no help.
    return Completion(spot.start, () if [each.word.lower() for each in fits] == [typed] else tuple(fits[:MOST]))


def spot_at(text: str, at: int) -> Spot:
    """The keys around a character, by indentation and by the braces of its line."""
    before = text[:at]
    line = before[before.rfind("\n") + 1 :]
    word = _WORD.search(line)
    start = at - len(word[0]) if word else at
    outer = _outer(before)
    key = _KEY.match(line)
    rest, path = (line[key.end() :], (*outer, _bare(key[1]))) if key else (line, outer)
    inside, is_key = _braces(rest)
    if inside is not None:
        return Spot((*path, *inside), is_key, start)
    if key:
        return Spot(path, is_key=False, start=start)
    listed = line.lstrip().startswith("-") and not _keys(outer)
    return Spot(outer, is_key=not listed, start=start)


def _outer(before: str) -> tuple[str, ...]:
    """The keys of the lines above that hold the last one."""
    lines = before.split("\n")
    line = lines.pop()
    path: list[str] = []
    indent = len(line) - len(line.lstrip())
    if line.lstrip().startswith("-"):
        path.append("[]")
    for above in reversed(lines):
        bare = above.lstrip()
        own = len(above) - len(bare)
        if not bare or bare.startswith("#"):
            continue
        key = _KEY.match(above)
        dashed = bare.startswith("-")
        if dashed and own < indent:
            if path[:1] != ["[]"]:
                path.insert(0, "[]")
            indent = own
        elif key and not dashed and (own < indent or (path[:1] == ["[]"] and own == indent and own < len(line))):
            path.insert(0, _bare(key[1]))
            indent = own
        if indent == 0:
            break
    return tuple(path)


def _braces(rest: str) -> tuple[tuple[str, ...] | None, bool]:
    """The keys inside the braces still open at the end of a line, and whether a key is being written there."""
    stack: list[list[str]] = []
    quote = word = ""
    for character in rest:
        if quote:
            quote = "" if character == quote else quote
            continue
        match character:
            case '"' | "'":
                quote = character
            case "{" | "[":
                stack.append(["[]"] if character == "[" else [""])
                word = ""
            case "}" | "]":
                if stack:
                    stack.pop()
            case ":" if stack and stack[-1][0] != "[]":
                stack[-1][0] = word.strip()
                word = ""
            case ",":
                if stack and stack[-1][0] != "[]":
                    stack[-1][0] = ""
                word = ""
            case _:
                word += character
    if not stack:
        return None, False
    keys = tuple(each[0] for each in stack)
    return (keys[:-1], True) if keys[-1] == "" else (keys, False)


def _bare(key: str) -> str:
    return key.strip().strip("\"'")


# --- what the table of keys knows


def _key_at(path: Sequence[str]) -> Key | None:
    found: Key | None = DOCUMENT
    for step in path:
        found = inside(found, step) if found is not None else None
    return found


def _keys(path: Sequence[str]) -> tuple[Key, ...]:
    key = _key_at(path)
    return KEYS.get(key.of, ()) if key is not None and key.form in (Form.MAP, Form.CHOICE) else ()


# --- what the document and the desk know


def _values(
    path: Sequence[str], names: Mapping[str, Sequence[str]], people: Mapping[str, str], outlets: Outlets
) -> list[Option]:
    key = _key_at(path)
    if key is None:
        return []
    if key.words or key.form is Form.FLAG:
        return [Option(_quoted(word)) for word in key.words or ("true", "false")]
    found: list[Option] = []
    for each in NAMES.get(key.source, ()):
        head, _, section = each.rpartition(" ")
        if section == "people":
            found += [Option(_quoted(f"{head}{handle}"), name) for handle, name in people.items()]
        elif section in DECLARING:
            found += [Option(_quoted(f"{head}{name}"), section[:-1]) for name in names[section]]
        else:
            found.append(Option(each))
    if key.outlets is not None:
        found += [Option(_quoted(each.shown), say(each.label)) for each in outlets.for_use(key.outlets)]
    return found + [Option(example) for example in EXAMPLES.get(key.form, ())]


def _declared(text: str) -> dict[str, list[str]]:
    """The names of each section, read line by line, because the text may be broken just now."""
    found: dict[str, list[str]] = {section: [] for section in DECLARING}
    heads = list(_SECTION.finditer(text))
    for number, head in enumerate(heads):
        if head[1] in found:
            end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
            found[head[1]] = [_bare(each[1]) for each in _NAMED.finditer(text, head.end(), end)]
    return found


def _quoted(word: str) -> str:
    """As it has to be written inside brackets, too."""
    return f'"{word}"' if ":" in word or word.startswith("+") else word
