"""All benchmarks on one page: each figure beside its bar."""

from collections.abc import Iterator, Mapping
from html import escape

Figures = Mapping[str, object]

#: Benchmark -> (what is compared, where the figure stands, where its bar stands, whether less is better).
SHOWN = {
    "calendar": (
        "additions or differences a second, the slowest",
        ("slowest_per_second",),
        ("bar_per_second",),
        False,
    ),
    "replay": ("log events a second, reference policy", ("policies", "reference", "events_per_second"), None, False),
    "catch-up": ("share of bare SQL", ("ratio",), ("bar",), False),
    "idle": ("CPU share of a ticker at a million tickets", ("cpu_share", "1000000", "ticker"), ("bar_share",), True),
    "lateness": ("seconds late, 99th of 100", ("p99_seconds",), ("bar_p99_seconds",), True),
    "intake": ("signed Slack events a second", ("slack_events", "per_second"), ("bar", "per_second"), False),
    "storm": ("seconds until the slowest escalation is posted", ("slowest_seconds",), ("bar_seconds",), True),
    "board": ("seconds for the slowest page, 95th of 100", ("slowest_p95_seconds",), ("bar_p95_seconds",), True),
    "import": ("events a second", ("events_per_second",), ("bar_events_per_second",), False),
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
    return f"<section><h2>{escape(name)}</h2>{_picture(name, figures)}<table>{rows}</table></section>"


def _picture(name: str, figures: Figures) -> str:
    label, at, bar_at, less = SHOWN.get(name, ("", (), None, False))
    value, bar = _number(figures, at), _number(figures, bar_at or (*at[:-1], "bar"))
    if value is None or bar is None:
        return ""
    most = max(value, bar)
    reached = value <= bar if less else value >= bar
    said = f"{escape(label)}: {value:g} ({'reaches' if reached else 'misses'} the bar of {bar:g})"
    return (
        f'<svg viewBox="0 0 640 62" role="img" aria-label="{said}"><text x="0" y="13">{said}</text>'
        f'<rect x="0" y="22" width="{max(2, round(600 * value / most))}" height="14" rx="3" '
        f'class="{"reached" if reached else "missed"}"/>'
        f'<rect x="0" y="42" width="{max(2, round(600 * bar / most))}" height="8" rx="3" class="bar"/></svg>'
    )


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
    ".missed{fill:#c2410c}.bar{fill:#c8cedb}table{border-collapse:collapse;font-size:.85rem;width:100%}"
    "th,td{text-align:left;font-weight:400;padding:.15rem .6rem .15rem 0;border-bottom:1px solid #e4e7ee}"
    "th{color:#5b6478}td{font-variant-numeric:tabular-nums}"
)
