"""What is found in a text while somebody types it: once for each text, at most one at a time, only the newest."""

import threading
from collections import OrderedDict
from datetime import datetime
from hashlib import sha256
from time import monotonic

import msgspec
from django.utils.translation import get_language
from msgspec import Struct

from rung.core.check.people import check_desk
from rung.core.document.findings import Finding, has_errors
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.people.clock import database_now
from rung.people.languages import speaking_in
from rung.people.who_is_there import roster_at
from rung.policies.reading import check_policy

FILE = "policy.yaml"
#: Seconds a page waits for what is found; later it asks again.
PATIENCE = 0.3
#: Texts whose findings are remembered.
REMEMBERED = 12
#: What the people say to a text holds so long.
HOLDS_MINUTES = 5


class Checked(Struct, frozen=True):
    """A text judged by itself, and what the people say to it."""

    policy: Policy | None
    own: tuple[Finding, ...]
    about_people: tuple[Finding, ...]

    @property
    def findings(self) -> list[Finding]:
        return [*self.own, *(each for each in self.about_people if each not in self.own)]


class _Wish(Struct, frozen=True):
    key: str
    text: str
    roster: Roster
    now: datetime
    #: The asker's language: findings are sentences.
    language: str


class Checker:
    """One thread for each process of the web. A newer text of the same author takes the place of the one that waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._known: OrderedDict[str, Checked] = OrderedDict()
        self._wishes: OrderedDict[str, _Wish] = OrderedDict()
        self._working = ""
        self._thread: threading.Thread | None = None
        #: How many texts have been checked; tells whether work piles up.
        self.done = 0

    def ask(self, author: str, wish: _Wish, patience: float) -> Checked | None:
        """What is found; None: not yet, and it is being looked for."""
        until = monotonic() + patience
        with self._changed:
            if wish.key not in self._known and wish.key != self._working:
                self._wishes[author] = wish
                self._changed.notify_all()
                self._start()
            while wish.key not in self._known:
                left = until - monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return self._known.get(wish.key)
            self._known.move_to_end(wish.key)
            return self._known[wish.key]

    def keep(self, key: str, found: Checked) -> None:
        with self._changed:
            self._known[key] = found
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            self.done += 1
            self._changed.notify_all()

    def known(self, key: str) -> Checked | None:
        with self._changed:
            return self._known.get(key)

    def forget(self) -> None:
        """Everything that is remembered and waits."""
        with self._changed:
            self._known.clear()
            self._wishes.clear()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="checker", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._wishes:
                    self._changed.wait()
                _author, wish = self._wishes.popitem(last=False)
                self._working = wish.key
            try:
                found = _judge(wish)
                self.keep(wish.key, found)
            finally:
                with self._changed:
                    self._working = ""
                    self._changed.notify_all()


CHECKER = Checker()


def checked(text: str) -> Checked:
    """What is found in a text, however long that takes."""
    wish = _wish(text)
    found = CHECKER.known(wish.key)
    if found is None:
        found = _judge(wish)
        CHECKER.keep(wish.key, found)
    return found


def checked_soon(text: str, author: str) -> Checked | None:
    """What is found in a text; None where that takes longer than a page waits: ask again."""
    return CHECKER.ask(author, _wish(text), PATIENCE)


def _wish(text: str) -> _Wish:
    now = database_now()
    roster = roster_at(now)
    told = now.replace(minute=now.minute - now.minute % HOLDS_MINUTES, second=0, microsecond=0)
    language = get_language() or "en"
    key = sha256(
        f"{told.isoformat()}\n{language}\n{text}".encode(errors="surrogatepass") + msgspec.json.encode(roster)
    ).hexdigest()
    return _Wish(key, text, roster, now, language)


def _judge(wish: _Wish) -> Checked:
    with speaking_in(wish.language):
        policy, own = check_policy(wish.text, FILE)
        if policy is None or has_errors(own):
            return Checked(policy, own, ())
        return Checked(policy, own, check_desk(policy, wish.text, FILE, wish.roster, wish.now)[0])
