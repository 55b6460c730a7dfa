"""The words of a page of HTML as plain text: tables and lists readable, links with their addresses, quotes marked."""

import re
from html import unescape

from lxml import etree, html

#: Starts and ends of tags that are looked at, characters of the page, and how deep it may be nested.
MOST_NODES, LONGEST, DEEPEST = 400_000, 4_000_000, 1_500

_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"})
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tr", "ul"),
    )
)
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre", "blockquote"})
#: Containers that mail programs put round what is quoted, by class and by id (Gmail, Yahoo, Proton, Tuta, Thunderbird,
#: Zoho, Outlook on phones, and help desks). Gmail's outer one holds answers between the quotes, too: it is not here.
_QUOTE_CLASSES = frozenset(
    (
        *("gmail_attr", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "moz-cite-prefix", "zmail_extra"),
        *("ms-outlook-mobile-reference-message", "freshdesk_quote"),
    )
)
_QUOTE_IDS = frozenset({"mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION"})
#: From here to the end all is quoted (Outlook on the web).
_REST_IDS = frozenset({"divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg", "x_appendonsend"})
_CITED = re.compile(r"(?i)border-left\s*:(?!\s*(?:none|0))|margin:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+0?\.8ex")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_ADDRESSES = ("http://", "https://", "mailto:", "tel:", "ftp://")
#: Pictures and styles written into the page, which may be longer than its words by far.
_IN_DATA = re.compile(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=\s]{200,}")
_STYLES = re.compile(r"(?is)<style\b[^>]*>.*?</style\s*>")


def words_of(page: str, *, quotes: bool = True) -> str:
    """Its words, a line a block. With `quotes`, lines that stand in a container for quotes begin with "> ", as in
    mails without HTML. What runs or is never shown is left out. Linear in the page.
    """
    page = _STYLES.sub(" ", _IN_DATA.sub("data:,", page.replace("\x00", "")))[:LONGEST]
    if not page.strip():
        return ""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
        return _Writer(quotes=quotes).text_of(root)
    except (etree.LxmlError, ValueError, AssertionError):
        return _stripped(page)


def _stripped(page: str) -> str:
    """Of a page that no parser takes whole: everything but its tags."""
    lines = (_SPACES.sub(" ", line).strip() for line in re.sub(r"<[^<>]{0,20000}>", "\n", page).split("\n"))
    return _BLANKS.sub("\n\n", unescape("\n".join(lines))).strip()


class _Writer:
    """Writes a tree as lines."""

    def __init__(self, *, quotes: bool) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.quotes = quotes
        self.quoted = self.pre = self.silent = 0
        self.is_rest = False
        #: The next number of each list that is open; 0: without numbers.
        self.lists: list[int] = []
        #: Where the words of the open cells and links begin: (line, place in it).
        self.rows: list[tuple[int, int]] = []
        self.links: list[tuple[int, int]] = []

    def text_of(self, root: html.HtmlElement) -> str:
        """Raises ValueError for a page nested so deep that the parser has dropped some of it."""
        depth = 0
        for count, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST or count > MOST_NODES:
                raise ValueError("nested too deep, or too long")
            if event == "start":
                self._start(element)
                self._say(element.text)
            else:
                self._end(element)
                self._say(element.tail)
        self._break()
        return _BLANKS.sub("\n\n", "\n".join(self.lines)).strip("\n")

    def _start(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag in _SILENT:
            self.silent += 1
        if tag in _BLOCKS:
            self._break(apart=tag in _APART)
        if self.quotes and (element.get("id") in _REST_IDS):
            self._break()
            self.is_rest = True
        if _is_quote(element):
            self._break()
            self.quoted += 1
        self._mark(element, tag)

    def _mark(self, element: html.HtmlElement, tag: str) -> None:
        match tag:
            case "br":
                self._break(blank=True)
            case "hr":
                self.line = "-----"
                self._break()
            case "pre":
                self.pre += 1
            case "ul" | "ol":
                self.lists.append(1 if tag == "ol" else 0)
            case "li":
                self._item()
            case "tr":
                self.rows.append((len(self.lines), len(self.line)))
            case "td" | "th":
                self._cell()
            case "a":
                self.links.append((len(self.lines), len(self.line)))
            case "img" if element.get("alt") and not self.silent:
                self._say(f"[{' '.join(element.get('alt', '').split())[:200]}]")

    def _end(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag in _SILENT:
            self.silent -= 1
        match tag:
            case "a" if self.links:
                self._link(element.get("href") or "", self.links.pop())
            case "ul" | "ol" if self.lists:
                self.lists.pop()
            case "tr" if self.rows:
                self.rows.pop()
            case "pre":
                self._break()
                self.pre -= 1
        if tag in _BLOCKS:
            self._break(apart=tag in _APART)
        if _is_quote(element):
            self._break()
            self.quoted -= 1

    def _item(self) -> None:
        indent = "  " * max(0, min(len(self.lists), 20) - 1)
        number = self.lists[-1] if self.lists else 0
        self.line = f"{indent}{number}. " if number else f"{indent}- "
        if number:
            self.lists[-1] += 1

    def _cell(self) -> None:
        """Another cell of a row: on the same line, unless the one before has lines of its own."""
        row, place = self.rows[-1] if self.rows else (len(self.lines), 0)
        if len(self.lines) > row and any(line.strip("> ") for line in self.lines[row:]):
            self._break()
        elif self.line[place:].strip():
            self.line = self.line.rstrip() + " | "

    def _link(self, address: str, begins: tuple[int, int]) -> None:
        address = address.strip()
        if self.silent or not address.lower().startswith(_ADDRESSES):
            return
        shown = address.removeprefix("mailto:").removeprefix("tel:")[:2000]
        line, place = begins
        said = "\n".join([*self.lines[line:], self.line])[place if line == len(self.lines) else 0 :]
        bare = (shown.partition("://")[2] or shown).rstrip("/")
        if bare not in said.replace("\n", ""):
            self._say(f" ({shown})" if said.strip() else shown)

    def _say(self, text: str | None) -> None:
        if not text or self.silent:
            return
        if self.pre:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.line += first
            for each in more:
                self._break(blank=True)
                self.line = each
            return
        text = _SPACES.sub(" ", text)
        self.line += text if self.line and not self.line.endswith(" ") else text.lstrip()

    def _break(self, *, apart: bool = False, blank: bool = False) -> None:
        mark = "> " if self.quotes and (self.quoted > 0 or self.is_rest) else ""
        line = self.line.rstrip() if self.pre else self.line.replace("\xa0", " ").rstrip()
        if not self.pre and not line.startswith("  "):
            line = line.strip()
        self.line = ""
        if line or blank:
            self.lines.append(f"{mark}{line}".rstrip() if line else mark.rstrip())
        if apart and self.lines and self.lines[-1] not in ("", ">"):
            self.lines.append(mark.rstrip())


def _is_quote(element: html.HtmlElement) -> bool:
    classes = (element.get("class") or "").split()
    if element.tag == "blockquote":
        cited = element.get("type") == "cite" or element.get("cite") is not None
        return cited or "gmail_quote" in classes or bool(_CITED.search(element.get("style") or ""))
    if element.tag not in ("div", "span", "table"):
        return False
    return (
        element.get("id") in _QUOTE_IDS
        or element.get("name") == "quote"
        or any(each in _QUOTE_CLASSES for each in classes)
    )
