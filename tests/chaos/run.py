"""One run: a desk at work, faults at random moments, and afterwards a count of what was accepted, sent and heard."""

import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from rung.config.embedded import Embedded
from rung.config.parent_death import tied_to_us
from rung.config.processes import PARTS as ALL_PARTS
from tests.chaos.receivers import Receivers
from tests.desk import free_port
from tests.stories.site import POLICY, REPOSITORY, SECRET

PARTS = tuple(ALL_PARTS)
#: Seconds within which every part must work again, and how long what waits may take once all faults are over.
WORKS_AGAIN, SETTLES = 30.0, 600.0
LOOPS = ("ticker", "sorter", "courier", "worker", "live")
CLIENTS = 3


class Chaos:
    """Everything a run knows. Failures are sentences."""

    def __init__(self, seed: int) -> None:
        self.seed, self.chance = seed, random.Random(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="rung-chaos-"))
        self.receivers, self.port = Receivers(seed), free_port()
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self.accepted: list[tuple[int, str]] = []
        self.over, self.key = threading.Event(), ""
        self.slowest = 0.0
        self._lock = threading.Lock()

    # --- the desk -----------------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Of the desk and of what is run beside it."""
        return {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "RUNG_DATA": str(self.folder),
            "RUNG_PORT": str(self.port),
            "RUNG_URL": f"http://127.0.0.1:{self.port}",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.receivers.mailbox.port),
            "SMTP_TLS": "none",
            "MAIL_FROM": "Acme support <help@desk.example>",
            "RUNG_TEST_LEASE": "20",
            "RUNG_TEST_CLOCK": str(self.folder / "clock"),
        }

    @property
    def database(self) -> Embedded:
        """The desk's own, by its folder."""
        return Embedded(self.folder)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Asked as often as it takes: the database may be away just now."""
        ends = time.monotonic() + 120
        while True:
            try:
                with psycopg.connect(self.database.url, autocommit=True, connect_timeout=5) as connection:
                    return connection.execute(query, values).fetchall()
            except psycopg.Error:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.2)

    def run(self, seconds: float) -> dict[str, Any]:
        """Make faults for so long, let everything settle, count."""
        began = datetime.now(UTC)
        self.receivers.start()
        desk = self._start()
        try:
            clients = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(CLIENTS)]
            for client in clients:
                client.start()
            ends = time.monotonic() + seconds
            while time.monotonic() < ends and desk.poll() is None:
                self._one_fault()
            self.receivers.share = 0.0
            self.over.set()
            for client in clients:
                client.join(120)
            self._heals("the end of the run")
            self._settles()
            self._judge()
        finally:
            desk.terminate()
            with suppress(subprocess.TimeoutExpired):
                desk.wait(60)
            self.receivers.stop()
            if not self.failures:
                shutil.rmtree(self.folder, ignore_errors=True)
        return {
            "at": began.isoformat(timespec="seconds"),
            "seed": self.seed,
            "seconds": round(seconds),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
            "faults": dict(sorted(self.counts.items())),
            "receivers_faults": dict(self.receivers.faults),
            "accepted": len(self.accepted),
            "slowest_recovery_seconds": round(self.slowest, 1),
            "failures": self.failures,
        }

    def _start(self) -> "subprocess.Popen[bytes]":
        (self.folder / "clock").write_text("0")
        (self.folder / "policy.yaml").write_text(POLICY)
        log = (self.folder / "desk.log").open("ab")
        desk = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.desk"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=tied_to_us(),  # noqa: PLW1509
        )
        self._until((self.folder / "database-url").exists, 120, "the database is made")
        hooks = f"http://127.0.0.1:{self.receivers.port}"
        words = [sys.executable, "-m", "tests.stories.furnish", self.folder / "policy.yaml", hooks, SECRET]
        environment = {**self.environment, "DATABASE_URL": self.database.url}
        done = subprocess.run(list(map(str, words)), env=environment, capture_output=True, text=True, check=True)
        self.key = done.stdout.split()[-1]
        self._heals("the start", within=120)
        return desk

    # --- the people ---------------------------------------------------------------------------------------------------

    def _work(self, number: int) -> None:
        """One client: opens tickets and works on them, each action again and again until it is answered."""
        chance, done = random.Random(f"{self.seed}/{number}"), 0
        while not self.over.is_set():
            done += 1
            word = f"c{number}n{done}"
            body = {
                "subject": f"Ticket {word}",
                "body": f"It stopped. {word}",
                "requester": {"name": "Rita Ray", "email": f"{word}@acme.example"},
            }
            opened = self._post("/tickets", body, word)
            if opened is None:
                return
            ticket = int(opened["ticket"])
            self._accept(ticket, word)
            self._post(f"/tickets/{ticket}/assign", {"agent": "sam", "assignee": "sam"}, f"{word}assign")
            for turn in range(chance.randrange(1, 4)):
                said = f"{word}t{turn}"
                kind = chance.choice(("answer", "answer", "note"))
                told: dict[str, object] = {"agent": "sam", "text": f"We look at it. {said}"}
                if kind == "answer":
                    told["keep_open"] = True
                if self._post(f"/tickets/{ticket}/{kind}", told, said) is not None:
                    self._accept(ticket, said)
            if chance.random() < 0.5:
                self._post(f"/tickets/{ticket}/resolve", {"agent": "sam"}, f"{word}resolve")
            time.sleep(chance.random())

    def _accept(self, ticket: int, word: str) -> None:
        with self._lock:
            self.accepted.append((ticket, word))

    def _post(self, path: str, body: dict[str, Any], once: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": once}
        ends = time.monotonic() + 180
        while time.monotonic() < ends:
            try:
                address = f"http://127.0.0.1:{self.port}/api/v1{path}"
                answer = httpx.post(address, json=body, headers=headers, timeout=5)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code in (200, 201):
                return dict(answer.json())
            if answer.status_code < 500 and answer.status_code not in (409, 429):
                self.failures.append(f"{path} of {once} was answered {answer.status_code} {answer.text[:200]}")
                return None
            time.sleep(0.2)
        if not self.over.is_set():
            self.failures.append(f"{path} of {once} was not answered for 180 s")
        return None

    # --- the faults ---------------------------------------------------------------------------------------------------

    def _one_fault(self) -> None:
        name, fault = self.chance.choice(self._faults())
        self.receivers.share = self.chance.choice((0.0, 0.1, 0.4))
        fault()
        self._heals(name)
        time.sleep(self.chance.uniform(0.0, 2.0))

    def _faults(self) -> list[tuple[str, Callable[[], None]]]:
        parts = [("a kill of a part", self._kill_part)] * 12
        database: list[tuple[str, Callable[[], None]]] = [
            ("a kill of PostgreSQL", self._kill_database),
            ("a kill of a server process of PostgreSQL", self._kill_backend),
            ("a restart of PostgreSQL", self._restart_database),
        ]
        others: list[tuple[str, Callable[[], None]]] = [
            ("a part that was stopped", self._freeze_part),
            ("a limit of connections", self._limit_connections),
            ("a step of the clock", self._step_clock),
            ("a full disk", self._fill_disk),
        ]
        return [*parts, *database, *others]

    def _kill_part(self) -> None:
        """One to four parts at once, each in some state of its life."""
        for part in self.chance.sample(PARTS, self.chance.randint(1, 4)):
            self._kill(part, self.chance.choice(("start", "idle", "busy", "stop")))

    def _kill(self, part: str, state: str) -> None:
        if state == "start":  # killed, and killed again while it starts
            self._signal(self._pids(part), signal.SIGKILL)
            time.sleep(self.chance.uniform(0.6, 2.5))
        elif state == "stop":
            self._signal(self._pids(part), signal.SIGTERM)
            time.sleep(self.chance.uniform(0.0, 0.5))
        elif state == "idle":
            time.sleep(self.chance.uniform(0.0, 1.0))
        if pids := self._pids(part):
            self._signal(pids, signal.SIGKILL)
            self.counts[f"kill {part} {state}"] += 1

    def _freeze_part(self) -> None:
        part = self.chance.choice(PARTS)
        self._signal(self._pids(part), signal.SIGSTOP)
        self.counts[f"stop {part}"] += 1
        time.sleep(18)  # its supervisor notices within 15 s

    def _kill_database(self) -> None:
        with suppress(OSError, ValueError, IndexError):
            os.kill(int((self.database.cluster / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
            self.counts["kill postgres"] += 1

    def _kill_backend(self) -> None:
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE application_name <> '' AND pid <> pg_backend_pid()")
        if found:
            with suppress(OSError):
                os.kill(self.chance.choice(found)[0], signal.SIGKILL)
            self.counts["kill postgres backend"] += 1

    def _restart_database(self) -> None:
        with suppress(OSError, ValueError, IndexError):
            os.kill(int((self.database.cluster / "postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
            self.counts["restart postgres"] += 1

    def _limit_connections(self) -> None:
        reach = self.database.superuser
        given = {"host": reach["PGHOST"], "user": reach["PGUSER"], "password": reach["PGPASSWORD"]}
        with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
            connection.execute("ALTER ROLE rung CONNECTION LIMIT 3")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rung' AND random() < 0.5"
            )
            time.sleep(self.chance.uniform(1, 5))
            connection.execute("ALTER ROLE rung CONNECTION LIMIT -1")
        self.counts["connection limit"] += 1

    def _step_clock(self) -> None:
        """By up to an hour either way, and back again."""
        for wrong in (self.chance.uniform(-3600, 3600), 0.0):
            (self.folder / "clock.new").write_text(str(wrong))
            (self.folder / "clock.new").rename(self.folder / "clock")
            time.sleep(3)
        self.counts["clock step"] += 1

    def _fill_disk(self) -> None:
        """PostgreSQL refuses to write, as it does on a full disk; a real one is tried where root may mount one."""
        reach = self.database.superuser
        given = {"host": reach["PGHOST"], "user": reach["PGUSER"], "password": reach["PGPASSWORD"]}
        with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
            connection.execute("ALTER ROLE rung SET default_transaction_read_only = on")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rung'")
            time.sleep(self.chance.uniform(1, 4))
            connection.execute("ALTER ROLE rung RESET default_transaction_read_only")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rung'")
        self.counts["storage refuses writes"] += 1

    def _pids(self, part: str) -> list[int]:
        """The processes of a part, found by what they were started as and by whose data they work on."""
        ours = f"RUNG_DATA={self.folder}".encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                environment = (place / "environ").read_bytes().split(b"\0")
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if ours in environment and b"tests.stories.part" in words and part.encode() in words:
                found.append(int(place.name))
        return found

    @staticmethod
    def _signal(pids: list[int], number: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    # --- whether it works ---------------------------------------------------------------------------------------------

    def _heals(self, after: str, within: float = WORKS_AGAIN) -> None:
        """Until the web answers and each loop has reported anew; a loop reports every few seconds."""
        began = time.monotonic()
        (mark,) = self.rows("SELECT clock_timestamp()")[0]
        while not self._works(mark):
            if time.monotonic() - began > max(within, WORKS_AGAIN) * 4:
                self.failures.append(f"after {after} not every part worked again: {self._state(mark)}")
                return
            time.sleep(0.5)
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        if took > within:
            self.failures.append(f"after {after} it took {took:.0f} s until every part worked again")

    def _works(self, since: datetime) -> bool:
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/api/v1/tickets", headers=headers, timeout=3)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and not self._silent(since)

    def _silent(self, since: datetime) -> set[str]:
        seen = self.rows("SELECT loop, max(xmin::text::bigint) FROM outbox_heartbeat GROUP BY loop")
        known = getattr(self, "_reported", {})
        now = dict(seen)
        if self._mark != since:
            self._mark, self._reported = since, now
            return set(LOOPS)
        return {loop for loop in LOOPS if now.get(loop) in (None, known.get(loop))}

    _mark: datetime | None = None
    _reported: dict[str, int] = {}

    def _state(self, since: datetime) -> str:
        return f"silent: {sorted(self._silent(since))}; see {self.folder}"

    def _until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > ends:
                raise TimeoutError(f"not within {seconds:g} s: {what}; see {self.folder}")
            time.sleep(0.2)

    def _settles(self) -> None:
        """Nothing waits to be sorted or sent any more."""
        waiting = "SELECT count(*) FROM outbox_delivery WHERE state IN ('waiting', 'sending')"
        try:
            self._until(lambda: self.rows(waiting) == [(0,)], SETTLES, "nothing waits to be sent")
        except TimeoutError as late:
            self.failures.append(str(late))

    # --- the count ----------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        said = Counter(
            word
            for (text,) in self.rows("SELECT text FROM tickets_message")
            for word in re.findall(r"\bc\d+n\d+(?:t\d+)?\b", text)
        )
        for ticket, word in self.accepted:
            if said[word] != 1:
                self.failures.append(f"{word} of ticket {ticket} was accepted and stands there {said[word]} times")
        twice = [key for key, times in self.receivers.mailbox.times().items() if times > 1]
        self.counts["mails twice"] += len(twice)
        for key in twice:
            self.failures.append(f"the mail {key} was said twice")
        self._judge_order()
        self._judge_states()
        environment = {**self.environment, "DATABASE_URL": self.database.url}
        words = [sys.executable, "-m", "rung.config.command", "audit"]
        done = subprocess.run(words, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if done.returncode:
            self.failures.append(f"the audit finds: {(done.stdout + done.stderr).strip()[:500]}")

    def _judge_order(self) -> None:
        """The answers of a ticket arrive in the order in which they were given."""
        seen: dict[str, list[int]] = {}
        for mail in list(self.receivers.mailbox.mails):
            body = mail.get_body(("plain",))
            for ticket, turn in re.findall(r"\b(c\d+n\d+)t(\d+)\b", body.get_content() if body else ""):
                seen.setdefault(ticket, []).append(int(turn))
        for ticket, turns in seen.items():
            if turns != sorted(turns):
                self.failures.append(f"the answers of {ticket} arrived in the order {turns}")
        self.counts["answers heard"] += sum(map(len, seen.values()))

    def _judge_states(self) -> None:
        """What was never sent was refused by its receiver, not by trouble of ours; and what was sent has come."""
        for state, outcome in self.rows(
            "SELECT state, outcome_said::text FROM outbox_delivery WHERE state IN ('never', 'unclear')"
        ):
            self.counts[f"deliveries {state}"] += 1
            if state == "never" and "our_own_trouble" in str(outcome):
                self.failures.append(f"trouble of our own was written down as a refusal: {outcome}")
        came = self.receivers.mailbox.times()
        for (name,) in self.rows(
            "SELECT external_id FROM outbox_delivery WHERE state = 'sent' AND channel = 'email' AND external_id <> ''"
        ):
            if name not in came:
                self.failures.append(f"the mail {name} is said to be sent and never came")
