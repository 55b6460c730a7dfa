"""A desk of real processes over a PostgreSQL of its own, whose parts can be killed and started, with real receivers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from rung.config.embedded import Embedded
from rung.config.parent_death import tied_to_us
from tests.desk import free_port
from tests.fakes.hooks import Hooks
from tests.fakes.mailbox import Mailbox

REPOSITORY = Path(__file__).parent.parent.parent
SECRET = "whsec_c3RvcmllcyBvZiBraWxsaW5nIGFuZCBzdGFydGluZw=="
PARTS = ("ticker", "courier", "web")
REMIND_AFTER, ESCALATE_AFTER = 3, 6  # seconds

POLICY = f"""
name: Seconds
timezone: UTC
triage: {{channel: "webhook:triage"}}
teams: {{frontline: {{lead: sam}}, specialists: {{lead: ben}}, leads: {{lead: olga}}}}
levels:
  L1: {{team: frontline, channel: "webhook:triage", calendar: always}}
  L2: {{team: specialists, channel: "webhook:l2", calendar: always}}
  L3: {{team: leads, calendar: always}}
paths: {{support: [L1, L2, L3]}}
routing: [{{path: support}}]
priority: {{default: normal}}
targets:
  - {{first_response: {ESCALATE_AFTER}s, resolution: 1h, calendar: always}}
rules:
  - name: Nobody has answered
    clock: first_response
    steps:
      - {{at: 50%, remind: triage, notify: [lead]}}
      - {{at: 100%, escalate: next, reason: time, notify: ["team:specialists"]}}
replies:
  resolved: "Hi {{requester.first_name}}, we believe this is solved."
