"""Proposals as text and as a page with their curves."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from rung.core.handbook.ladder_picture import spoken
from rung.core.replay.comparison import Comparison
from rung.core.replay.curve_picture import curve_svg
from rung.core.replay.proposal import Point, Proposal


def as_text(proposals: Sequence[Proposal], reaction: timedelta, change: str, replayed: Comparison | None) -> str:
    """Every rule with its present and its proposed point, the change as a diff, and what replaying it showed."""
    parts = [_assumption(reaction), *(_said(each) for each in proposals)]
    parts.append(change if change else "Nothing to change: no other share is clearly better.")
    if replayed is not None:
        parts.append(_proof(replayed))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def as_page(proposals: Sequence[Proposal], reaction: timedelta, change: str, replayed: Comparison | None) -> str:
    """One page that needs nothing else."""
    curves = "".join(f"<p>{escape(_said(each))}</p>{curve_svg(each)}" for each in proposals if each.breaches)
    proof = f"<p>{escape(_proof(replayed))}</p>" if replayed is not None else ""
    style = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2530}"
    style += "svg{display:block;max-width:100%;height:auto;margin:1rem 0}p,pre{white-space:pre-wrap}"
    head = f'<meta charset="utf-8"><title>When to warn</title><style>{style}</style>'
    body = f"<h1>When to warn</h1><p>{escape(_assumption(reaction))}</p>{curves}<h2>The change</h2>"
    body += f"<pre>{escape(change) or 'nothing'}</pre>{proof}"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _assumption(reaction: timedelta) -> str:
    return (
        f"A breach counts as caught when the warning comes at least {spoken(reaction)} of working time before it: "
        "the time somebody is assumed to need. A record cannot know what people would have done with another warning."
    )


def _said(each: Proposal) -> str:
    head = f"{each.rule} ({each.clock}): {each.breaches:,} of {each.cycles:,} cycles missed their target"
    lines = [head, f"  now      {_point(each.now)}"]
    lines.append(f"  proposed {_point(each.best)}" if each.best is not None else "  good as it is")
    return "\n".join(lines)


def _point(point: Point) -> str:
    return f"{point.percent:>3} %: {point.messages:>8,} messages, {point.caught:>8,} breaches caught in time"


def _proof(replayed: Comparison) -> str:
    old, new = replayed.old, replayed.new
    return (
        f"Replayed with the change: {old.interruptions:,} interruptions become {new.interruptions:,}, "
        f"{old.outside_hours:,} of them outside working time become {new.outside_hours:,}; "
        f"{replayed.tickets_changed:,} of {old.tally.tickets:,} tickets are treated differently."
    )
