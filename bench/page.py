"""All benchmarks on one page: each figure beside its bar."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

Figures = Mapping[str, object]


class Shown(NamedTuple):
    """One picture: what is measured, where the figure stands, where its bar stands (None: there is none)."""

    what: str
    at: tuple[str, ...]
    bar: tuple[str, ...] | None
    less_is_better: bool = False


SHOWN: Mapping[str, tuple[Shown, ...]] = {
    "calendar": (
        Shown("additions or differences a second, the slowest", ("slowest_per_second",), ("bar_per_second",)),
    ),
    "replay": tuple(
        Shown(f"log events a second, {said}", ("policies", name, "events_per_second"), ("policies", name, "bar"))
        for name, said in (("reference", "reference policy"), ("one_target", "one target"))
    ),
    "import": (Shown("events a second", ("events_per_second",), ("bar_events_per_second",)),),
    "catch-up": (
        Shown("share of bare SQL, two tickers", ("ratio",), ("bar",)),
        Shown("escalations a second with one ticker", ("with_tickers", "1"), None),
        Shown("with two", ("escalations_per_second",), None),
        Shown("with four", ("with_tickers", "4"), None),
        Shown("bare SQL over two connections", ("bare_sql_per_second",), None),
    ),
    "idle": (
        Shown("CPU share of a ticker at a million tickets", ("cpu_share", "1000000", "ticker"), ("bar_share",), True),
        Shown("at ten thousand", ("cpu_share", "10000", "ticker"), ("bar_share",), True),
    ),
    "lateness": (Shown("seconds late, 99th of 100", ("p99_seconds",), ("bar_p99_seconds",), True),),
    "intake": tuple(
        picture
        for key, said in (("slack_events", "signed Slack events"), ("api_messages", "API messages"))
        for picture in (
            Shown(f"{said} a second", (key, "per_second"), ("bar", "per_second")),
            Shown(
                f"milliseconds to answer {said}, 99th of 100",
                (key, "p99_milliseconds"),
                ("bar", "p99_milliseconds"),
                True,
            ),
        )
    ),
    "storm": (Shown("seconds until the slowest escalation is posted", ("slowest_seconds",), ("bar_seconds",), True),),
    "board": (
        Shown("seconds for the slowest page, 95th of 100", ("slowest_p95_seconds",), ("bar_p95_seconds",), True),
    ),
}


def page(measured: Mapping[str, Figures], machine: str) -> str:
    """One HTML document; nothing in it is fetched from anywhere."""
    sections = "".join(_section(name, figures) for name, figures in measured.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>rung bench</title><style>{_STYLE}</style>'
        f"</head><body><h1>rung bench</h1><p>{escape(machine)}. Absolute figures are this machine's; ratios travel.</p>"
        f"{sections}</body></html>"
    )


def _section(name: str, figures: Figures) -> str:
    rows = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(str(value))}</td></tr>" for label, value in flat("", figures)
    )
    return f"<section><h2>{escape(name)}</h2>{_pictures(name, figures)}<table>{rows}</table></section>"


def _pictures(name: str, figures: Figures) -> str:
    """Figures without a bar are drawn to one measure: that of the largest of them."""
    shown = SHOWN.get(name, ())
    free = [_number(figures, one.at) or 0.0 for one in shown if one.bar is None]
    return "".join(_picture(one, figures, max(free, default=0.0)) for one in shown)


def _picture(one: Shown, figures: Figures, widest: float) -> str:
    value = _number(figures, one.at)
    bar = None if one.bar is None else _number(figures, one.bar)
    if value is None or (one.bar is not None and bar is None):
        return ""
    said, kind = f"{escape(one.what)}: {_said(value)}", "plain"
    if bar is not None:
        reached = value <= bar if one.less_is_better else value >= bar
        limit = "at most" if one.less_is_better else "at least"
        said += f" ({'reaches' if reached else 'misses'} the bar, {limit} {_said(bar)})"
        kind = "reached" if reached else "missed"
    most = max(value, bar or widest) or 1.0
    line = "" if bar is None else f'<rect x="0" y="42" width="{_width(bar, most)}" height="8" rx="3" class="bar"/>'
    return (
        f'<svg viewBox="0 0 640 {62 if line else 46}" role="img" aria-label="{said}"><text x="0" y="13">{said}</text>'
        f'<rect x="0" y="22" width="{_width(value, most)}" height="14" rx="3" class="{kind}"/>{line}</svg>'
    )


def _said(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.4g}"


def _width(value: float, most: float) -> int:
    return max(2, round(600 * value / most))


def flat(prefix: str, figures: Figures) -> Iterator[tuple[str, object]]:
    """Every figure with the path of its names."""
    for name, value in figures.items():
        label = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flat(f"{label} · ", value)
        else:
            yield label, value


def _number(figures: Figures, at: tuple[str, ...]) -> float | None:
    found: object = figures
    for name in at:
        found = found.get(name) if isinstance(found, Mapping) else None
    return float(found) if isinstance(found, (int, float)) else None


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#1c2333;max-width:46rem;margin:3rem auto;padding:0 1.25rem}"
    "h2{margin:2.4rem 0 .4rem;font-size:1.1rem}svg{width:100%;font-size:13px;fill:#5b6478}.reached{fill:#2f9e5f}"
    ".missed{fill:#c2410c}.plain{fill:#5470c6}.bar{fill:#c8cedb}table{border-collapse:collapse;font-size:.85rem;width:100%}"
    "th,td{text-align:left;font-weight:400;padding:.15rem .6rem .15rem 0;border-bottom:1px solid #e4e7ee}"
    "th{color:#5b6478}td{font-variant-numeric:tabular-nums}"
)