closing: {{tell_customer: resolved, reopen_within: 14d}}
"""


class Site:
    """`started` names the parts that run now; each may run several times under names such as `ticker-2`."""

    def __init__(self, host: str = "127.0.0.1", database: type[Embedded] = Embedded) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rung-"))
        self.host = host  # where database and receivers are found
        self.mailbox, self.hooks = Mailbox(host), Hooks(SECRET, host)
        self.database = database(self.folder, throwaway=True)
        self.port = free_port()
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.key = ""
        self.lease = 120  # seconds; see part.py

    def build(self) -> None:
        self.mailbox.start()
        self.hooks.start()
        self.database.start()
        (self.folder / "clock").write_text("0")
        (self.folder / "policy.yaml").write_text(POLICY)
        words = ["tests.stories.furnish", self.folder / "policy.yaml", f"http://{self.host}:{self.hooks.port}", SECRET]
        done = subprocess.run(
            [sys.executable, "-m", *map(str, words)], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self.key = done.stdout.split()[-1]

    def tear_down(self) -> None:
        for name in list(self.started):
            self.kill(name)
        self.database.stop()
        self.mailbox.stop()
        self.hooks.stop()
        shutil.rmtree(self.folder)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "RUNG_DATA": str(self.folder),
            "DATABASE_URL": self.database.url,
            "RUNG_PORT": str(self.port),
            "RUNG_URL": self.address,
            "SMTP_HOST": self.host,
            "SMTP_PORT": str(self.mailbox.port),
            "SMTP_TLS": "none",
            "MAIL_FROM": "Acme support <help@desk.example>",
            "RUNG_TEST_LEASE": str(self.lease),
            "RUNG_TEST_CLOCK": str(self.folder / "clock"),
        }

    # --- parts ------------------------------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        for name in names or PARTS:
            with (self.folder / "log" / f"{name}.log").open("ab") as log:
                self.started[name] = subprocess.Popen(
                    [*self.command_prefix(name), sys.executable, "-m", "tests.stories.part", name.partition("-")[0]],
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=tied_to_us(),  # noqa: PLW1509  it only asks the kernel
                )

    def command_prefix(self, name: str) -> list[str]:
        """What a part's command begins with: elsewhere, the host it runs on."""
        return []

    def kill(self, name: str) -> None:
        """`kill -9`; the web server's workers notice that their parent has gone."""
        process = self.started.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self, name: str, within: float) -> None:
        """As an operator stops it. Seconds are only counted where the machine has some to give."""
        process = self.started.pop(name)
        began = time.monotonic()
        process.terminate()
        assert process.wait(120) == 0
        if os.getloadavg()[0] < 2 * (os.cpu_count() or 1):
            assert time.monotonic() - began < within

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)

    def is_up(self, name: str) -> None:
        """Until it works: the web answers, a loop has written its heartbeat."""
        pid = self.started[name].pid

        def beats() -> bool:
            return bool(self.rows("select 1 from outbox_heartbeat where process like %s", f"%:{pid}"))

        def answers() -> bool:
            try:
                return httpx.get(f"{self.address}/api/v1/openapi.json").status_code == 200
            except httpx.TransportError:
                return False

        self.eventually(answers if name == "web" else beats)

    def beats(self, name: str) -> object:
        """When a loop last reported."""
        return self.rows("select at from outbox_heartbeat where process like %s", f"%:{self.started[name].pid}")

    def steps_clock(self, seconds: float) -> None:
        """The clock of every process is wrong by so much from now on."""
        (self.folder / "clock.new").write_text(str(seconds))
        (self.folder / "clock.new").rename(self.folder / "clock")

    def log(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text()

    # --- the API, as a careful client uses it -----------------------------------------------------------------------

    def post(self, path: str, body: Mapping[str, object], *, once: str) -> dict[str, Any]:
        """Sent until it is answered, always under the same Idempotency-Key."""
        answered: list[httpx.Response] = []

        def done() -> bool:
            try:
                answer = httpx.post(
                    f"{self.address}/api/v1{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": once},
                    timeout=5,
                )
            except httpx.TransportError:
                return False
            answered.append(answer)
            return answer.status_code < 500

        self.eventually(done)
        assert answered[-1].status_code in (200, 201), answered[-1].text
        return dict(answered[-1].json())

    def opens(self, subject: str) -> int:
        body = {
            "subject": subject,
            "body": "Nothing arrives since this morning.",
            "requester": {"name": "Rita Ray", "email": f"{subject.replace(' ', '-')}@acme.example"},
        }
        return int(self.post("/tickets", body, once=f"open/{subject}")["ticket"])

    def acts(self, ticket: int, action: str, **body: object) -> dict[str, Any]:
        return self.post(f"/tickets/{ticket}/{action}", body, once=f"{ticket}/{action}")

    # --- what can be seen -------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            connection.execute(statement, values)

    def timeline(self, ticket: int) -> list[dict[str, Any]]:
        return [data for (data,) in self.rows(_TIMELINE, ticket)]

    def has(self, ticket: int, kind: str) -> bool:
        return any(event["kind"] == kind for event in self.timeline(ticket))

    def steps(self, ticket: int) -> dict[str, str]:
        """step -> its outcome; fails when a step stands there twice."""
        fired = [event for event in self.timeline(ticket) if event["kind"] == "step_fired"]
        twice = [key for key, n in Counter((e["rule"], e["step"], e.get("cycle")) for e in fired).items() if n > 1]
        assert not twice, twice
        return {event["step"]: event.get("outcome", "fired") for event in fired}

    def is_quiet(self, *tickets: int) -> bool:
        """Nothing about them waits to be sent, and nothing is being sent."""
        return self.rows(_UNSETTLED, list(tickets)) == [(0,)]

    def eventually(self, holds: Callable[[], bool], *, seconds: float = 240) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > ends:
                pytest.fail(f"it did not happen within {seconds:g} s\n{self._last_words()}")
            time.sleep(0.1)

    def _last_words(self) -> str:
        """For whoever reads the failure."""
        said = [f"--- {name}\n{self.log(name)[-3000:]}" for name in self.started]
        waiting = self.rows(
            "select id, kind, state, lane, attempts, outcome_said from outbox_delivery where state <> 'sent'"
        )
        return "\n".join([*said, json.dumps(waiting, default=str, indent=1)])


_TIMELINE = "select data from tickets_event where ticket_id = %s order by number"
_UNSETTLED = """
    select count(*) from outbox_delivery
    where ticket_id = any(%s) and state in ('waiting', 'sending', 'held')
"""
