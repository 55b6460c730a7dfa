"""Lines, dashes, colons and comments around the nodes of a YAML text."""

from rung.core.document.tree import Branch, CannotEdit, Mapping, Scalar


class Places:
    """Of one text. A place is the number of a character."""

    def __init__(self, text: str) -> None:
        self.text = text

    def chunk(self, item: Branch) -> tuple[int, int]:
        """The lines of an item, from that of its dash to the one after its last."""
        return self.start_of_line(self.dash(item)), self.end_of_line(item.end) + 1

    def dash(self, item: Branch) -> int:
        line = self.start_of_line(item.start)
        if self.text[line : item.start].strip() != "-":
            raise CannotEdit("an item of this list does not begin on the line of its dash")
        return self.text.index("-", line)

    def with_comments(self, start: int) -> int:
        """Up to the first of the comment lines directly above that are indented alike."""
        indent = len(self.text[start:]) - len(self.text[start:].lstrip(" "))
        while start > 0:
            above = self.start_of_line(start - 1)
            line = self.text[above : start - 1]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != indent:
                break
            start = above
        return start

    def colon(self, key: Scalar) -> int:
        found = self.text.find(":", key.end)
        return found + 1 if found >= 0 and not self.text[key.end : found].strip() else key.end

    def indent(self, block: Mapping) -> int:
        first = next(iter(block.keys.values()), None)
        place = first.start if first is not None else block.start
        return place - self.start_of_line(place)

    def before_spaces(self, place: int) -> int:
        return len(self.text[:place].rstrip(" "))

    def start_of_line(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def end_of_line(self, place: int) -> int:
        found = self.text.find("\n", place)
        return found if found >= 0 else len(self.text)
