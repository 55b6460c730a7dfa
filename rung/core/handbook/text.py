"""A handbook as Markdown and as a web page; every sentence leads to its line of the policy."""

from collections.abc import Callable, Iterator, Mapping
from html import escape

from msgspec import Struct

from rung.core.handbook.book import Handbook
from rung.core.handbook.ladder_picture import ladder_svg, said, spoken
from rung.core.handbook.parts import Block, Ladder, Points, Prose, Row, Sentence, Table
from rung.core.sentences import say

#: The line a place stands on; None where it has none.
Lines = Mapping[str, int]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1c2530; }
h1 { font-size: 1.9rem; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #d8dee6; } h3 { margin-bottom: .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; } th, td { text-align: left; vertical-align: top;
padding: .4rem .6rem; border-bottom: 1px solid #d8dee6; } th { background: #f3f6f9; }
a.line { font-size: .75rem; color: #5b6b7d; text-decoration: none; } a.line:hover { text-decoration: underline; }
svg { max-width: 100%; height: auto; }
blockquote { margin: .3rem 0 1rem; padding-left: 1rem; border-left: 3px solid #d8dee6; }
pre { font-size: .8rem; background: #f3f6f9; padding: 1rem; overflow-x: auto; } pre span:target { background: #ffe9a8; }
@media print { a.line { display: none; } pre { display: none; } }
"""


def heading(book: Handbook) -> str:
    """What the whole is called."""
    return say("How %(desk)s works", desk=book.title)


def markdown(book: Handbook, lines: Lines, source: str) -> str:
    """The handbook as Markdown. `source`: the policy file that its links lead to."""

    def link(place: str) -> str:
        line = lines.get(place)
        return f" [{line}]({source}#L{line})" if place and line is not None else ""

    parts = [f"# {heading(book)}", say("Written from `%(source)s`; the numbers lead to its lines.", source=source)]
    for section in book.sections:
        parts.append(f"## {section.title}")
        parts += [_markdown(block, link) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def html(book: Handbook, lines: Lines, source: str, policy: str) -> str:
    """The handbook as one page that needs nothing else; the policy stands at its end, for the links."""

    def link(place: str) -> str:
        line = lines.get(place)
        return f' <a class="line" href="#L{line}">{line}</a>' if place and line is not None else ""

    title, written = escape(heading(book)), escape(say("Written from %(source)s.", source=source))
    body = [f"<h1>{title}</h1>", f"<p>{written}</p>"]
    for section in book.sections:
        body.append(f"<h2>{escape(section.title)}</h2>")
        body += [_html(block, link) for block in section.blocks]
    numbered = "\n".join(
        f'<span id="L{number}">{number:>4}  {escape(line)}</span>' for number, line in enumerate(policy.splitlines(), 1)
    )
    body.append(f"<h2>{escape(say('The policy itself'))}</h2><pre>{numbered}</pre>")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="{say("en")}"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def changes(old: Handbook, new: Handbook) -> str:
    """What changed for the people who work by it, as Markdown: sentences gone and sentences new, chapter by chapter."""
    parts = [f"# {say('What changed for you')}"]
    for each in changed_for_you(old, new):
        lines = [
            *(say("- no longer: %(text)s", text=text) for text in each.gone),
            *(say("- **new**: %(text)s", text=text) for text in each.come),
        ]
        parts.append(f"## {each.title}\n\n" + "\n".join(lines))
    if len(parts) == 1:
        parts.append(say("Nothing."))
    return "\n\n".join(parts) + "\n"


class ChangedChapter(Struct, frozen=True):
    """Sentences of one chapter that are gone, and sentences that are new."""

    title: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


def changed_for_you(old: Handbook, new: Handbook) -> tuple[ChangedChapter, ...]:
    """Chapter by chapter, only those in which something differs."""
    titles = dict.fromkeys(section.title for book in (old, new) for section in book.sections)
    chapters = []
    for title in titles:
        before, after = list(_said(old, title)), list(_said(new, title))
        gone = tuple(text for text in before if text not in set(after))
        come = tuple(text for text in after if text not in set(before))
        if gone or come:
            chapters.append(ChangedChapter(title, gone, come))
    return tuple(chapters)


def _said(book: Handbook, title: str) -> Iterator[str]:
    for section in book.sections:
        if section.title != title:
            continue
        for block in section.blocks:
            match block:
                case Sentence(text):
                    yield text
                case Points(sentences, heading):
                    yield from (f"{heading}: {each.text}" if heading else each.text for each in sentences)
                case Table(head, rows):
                    yield from (_row_said(head, row) for row in rows)
                case Prose(heading, text):
                    yield f"{heading}: {text}"
                case Ladder():
                    pass  # it follows from targets and rules, which are compared themselves


def _row_said(head: tuple[str, ...], row: Row) -> str:
    return "; ".join(f"{name}: {cell}" for name, cell in zip(head, row.cells, strict=True))


def _markdown(block: Block, link: Callable[[str], str]) -> str:
    match block:
        case Sentence(text, place):
            return text + link(place)
        case Points(sentences, heading, place):
            title = f"### {heading}{link(place)}\n\n" if heading else ""
            return title + "\n".join(f"- {each.text}{link(each.place)}" for each in sentences)
        case Table(head, rows):
            lines = [_cells(head), _cells(["---"] * len(head))]
            lines += [_cells([*row.cells[:-1], row.cells[-1] + link(row.place)]) for row in rows]
            return "\n".join(lines)
        case Prose(heading, text, place):
            return f"### {heading}{link(place)}\n\n" + "\n".join(f"> {line}" for line in text.splitlines())
        case Ladder(title, _, rungs, place):
            lines = [
                say("- after **%(time)s**: %(done)s", time=spoken(each.elapsed), done=said(each)) for each in rungs
            ]
            return f"### {title}{link(place)}\n\n" + "\n".join(lines)


def _cells(cells: list[str] | tuple[str, ...]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _html(block: Block, link: Callable[[str], str]) -> str:
    match block:
        case Sentence(text, place):
            return f"<p>{escape(text)}{link(place)}</p>"
        case Points(sentences, heading, place):
            title = f"<h3>{escape(heading)}{link(place)}</h3>" if heading else ""
            return f"{title}<ul>{''.join(f'<li>{escape(each.text)}{link(each.place)}</li>' for each in sentences)}</ul>"
        case Table(head, rows):
            body = "".join(_html_row(row.cells, "td", link(row.place)) for row in rows)
            return f"<table>{_html_row(head, 'th')}{body}</table>"
        case Prose(heading, text, place):
            quoted = escape(text).replace("\n", "<br>")
            return f"<h3>{escape(heading)}{link(place)}</h3><blockquote>{quoted}</blockquote>"
        case Ladder(title, _, _, place):
            return f"<h3>{escape(title)}{link(place)}</h3>{ladder_svg(block)}"


def _html_row(cells: tuple[str, ...], tag: str, last: str = "") -> str:
    written = [escape(cell) for cell in cells]
    written[-1] += last
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in written)}</tr>"
