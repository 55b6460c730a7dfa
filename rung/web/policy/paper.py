"""The policy to take along: the handbook as PDF and as one page, its ladders and the coverage map as pictures."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse

from rung.core.check.coverage import presence
from rung.core.check.coverage_picture import coverage_svg
from rung.core.document.nodes import lines_by_place, parse
from rung.core.handbook.book import Handbook, handbook
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Ladder
from rung.core.handbook.text import html, markdown
from rung.frame.access import needs
from rung.insights.extras import MissingExtra
from rung.insights.printing import handbook_pdf, png
from rung.people.clock import database_now
from rung.people.models import Role
from rung.people.who_is_there import roster_at
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled

_KINDS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}
_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


@needs(Role.OBSERVER)
def handbook_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The handbook as a file: `pdf`, `html` or `md`."""
    if kind not in _KINDS:
        raise Http404(f'the handbook comes as {", ".join(_KINDS)}, not as "{kind}"')
    version = _in_force()
    now, source = database_now(), f"version {version.number}"
    book = handbook(compiled(version.number).policy, now, roster_at(now))
    root, _found = parse(version.text, source)
    lines = lines_by_place(root) if root is not None else {}
    match kind:
        case "pdf":
            try:
                content = handbook_pdf(book, lines, source, version.text, now)
            except MissingExtra as missing:
                return _not_here(missing)
        case "html":
            content = html(book, lines, source, version.text).encode()
        case _:
            content = markdown(book, lines, source).encode()
    answer = HttpResponse(content, content_type=_KINDS[kind])
    answer["Content-Disposition"] = f'attachment; filename="handbook-{version.number}.{kind}"'
    return answer


@needs(Role.OBSERVER)
def ladder_picture(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The ladder of a kind of ticket, counted from 1 as in the handbook."""
    version = _in_force()
    drawn = _ladders(handbook(compiled(version.number).policy, database_now()))
    if not 0 < number <= len(drawn):
        raise Http404(f"there is no ladder {number}; there are {len(drawn)}")
    return _picture(ladder_svg(drawn[number - 1]), kind)


@needs(Role.OBSERVER)
def coverage_picture(request: HttpRequest, kind: str) -> HttpResponse:
    """Who can be reached in the next 14 days, half hour by half hour."""
    policy, now = compiled(_in_force().number).policy, database_now()
    return _picture(coverage_svg(policy, presence(policy, roster_at(now), now)), kind)


def _ladders(book: Handbook) -> Sequence[Ladder]:
    return [block for section in book.sections for block in section.blocks if isinstance(block, Ladder)]


def _picture(svg: str, kind: str) -> HttpResponse:
    if kind not in _PICTURES:
        raise Http404(f'pictures come as {", ".join(_PICTURES)}, not as "{kind}"')
    try:
        return HttpResponse(png(svg) if kind == "png" else svg, content_type=_PICTURES[kind])
    except MissingExtra as missing:
        return _not_here(missing)


def _not_here(missing: MissingExtra) -> HttpResponse:
    return HttpResponse(str(missing), status=501, content_type="text/plain; charset=utf-8")


def _in_force() -> PolicyVersion:
    version = PolicyVersion.objects.filter(is_current=True).first()
    if version is None:
        raise Http404("no policy has been published yet")
    return version
