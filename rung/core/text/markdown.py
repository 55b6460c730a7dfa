"""Markdown as people write it in answers, notes and requests: read once, shown as HTML or as plain text.

No word is ever lost: what has a meaning to Markdown but drops letters (references, entities, escapes, pictures) is not
read as such, and where a reading would still lose a letter the text is shown as it was written.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from rung.core.text.markdown_words import words_of

#: Characters beyond which a text is shown as it was written: reading it would take too long.
LONGEST = 100_000
#: Of these, reading takes the square of their number; a text of more is a log, and shown as it was written.
COSTLY = {"[": 1000, "<": 2000, "|": 5000}
SCHEMES = {"http", "https", "mailto"}
TAGS = {
    *("p", "br", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "li": {"value"}, "code": {"class"}}
#: What a person means by it is uncertain, or it would make letters disappear.
NOT_READ = ("reference", "lheading", "html_block", "html_inline", "entity", "escape", "image")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}*_~]")
_SCHEME = re.compile(r"(?<![A-Za-z0-9])https?$")
_SAFE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)


@lru_cache(maxsize=512)
def html(text: str) -> str:
    """Clean HTML: only `TAGS`, and links only to `SCHEMES`. Headings are bold paragraphs: the page has its own."""
    parser, tokens = _read(text)
    written = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        written, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )


def plain(text: str) -> str:
    """The words without marks, for a text that nobody renders: `label (address)`, `- entry`, code between fences."""
    return words_of(tree(text))


def tree(text: str) -> SyntaxTreeNode:
    """What was read, for those who have a form of their own."""
    return SyntaxTreeNode(_read(text)[1])


def split(text: str, lines: int) -> tuple[str, str]:
    """The beginning, of about so many lines, and the rest; never within a list entry, a quote or a table."""
    whole = text.split("\n")
    _, tokens = _read(text)
    starts = [token.map[0] for token in tokens if token.map and (token.level == 0 or token.type == "list_item_open")]
    around = next((token for token in tokens if token.level == 0 and token.map and _holds(token.map, lines)), None)
    if around is not None and around.type == "fence":
        fence = around.markup
        opening = whole[around.map[0]] if around.map else fence
        return "\n".join([*whole[:lines], fence]), "\n".join([opening, *whole[lines:]])
    if around is None or around.type in ("paragraph_open", "code_block"):
        return "\n".join(whole[:lines]), "\n".join(whole[lines:])
    cut = max((start for start in starts if 0 < start <= lines), default=around.map[1] if around.map else lines)
    return "\n".join(whole[:cut]), "\n".join(whole[cut:])


def _holds(span: Sequence[int], line: int) -> bool:
    return span[0] < line < span[1]


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[MarkdownIt, list[Token]]:
    if len(text) <= LONGEST and all(text.count(mark) <= most for mark, most in COSTLY.items()):
        tokens = _MARKDOWN.parse(text)
        if _letters(words_of(SyntaxTreeNode(tokens))) == _letters(text):
            return _MARKDOWN, tokens
    return _AS_WRITTEN, _AS_WRITTEN.parse(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _new_line(state: StateInline, silent: bool) -> bool:
    """An end of a line is one; what the next line is indented by stays."""
    if state.src[state.pos] != "\n":
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
        state.push("softbreak", "br", 0)
    state.pos += 1
    return True


def _web_address(state: StateInline, silent: bool) -> bool:
    """An address in the words can be pressed, and nothing in it is markup."""
    if state.src[state.pos] != ":" or state.linkLevel:
        return False
    scheme = _SCHEME.search(state.pending[-7:])
    if scheme is None:
        return False
    start = state.pos - len(scheme[0])
    found = _ADDRESS.match(state.src, start, state.posMax)
    if found is None:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        opening = state.push("link_open", "a", 1)
        opening.attrs, opening.markup, opening.info = {"href": found[0]}, "linkify", "auto"
        state.push("text", "", 0).content = found[0]
        closing = state.push("link_close", "a", -1)
        closing.markup, closing.info = "linkify", "auto"
    state.pos = found.end()
    return True


def _text(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    """A line keeps its indentation: a stack trace is read by it."""
    words = tokens[at].content
    if at and tokens[at - 1].type in ("softbreak", "hardbreak"):
        bare = words.lstrip(" \t")
        words = "\u00a0" * len(words[: len(words) - len(bare)].expandtabs(4)) + bare
    return _escaped(words)


def _list_entry(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    if tokens[at].info:
        tokens[at].attrSet("value", tokens[at].info)
    return self.renderToken(tokens, at, options, env)


def _heading(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    return "<p><strong>" if tokens[at].nesting > 0 else "</strong></p>\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


class _Reader(MarkdownIt):
    """Addresses stay as they were written, and are links only where that is safe."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return bool(_SAFE.match(url))


def _parser(preset: str, *readings: str) -> MarkdownIt:
    made = _Reader(preset, {"html": False, "breaks": True, "maxNesting": 100}).enable(list(readings))
    made.inline.ruler.at("newline", _new_line)
    made.inline.ruler.after("text", "web_address", _web_address)
    for name, rule in (("text", _text), ("list_item_open", _list_entry), ("softbreak", _line_end)):
        made.add_render_rule(name, rule)
    for name in ("heading_open", "heading_close"):
        made.add_render_rule(name, _heading)
    return made


def _line_end(*_given: object) -> str:
    return "<br>"


_MARKDOWN = _parser("commonmark", "table", "strikethrough").disable(NOT_READ)
_AS_WRITTEN = _parser("zero", "newline")
