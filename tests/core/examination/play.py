"""Plays a situation against the core: people act, the engine looks whenever it asked to, and is watched."""

from datetime import UTC, datetime, timedelta

from rung.core.case import events as e
from rung.core.case.case import Case, encode
from rung.core.case.fold import fold, rebuild
from rung.core.receipt.outlook import clock_views
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.earlier_case import EarlierCase
from rung.core.reckoning.look import Look
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import ClockName, Turn
from tests.core.examination.cast import Cast, policies
from tests.core.examination.deeds import Deed, Scene, Text, events_of
from tests.core.examination.script import Conclusion, Happening, Reading, Situation, moment, wall
from tests.core.examination.wording import conclusions, spelled

#: More looks than any story needs: an engine that never comes to rest is stopped here.
_MOST_LOOKS = 40_000
_CLOCK_OF_TURN = {
    Turn.OURS: (ClockName.UNASSIGNED, ClockName.IDLE),
    Turn.CUSTOMER: (ClockName.CUSTOMER_SILENCE,),
    Turn.THIRD_PARTY: (ClockName.THIRD_PARTY_SILENCE,),
}


class Play:
    """One run. `every`: the engine also looks on this grid, asked for or not; nothing may come of that."""

    def __init__(self, situation: Situation, *, every: timedelta | None = None) -> None:
        self.situation = situation
        self.cast = Cast(situation)
        self.versions = policies(situation)
        self.every = every
        self.case = Case()
        self.history: list[e.AnyEvent] = []
        self.texts: list[Text] = []
        self.offers: dict[int, str] = {}
        self.wake_at: datetime | None = None
        self.down_until: datetime | None = None
        self.looked_at: datetime | None = None
        self.looks = 0
        self.keys: set[tuple[str, ...]] = set()
        self.concluded: list[Conclusion] = []
        self.misread: list[str] = []

    def run(self) -> None:
        for each in self.situation.stage:
            match each:
                case Happening():
                    self._wait(each.at, inclusive=False)
                    self._happens(each)
                case Reading():
                    self._wait(each.at, inclusive=True)
                    self._read(each)
        self._wait(self.situation.end, inclusive=True)
        assert encode(rebuild(self.history)) == encode(self.case), "the case rebuilt from its events is another"

    @property
    def policy(self) -> Compiled:
        return self.versions[self.case.policy or 1]

    # --- time -------------------------------------------------------------------------------------------------------

    def _wait(self, until: datetime, *, inclusive: bool) -> None:
        """Let every look take place that is due before `until`, or at it."""
        while (at := self._next_look()) is not None and (at < until or (inclusive and at == until)):
            self._look(at)

    def _next_look(self) -> datetime | None:
        wanted = [self.wake_at] if self.wake_at is not None else []
        if self.every is not None and self.looked_at is not None:
            wanted.append(self.looked_at + self.every)
        if not wanted:
            return None
        return max(min(wanted), self.down_until) if self.down_until is not None else min(wanted)

    def _look(self, now: datetime) -> None:
        self.looks += 1
        assert self.looks < _MOST_LOOKS, "the engine never comes to rest"
        before, roster = encode(self.case), self.cast.at(now)
        decision = reckon(self.case, self.policy, roster, now.astimezone(UTC), EarlierCase(lambda: self.history))
        assert encode(self.case) == before, "reckoning changed the case it was given"
        words = conclusions(self.case, decision, self.policy.policy, self.offers, self.situation.zone)
        self.concluded += [Conclusion(now, text, 0) for text in words]
        for event in decision.events:
            self._record(event)
            if isinstance(event, e.StepFired):
                self._is_first("step", event.rule, event.step, str(event.cycle))
        for notice in decision.notices:
            self._is_first("notice", notice.key)
        assert encode(self.case) == encode(decision.case), "the decision's case is not the fold of its events"
        assert decision.wake_at is None or decision.wake_at > now, "the engine asks to be woken in the past"
        self.wake_at, self.looked_at = decision.wake_at, now
        again = reckon(self.case, self.policy, roster, now.astimezone(UTC), EarlierCase(lambda: self.history))
        assert (again.events, again.notices) == ((), ()), "a second look in the same moment asks for something new"
        assert again.wake_at == decision.wake_at, "a second look in the same moment wants another wake_at"
        if self.case.turn is not Turn.NOBODY:
            clocks = _CLOCK_OF_TURN[self.case.turn]
            assert any(clock in self.case.running for clock in clocks), f"no clock runs on the turn {self.case.turn}"

    def _is_first(self, *key: str) -> None:
        """What the database holds by unique keys: a step once in a cycle, a notice once for a ticket."""
        assert key not in self.keys, f"twice: {' '.join(key)}"
        self.keys.add(key)

    def _record(self, event: e.AnyEvent) -> None:
        fold(self.case, event)
        self.history.append(event)

    # --- people -----------------------------------------------------------------------------------------------------

    def _happens(self, happening: Happening) -> None:
        if happening.text.startswith("engine down until "):
            self.down_until = moment(happening.text.removeprefix("engine down until "), self.situation.zone)
            return
        for event in self._events(happening):
            self._record(event)
            if isinstance(event, e.Offered):
                self.offers[event.number] = event.level
            if isinstance(event, e.Recounted):
                self.case = rebuild(self.history)
        self.wake_at = happening.at if self.wake_at is None else min(self.wake_at, happening.at)
        if self.down_until is None or self.down_until <= happening.at:
            self._look(happening.at)

    def _events(self, happening: Happening) -> list[e.AnyEvent]:
        deed = Deed.parse(happening.text)
        version = deed.publishes or self.case.policy or 1
        self.texts = deed.heard(self.texts, over=self.case.status.is_over)
        scene = Scene(
            case=self.case,
            history=self.history,
            policy=self.versions[version].policy,
            roster=self.cast.at(happening.at),
            at=happening.at.astimezone(UTC),
            texts=self.texts,
            zone=self.situation.zone,
        )
        try:
            return events_of(deed, scene)
        except (KeyError, ValueError, StopIteration) as problem:
            raise AssertionError(
                f"line {happening.line}: {happening.text!r} cannot be played: {problem!r}"
            ) from problem

    # --- what can be read -------------------------------------------------------------------------------------------

    def _read(self, reading: Reading) -> None:
        seen = self._seen(reading.text.split(), reading.at.astimezone(UTC))
        if seen != reading.text:
            self.misread.append(f"line {reading.line}: expected to read {reading.text!r}, but it reads {seen!r}")

    def _seen(self, words: list[str], now: datetime) -> str:
        case = self.case
        match words:
            case ["turn" | "status" | "level" | "path" | "attempts" | "priority" | "category" as name, _]:
                return f"{name} {getattr(case, name)}"
            case ["assignee", _]:
                return f"assignee {case.assignee or 'nobody'}"
            case ["offered", *_]:
                return f"offered {', '.join(offer.level for offer in case.offers) or 'nothing'}"
            case [clock, "ran", *_]:
                views = clock_views(Look(case.copy(), self.policy, self.cast.at(now), now))
                view = next(view for view in views if view.clock == clock)
                goal = spelled(view.goal.total_seconds()) if view.goal is not None else "no goal"
                return f"{clock} ran {spelled(view.ran.total_seconds())} of {goal}"
            case [clock, "running"] | [clock, "not", "running"]:
                return f"{clock} running" if ClockName(clock) in case.running else f"{clock} not running"
            case ["missing", *_]:
                newest = next(each for each in reversed(self.history) if isinstance(each, e.Offered))
                return f"missing {', '.join(newest.missing) or 'nothing'}"
            case ["wakes", *_]:
                return f"wakes {wall(self.wake_at, self.situation.zone)}" if self.wake_at else "wakes never"
        raise AssertionError(f"nothing can be read by {' '.join(words)!r}")
