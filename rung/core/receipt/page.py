"""A clock receipt as one HTML document for the customer: the promises and every minute of them, nothing internal."""

from collections.abc import Iterator
from datetime import timedelta
from html import escape
from zoneinfo import ZoneInfo

from rung.core.calendar.instants import zone
from rung.core.receipt.receipt import CycleReceipt, Line, Receipt, Why
from rung.core.receipt.text import length, moment
from rung.core.vocabulary import METRICS, ClockName

#: The promises a customer knows of, in their words.
PROMISES = {
    ClockName.FIRST_RESPONSE: "First answer",
    ClockName.NEXT_RESPONSE: "Answer to your message",
    ClockName.UPDATE: "Keeping you informed",
    ClockName.RESOLUTION: "Solution",
}
_WHY = {Why.RAN: "our time", Why.OUTSIDE: "outside service hours"}
_PAUSED = {"customer": "waiting for you", "third_party": "waiting for a third party", "nobody": "solved"}

#: Where the signature goes; it covers the document with exactly this in its place.
UNSIGNED = '<meta name="rung-signature" content="">'


def customer_page(receipt: Receipt, *, number: int, subject: str, desk: str, timezone: str) -> str:
    """The document, unsigned. Only promises with a goal; no rule, level, person or note is named."""
    where = zone(timezone)
    promises = [cycle for cycle in receipt.cycles if cycle.clock in METRICS and cycle.goal is not None]
    body = "".join(_promise(cycle, where) for cycle in promises) or "<p>No promise was made for this request.</p>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{UNSIGNED}'
        f"<title>{escape(desk)}: request {number}</title><style>{_STYLE}</style></head><body>"
        f'<header><p class="desk">{escape(desk)}</p><h1>{escape(subject)}</h1>'
        f"<p>Request {number}, as of {moment(receipt.now, where)}. All times are those of {escape(timezone)}.</p>"
        "</header>"
        f"<main>{body}</main>"
        "<footer>Every time above is reckoned from the recorded events of this request; the lines of each table add up "
        "to the time that passed. This document carries a signature that we can verify.</footer></body></html>"
    )


def signed(page: str, signature: str) -> str:
    """The document with its signature in place."""
    return page.replace(UNSIGNED, f'<meta name="rung-signature" content="{escape(signature)}">', 1)


def without_signature(page: str) -> tuple[str, str] | None:
    """(the document as it was signed, its signature); None if it carries none."""
    start = page.find(UNSIGNED[:-2])
    end = page.find('">', start)
    if start < 0 or end < 0:
        return None
    signature = page[start + len(UNSIGNED) - 2 : end]
    return page[:start] + UNSIGNED + page[end + 2 :], signature


def _promise(cycle: CycleReceipt, where: ZoneInfo) -> str:
    verdict, kind = _verdict(cycle)
    rows = "".join(_row(line, where) for line in cycle.lines)
    sums = f"{length(cycle.ran)} of our time, {length(cycle.paused)} waiting, {length(cycle.outside)} outside hours"
    return (
        f"<section><h2>{PROMISES[cycle.clock]}"
        f'<span class="{kind}">{verdict}</span></h2>'
        f"<p>Promised within {length(cycle.goal or timedelta())} of service time; {length(cycle.ran)} were used.</p>"
        f"<table><thead><tr><th>From</th><th>To</th><th>Lasted</th><th>What it was</th></tr></thead><tbody>{rows}"
        f"</tbody><tfoot><tr><td colspan=2>Together</td><td>{length(cycle.elapsed)}</td><td>{sums}</td></tr></tfoot>"
        "</table></section>"
    )


def _verdict(cycle: CycleReceipt) -> tuple[str, str]:
    if cycle.met is False:
        return "missed", "missed"
    return ("kept", "kept") if cycle.ended else ("running", "running")


def _row(line: Line, where: ZoneInfo) -> str:
    what = _PAUSED.get(line.turn, "paused") if line.why is Why.PAUSED else _WHY[line.why]
    cells = (moment(line.start, where), moment(line.end, where), length(line.elapsed), what)
    return f"<tr>{''.join(_cells(cells))}</tr>"


def _cells(words: tuple[str, ...]) -> Iterator[str]:
    return (f"<td>{escape(word)}</td>" for word in words)


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#1c2333;max-width:52rem;margin:3rem auto;padding:0 1.25rem}"
    "h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.05rem;margin:2.2rem 0 .3rem}.desk{color:#5b6478;margin:0}"
    "h2 span{font-size:.8rem;font-weight:600;margin-left:.6rem;padding:.1rem .5rem;border-radius:999px}"
    ".kept{background:#e3f4e8;color:#14602f}.missed{background:#fde7e7;color:#9b1c1c}"
    ".running{background:#e8edff;color:#2a3fa0}"
    "table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #e4e7ee}"
    "th{color:#5b6478;font-weight:500}td:not(:last-child){white-space:nowrap}"
    "tfoot td{font-weight:600;border-bottom:0}footer{margin:3rem 0;color:#5b6478;font-size:.82rem}"
    "@media(prefers-color-scheme:dark){body{background:#12151c;color:#e6e9f0}th,td{border-color:#2a3040}"
    ".kept{background:#123421;color:#9fe0b5}.missed{background:#3d1616;color:#f5b5b5}"
    ".running{background:#1c2550;color:#c0caff}}"
)
