"""The core's examination: hand-reckoned situations, each concluded exactly, whenever the engine looks."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from rung.core.case.events import Opened, TextFacts
from rung.core.case.fold import fold
from rung.core.reckoning.reckon import reckon
from tests.core.examination.play import Play
from tests.core.examination.script import Conclusion, Situation, situations, wall

ALL = tuple(situations(Path(__file__).parent / "examination"))
_UNTIL = re.compile(r" until \w{3} [\d-]+ [\d:+]+")


def _name(situation: Situation) -> str:
    return f"{situation.file.removesuffix('.txt')}: {situation.title}"


@pytest.mark.parametrize("situation", ALL, ids=_name)
def test_is_concluded_as_reckoned_by_hand(situation: Situation) -> None:
    play = Play(situation)
    play.run()
    assert not (difference := _difference(situation, play)), difference


@pytest.mark.parametrize("situation", ALL, ids=_name)
def test_looking_more_often_changes_nothing(situation: Situation) -> None:
    play = Play(situation, every=timedelta(minutes=17))
    play.run()
    assert not (difference := _difference(situation, play)), difference


def test_a_clock_that_steps_back_records_nothing_before_the_tickets_last_event() -> None:
    play = Play(next(each for each in ALL if each.title.startswith("Half an hour without an answer")))
    opened = play.situation.end
    fold(play.case, Opened(at=opened, by="customer:acme", number=1, facts=TextFacts()))
    early = reckon(play.case, play.policy, play.cast.at(opened), opened - timedelta(hours=3))
    assert [event.at for event in early.events] == [opened] * len(early.events)
    assert early.case.level == "L1"
    assert early.wake_at is not None
    assert early.wake_at > opened


def test_there_are_enough_situations_and_each_has_its_own_title() -> None:
    assert len(ALL) >= 130
    assert len({_name(situation) for situation in ALL}) == len(ALL)


def _difference(situation: Situation, play: Play) -> str:
    """What was concluded and not expected, and the other way round, in the order of time; empty when all agree."""
    ignored = situation.headers.get("ignore", [])
    expected = [each for each in situation.conclusions if not _is_ignored(each.text, ignored)]
    lines = [(0.0, problem) for problem in play.misread]
    for seen in play.concluded:
        if _is_ignored(seen.text, ignored):
            continue
        found = next((each for each in expected if each.at == seen.at and _agrees(each.text, seen.text)), None)
        if found is None:
            lines.append((seen.at.timestamp(), f"+ {wall(seen.at, situation.zone)} {seen.text}"))
        else:
            expected.remove(found)
    lines += [(each.at.timestamp(), _missing(each, situation)) for each in expected]
    if not lines:
        return ""
    head = f"{situation.file}:{situation.line}: {situation.title}\n  {situation.header('examines')}\n"
    return head + "\n".join(text for _, text in sorted(lines))


def _missing(conclusion: Conclusion, situation: Situation) -> str:
    return f"- {wall(conclusion.at, situation.zone)} {conclusion.text}   (line {conclusion.line})"


def _agrees(expected: str, seen: str) -> bool:
    """Equal; a passed level may be named without the time it opens."""
    if "passing" in expected and " until " not in expected:
        seen = _UNTIL.sub("", seen)
    return expected == seen


def _is_ignored(text: str, ignored: list[str]) -> bool:
    return any(word in text for word in ignored)
