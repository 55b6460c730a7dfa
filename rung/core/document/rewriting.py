"""Makes a YAML text say something else by touching only the lines concerned; comments stay where they are."""

import json
from dataclasses import dataclass

from rung.core.document.matching import Plan, matched
from rung.core.document.places import Places
from rung.core.document.tree import Branch, CannotEdit, Mapping, Plain, Scalar, Sequence, Shared, content, tree
from rung.core.document.writing import WIDEST, entry_lines, in_braces, item_lines, key_text, literal_lines, scalar

_TOP = 0


@dataclass(frozen=True, slots=True)
class Change:
    """Characters `start` to `end` become `new`."""

    start: int
    end: int
    new: str


def rewritten(text: str, wanted: dict[str, Plain]) -> str:
    """The text, changed so that it says `wanted`. A line without a part in the difference is as before, byte for byte.

    Raises CannotEdit where that is not possible; what comes back has been read again and does say it.
    """
    text = text.removeprefix("\ufeff")
    if text and not text.endswith("\n"):
        text += "\n"
    root = tree(text)
    work = _Rewriting(text)
    work.mapping(root, wanted)
    # From the end; at one place what goes, goes before anything comes, and what comes keeps its order.
    order = sorted(enumerate(work.changes), key=lambda each: (each[1].start, each[1].end, each[0]), reverse=True)
    for _number, change in order:
        text = text[: change.start] + change.new + text[change.end :]
    if said(content(tree(text))) != said(wanted):
        raise CannotEdit("the place is written in a way that only its text can change")
    return text


def said(value: Plain) -> str:
    """Content in one comparable form: numbers and flags are what they look like when written."""
    return json.dumps(_written(value), sort_keys=True)


def _written(value: Plain) -> Plain:
    match value:
        case dict():
            return {key: _written(each) for key, each in value.items()}
        case list():
            return [_written(each) for each in value]
        case None | str():
            return value
    return scalar(value, flow=False)


def _own_braces(value: Plain, indent: int) -> bool | None:
    """A section has a line for each of its entries; elsewhere it is as it reads best."""
    scalars = isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)
    return False if indent == _TOP and not scalars else None


def _flat(value: Plain, *, flow: bool) -> str:
    """On one line."""
    return in_braces(value) if flow or isinstance(value, dict | list) else scalar(value, flow=False)


