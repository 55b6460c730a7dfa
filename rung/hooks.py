"""What the folder of a channel or a tracker brings: each hook is a name in a module of the folder, found by its name.

A folder leaves out the modules it has no use for. `docs/reference/channels.md` says what each hook is for and when it
is asked; `tests/conformance` holds every folder to it. What is sent, and what came of it, is in `outbox.ports`.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.functional import Promise

from rung.core.policy.outlets import Outlet

Label = str | Promise
Sort = Callable[[Mapping[str, Any], datetime], str]
Begin = Callable[[threading.Event], None]


@dataclass(frozen=True)
class Inbox:
    """A way in, as the page of inboxes shows it: whether it is open, in a sentence, and where it is set up."""

    key: str
    name: Label
    is_open: bool
    says: str
    address: str = ""
    action: Label = ""


@dataclass(frozen=True)
class GuidePart:
    """The step "Connect a channel" of the first-run guide. `way`: its word in the guide's address."""

    way: str
    template: str
    context_of: Callable[[HttpRequest], dict[str, object]]
    #: Style sheets among the static files.
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """What owners see of it."""

    #: Its pages, from the root of the desk; each says with `frame.access` who may open it.
    pages: tuple[URLPattern, ...] = ()
    #: A row on the page of inboxes.
    inbox: Callable[[HttpRequest], Inbox] | None = None
    #: A tab of the settings: the name of its page's address, and its word.
    tab: tuple[str, Label] | None = None
    guide: GuidePart | None = None
    #: What the log calls its rows: the name of a model, in lower case -> a noun.
    nouns: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """One channel or tracker, by its app in `CHANNELS` or `TRACKERS`."""

    app: str

    @property
    def name(self) -> str:
        """The last word of the app: what policies, deliveries, addresses and commands call it."""
        return self.app.rpartition(".")[2]

    @property
    def outlet(self) -> Outlet | None:
        """`outlet.OUTLET`: what a policy may write of it. Plain values: it is read without a desk."""
        return cast("Outlet | None", _brought(self.app, "outlet", "OUTLET"))

    def adapter(self) -> object | None:
        """`adapter.adapter()`: the `Channel`, `Tracker` or `Pager` of `outbox.ports`; None while it is not set up."""
        build = _brought(self.app, "adapter", "adapter")
        return build() if build is not None else None

    @property
    def sentences(self) -> Mapping[str, str]:
        """`sentences.SENTENCES`: code -> English of what its outcomes say."""
        return cast("Mapping[str, str]", _brought(self.app, "sentences", "SENTENCES") or {})

    @property
    def sort(self) -> Sort | None:
        """`sorting.sort(envelope, now)`: a raw event from outside, perhaps again; what came of it, in a few words."""
        return cast("Sort | None", _brought(self.app, "sorting", "sort"))

    @property
    def begin(self) -> Begin | None:
        """`sorting.begin(stop)`: what runs beside the sorter in a thread, until `stop` is set."""
        return cast("Begin | None", _brought(self.app, "sorting", "begin"))

    def findings(self, now: datetime) -> list[str]:
        """`doctor.findings(now)`: what a person should mend, a sentence each."""
        ask = _brought(self.app, "doctor", "findings")
        return list(ask(now)) if ask is not None else []

    def lag(self, now: datetime) -> float | None:
        """`doctor.lag(now)`: seconds since everything outside was last looked at; None: it does not look."""
        ask = _brought(self.app, "doctor", "lag")
        return ask(now) if ask is not None else None

    @property
    def urls(self) -> str:
        """`urls`: addresses that machines call, below `/NAME/`; the module's name, or empty."""
        return f"{self.app}.urls" if _has(self.app, "urls") else ""

    @property
    def setup(self) -> Setup:
        """`setup.SETUP`: pages, a row among the inboxes, a tab, a part of the guide, nouns of the log."""
        return cast("Setup | None", _brought(self.app, "setup", "SETUP")) or Setup()

    @property
    def command(self) -> str:
        """`command.commands`: a typer group, `rung NAME …`; the module's name, or empty, as commands load late."""
        return f"{self.app}.command" if _has(self.app, "command") else ""


def channels() -> tuple[Folder, ...]:
    """The folders named in `CHANNELS`."""
    return tuple(map(Folder, settings.CHANNELS))


def folders() -> tuple[Folder, ...]:
    """The folders of all channels and trackers."""
    return (*channels(), *map(Folder, settings.TRACKERS))


@cache
def _has(app: str, module: str) -> bool:
    return find_spec(f"{app}.{module}") is not None


@cache
def _brought(app: str, module: str, name: str) -> Any:
    return getattr(import_module(f"{app}.{module}"), name, None) if _has(app, module) else None
