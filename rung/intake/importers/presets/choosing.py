"""Which preset is meant, and how it fits the columns of a log."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rung.core.log.mapping import Field, LogMap, read_map
from rung.core.spelling import did_you_mean, nearest

FOLDER = Path(__file__).parent
ENDING = ".map.yaml"
#: Fields a log must have where its preset names them; it goes without others.
NEEDED = (Field.STATUS, Field.AUTHOR_ROLE, Field.MESSAGE)


class Preset(Struct, frozen=True):
    name: str
    #: The map as it is written, with its comment.
    text: str


class Fitted(Struct, frozen=True):
    """`without`: columns the preset names and the log does not have."""

    log_map: LogMap
    without: tuple[str, ...]


def preset_names() -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(ENDING) for path in FOLDER.glob(f"*{ENDING}")))


def preset(name: str) -> Preset:
    """ValueError, with the nearest right name, when there is none called so."""
    names = preset_names()
    if name not in names:
        meant = did_you_mean(name, names) or f"; there are {', '.join(names)}"
        raise ValueError(f'no preset is called "{name}"{meant}')
    return Preset(name, (FOLDER / f"{name}{ENDING}").read_text(encoding="utf-8"))


def fit(chosen: Preset, columns: Sequence[str]) -> Fitted:
    """The preset without what the log does not have. ValueError, in one sentence, when it cannot go without."""
    whole, findings = read_map(chosen.text, f"{chosen.name}{ENDING}")
    if whole is None:
        raise ValueError("; ".join(str(finding) for finding in findings))
    missing = [name for name in _needed(whole) if name not in columns]
    if missing:
        lacking = " and ".join(_lacking(name, columns) for name in missing)
        raise ValueError(f'the preset "{chosen.name}" does not fit this log, which has no column {lacking}')
    fields = {field: column for field, column in whole.fields.items() if column.name in columns}
    order = tuple(name for name in whole.order if name in columns)
    named = [*whole.order, *(column.name for column in whole.fields.values())]
    without = tuple(name for name in named if name not in columns)
    return Fitted(replace(whole, fields=fields, order=order), without)


def _needed(whole: LogMap) -> list[str]:
    """A row stands for a whole ticket in most exports, so that the moment it was opened is needed too."""
    opened = [] if whole.opened is None else [whole.opened.column]
    return [
        whole.ticket,
        *opened,
        whole.time.column,
        *(whole.fields[each].name for each in NEEDED if each in whole.fields),
    ]


def _lacking(name: str, columns: Sequence[str]) -> str:
    like = nearest(name, columns)
    return f'"{name}"' if like is None else f'"{name}" (the nearest is "{like}")'
