"""Every hook of a folder, and every field of what it brings, stands in the reference; and nothing else does."""

import re
from dataclasses import fields
from pathlib import Path

from rung.core.policy.outlets import Outlet
from rung.hooks import Folder, GuidePart, Inbox, Setup
from rung.outbox.ports import Adapter, Channel, Pager, Tracker

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "channels.md").read_text()
HOOKS = [name for name in vars(Folder) if not name.startswith("_") and name not in {"app", "name"}]


def section(title: str) -> set[str]:
    """The words in backticks of a section."""
    return set(re.findall(r"`(\w+)`", PAGE.partition(f"## {title}")[2].partition("\n## ")[0]))


def test_every_hook_is_documented_with_where_it_stands() -> None:
    said = re.findall(r"^\| `(\w+)` \| `(\w+)\.", PAGE, re.M)
    assert [hook for hook, _module in said] == HOOKS
    for hook, module in said:
        own = getattr(Folder, hook)
        assert f"`{module}" in str((own.fget if isinstance(own, property) else own).__doc__), hook


def test_every_field_of_what_they_bring_is_documented() -> None:
    assert set(Outlet.__struct_fields__) <= section("What a policy may write")
    brought = {each.name for kind in (Setup, Inbox, GuidePart) for each in fields(kind)}
    assert brought <= section("What owners see")


def test_every_method_of_an_adapter_is_documented() -> None:
    methods = {name for kind in (Adapter, Channel, Tracker, Pager) for name in vars(kind) if not name.startswith("_")}
    assert methods <= section("What the adapter does")
