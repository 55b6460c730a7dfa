"""Where an extra is not installed, a page and a command say in one sentence which; everything else works."""

import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from rung.config import command
from rung.insights.policy_jobs import run_policy_job
from rung.policies.models import PolicyJob
from tests.api.conftest import POLICY
from tests.reference import FILE

MODULES = {"print": "typst", "simulation": "simpy", "cluster": "distributed"}


@pytest.fixture(autouse=True)
def nothing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES.values():
        monkeypatch.setitem(sys.modules, module, None)


def said(extra: str) -> str:
    return f'This needs the extra "{extra}", which is not installed here: pip install "rung[{extra}]".'


def test_a_page_says_what_is_missing_for_paper_and_pictures(signed_in: Any, desk: Any) -> None:
    otto = signed_in("otto")
    for file in ("/policy/handbook.pdf", "/policy/coverage.png"):
        answer = otto.get(file)
        assert answer.status_code == 501
        assert answer.content.decode() == said("print")
    assert otto.get("/policy").status_code == otto.get("/policy/coverage.svg").status_code == 200


def test_a_simulation_asked_for_on_a_page_says_it_there(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    sam.post("/policy/simulate", {"text": POLICY, "days": "7"})
    number = PolicyJob.objects.get().pk
    run_policy_job(number)
    page = unescape(sam.get(f"/policy/jobs/{number}").content.decode())
    assert said("simulation") in page


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["handbook", FILE, "--pdf", "book.pdf"], "print"),
        (["handbook", FILE, "--pictures", "drawn"], "print"),
        (["policy", "diff", FILE, FILE, "--log", "log.csv", "--map", "map.yaml", "--simulate"], "simulation"),
        (["policy", "diff", FILE, FILE, "--log", "log.csv", "--map", "map.yaml", "--executor", "tcp://x:1"], "cluster"),
    ],
)
def test_a_command_ends_with_the_sentence(
    words: list[str | Path], extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text("id,at,state\n1,2026-03-02 09:00,New\n")
    Path("map.yaml").write_text(
        "ticket: id\ntime: {column: at, timezone: UTC}\nstatus: {column: state, values: {New: open}}\n"
    )
    monkeypatch.setattr(sys, "argv", ["rung", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == said(extra)