class _Rewriting:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places = Places(text)
        self.changes: list[Change] = []

    # --- maps

    def mapping(self, old: Mapping, wanted: dict[str, Plain]) -> None:
        """Entry by entry; a key that is gone while an equal entry is new has been renamed."""
        gone = [key for key in old.values if key not in wanted]
        new = [key for key in wanted if key not in old.values]
        #: New key -> where it stands in the old map.
        stands = {key: key for key in wanted if key in old.values}
        for key in list(gone):
            same = next((each for each in new if said(wanted[each]) == said(content(old.values[key]))), None)
            if same is None and new and not stands and key == gone[-1]:
                same = new[0]  # all are others now: the last old one becomes the first new one, in its place
            if same is not None:
                self._replace(old.keys[key].start, old.keys[key].end, key_text(same))
                stands[same] = key
                gone.remove(key)
                new.remove(same)
        if old.values and len(gone) == len(old.values):
            raise CannotEdit("nothing would be left at this place")
        for key, place in stands.items():
            self._value(old, place, wanted[key])
        self._remove_entries(old, gone)
        self._add_entries(old, wanted, new, stands)

    def _value(self, parent: Mapping, key: str, wanted: Plain) -> None:
        """The value of a key that stays."""
        old = parent.values[key]
        if said(content(old)) == said(wanted):
            return
        match old, wanted:
            case Shared(), _:
                raise CannotEdit(f'"{key}" is shared with another place by an anchor')
            case Mapping(), dict() if old.values and wanted and (not old.flow or old.values.keys() & wanted.keys()):
                self.mapping(old, wanted)
            case Sequence(), list() if old.items and wanted:
                self.sequence(old, wanted)
            case Scalar(), dict() | list() if not parent.flow and wanted:
                self._fill(parent, key, wanted)
            case ((Mapping() | Sequence()), _) if not parent.flow and not old.flow:
                self._shrink(parent, key, wanted)
            case ((Mapping() | Sequence()), dict() | list()) if not parent.flow and wanted:
                self._fill(parent, key, wanted)
            case Scalar(), str() if not parent.flow and (
                lines := literal_lines(wanted, self.places.indent(parent) + 2)
            ):
                mark = "|" if wanted.endswith("\n") else "|-"
                self._replace(old.start, old.end, "\n".join([self._spaced(old, mark), *lines]))
            case _:
                self._replace(old.start, old.end, self._spaced(old, _flat(wanted, flow=parent.flow)))

    def _fill(self, parent: Mapping, key: str, wanted: Plain) -> None:
        """A scalar, nothing, or an empty collection becomes one with content."""
        old, indent = parent.values[key], self.places.indent(parent)
        first, *rest = entry_lines(key, wanted, indent, braces=_own_braces(wanted, indent))
        inline = first[indent + len(key_text(key)) + 1 :].strip()
        if not rest:
            self._replace(old.start, old.end, self._spaced(old, inline))
            return
        end = self.places.end_of_line(old.end)
        self._replace(self.places.before_spaces(old.start), old.end, "")
        self._replace(end, end, "".join(f"\n{line}" for line in rest))

    def _shrink(self, parent: Mapping, key: str, wanted: Plain) -> None:
        """A block becomes a single value, or an empty collection."""
        old, colon = parent.values[key], self.places.colon(parent.keys[key])
        self._replace(colon, colon, f" {_flat(wanted, flow=False)}")
        if self.text.count("\n", colon, old.start) == 0:
            raise CannotEdit("this block begins on the line of its key")
        self._replace(self.places.start_of_line(old.start), self.places.end_of_line(old.end) + 1, "")

    def _remove_entries(self, old: Mapping, gone: list[str]) -> None:
        places = [
            (old.keys[key].start, max(old.values[key].end, self.places.colon(old.keys[key]))) for key in old.values
        ]
        removed = [number for number, key in enumerate(old.values) if key in gone]
        if old.flow:
            self._remove_in_braces(places, removed)
            return
        for number in removed:
            start, end = places[number]
            line = self.places.start_of_line(start)
            if self.text[line:start].strip():  # on the line of its dash: the next entry takes its place
                kept = next((at for at in range(number + 1, len(places)) if at not in removed), None)
                if kept is None or number + 1 != kept:
                    raise CannotEdit("several entries on the line of their dash go at once")
                self._remove_text(start, places[kept][0])
            else:
                self._replace(line, self.places.end_of_line(end) + 1, "")

    def _add_entries(self, old: Mapping, wanted: dict[str, Plain], new: list[str], stands: dict[str, str]) -> None:
        order = list(wanted)
        stay = [key for key in old.values if key in stands.values()]
        for key in new:
            before = [stands[each] for each in order[: order.index(key)] if each in stands]
            if old.flow:
                places = [(old.keys[each].start, max(old.values[each].end, old.keys[each].end)) for each in stay]
                written = f"{key_text(key)}: {in_braces(wanted[key])}"
                self._add_in_braces(old, places, stay.index(before[-1]) if before else -1, written)
                continue
            self._add_block_entry(old, key, wanted[key], before[-1] if before else None)

    def _add_block_entry(self, old: Mapping, key: str, value: Plain, after: str | None) -> None:
        indent = self.places.indent(old)
        lines = entry_lines(key, value, indent, braces=self._braces_of(list(old.values.values()), value, indent))
        if after is None:
            first = next(iter(old.keys.values()))
            if len(lines) > 1 or self.text[self.places.start_of_line(first.start) : first.start].strip():
                body = "\n".join(lines)[indent:]
                self._replace(first.start, first.start, f"{body}\n{' ' * indent}")
            else:
                self._replace(
                    self.places.start_of_line(first.start), self.places.start_of_line(first.start), f"{lines[0]}\n"
                )
            return
        end = self.places.end_of_line(max(old.values[after].end, old.keys[after].end))
        gap = "\n" if indent == _TOP and self._has_gaps(old) and len(lines) > 1 else ""
        self._replace(end, end, "".join(f"\n{line}" for line in [*([""] if gap else []), *lines]))

    # --- lists

    def sequence(self, old: Sequence, wanted: list[Plain]) -> None:
        """Item by item: those that stay, are changed, moved, gone and new."""
        plan = matched([said(content(each)) for each in old.items], [content(each) for each in old.items], wanted, said)
        for number, place in plan.changed.items():
            self._item(old, number, wanted[place])
        if old.flow:
            self._items_in_braces(old, wanted, plan)
        else:
            self._block_items(old, wanted, plan)

    def _items_in_braces(self, old: Sequence, wanted: list[Plain], plan: Plan) -> None:
        places = [(each.start, each.end) for each in old.items]
        self._remove_in_braces(places, plan.gone)
        kept = [number for number in range(len(places)) if number not in plan.gone]
        for after, place in plan.new:
            written = in_braces(wanted[place])
            if place in plan.moved:
                written = self.text[slice(*places[plan.moved[place]])]
            at = kept.index(after) if after is not None else -1
            self._add_in_braces(old, [places[number] for number in kept], at, written)

    def _item(self, old: Sequence, number: int, wanted: Plain) -> None:
        item = old.items[number]
        match item, wanted:
            case Shared(), _:
                raise CannotEdit("this is shared with another place by an anchor")
            case Mapping(), dict() if item.values and wanted and (not item.flow or item.values.keys() & wanted.keys()):
                self.mapping(item, wanted)
            case Sequence(), list() if item.items and wanted:
                self.sequence(item, wanted)
            case ((Mapping(flow=False) | Sequence(flow=False)), _):
                raise CannotEdit("a block becomes something else")
            case _:
                self._replace(item.start, item.end, _flat(wanted, flow=old.flow))

    def _block_items(self, old: Sequence, wanted: list[Plain], plan: Plan) -> None:
        spans = [self.places.chunk(each) for each in old.items]
        indent = self.places.dash(old.items[0]) - self.places.start_of_line(self.places.dash(old.items[0]))
        if self.text[spans[0][0] : spans[0][0] + indent].strip():
            raise CannotEdit("this list begins on the line of what holds it")
        for after, place in plan.new:
            if place in plan.moved:
                start, end = self.places.with_comments(spans[plan.moved[place]][0]), spans[plan.moved[place]][1]
                body = self.text[start:end].rstrip("\n")
            else:
                braces = self._braces_of(old.items, wanted[place], indent)
                body = "\n".join(item_lines(wanted[place], indent, braces=braces))
            point = spans[after][1] if after is not None else self.places.with_comments(spans[0][0])
            self._replace(point, point, f"{body}\n")
        for number in plan.gone:
            start = self.places.with_comments(spans[number][0]) if number in plan.moved.values() else spans[number][0]
            self._replace(start, spans[number][1], "")

    # --- characters

    def _remove_in_braces(self, places: list[tuple[int, int]], removed: list[int]) -> None:
        if len(removed) == len(places) and removed:
            raise CannotEdit("nothing would be left at this place")
        for number in removed:
            earlier = [at for at in range(number) if at not in removed]
            if earlier:
                self._remove_text(places[number - 1][1], places[number][1])
            else:
                self._remove_text(places[number][0], places[number + 1][0])

    def _add_in_braces(self, old: Mapping | Sequence, places: list[tuple[int, int]], after: int, new: str) -> None:
        if not places:
            self._replace(old.start, old.end, f"{{{new}}}" if isinstance(old, Mapping) else f"[{new}]")
        elif after < 0:
            self._replace(places[0][0], places[0][0], f"{new}, ")
        else:
            self._replace(places[after][1], places[after][1], f", {new}")

    def _remove_text(self, start: int, end: int) -> None:
        if "#" in self.text[start:end] and "\n" in self.text[start:end]:
            raise CannotEdit("a comment stands in what would go")
        self._replace(start, end, "")

    def _replace(self, start: int, end: int, new: str) -> None:
        self.changes.append(Change(start, end, new))

    def _spaced(self, old: Branch, new: str) -> str:
        """With a space before it where nothing was written after the colon."""
        return f" {new}" if old.start == old.end and self.text[old.start - 1 : old.start] in {":", "-"} else new

    def _braces_of(self, neighbours: list[Branch], value: Plain, indent: int) -> bool | None:
        """As the nearest neighbour of its kind is written; a block where braces would be wider than a line."""
        kind = Mapping if isinstance(value, dict) else Sequence
        alike = [each for each in neighbours if isinstance(each, kind) and each.end > each.start + 2]
        if not alike or not isinstance(value, dict | list):
            return _own_braces(value, indent)
        return alike[-1].flow if not alike[-1].flow or indent + len(in_braces(value)) <= WIDEST else None

    def _has_gaps(self, root: Mapping) -> bool:
        return "\n\n" in self.text[root.start : root.end]
