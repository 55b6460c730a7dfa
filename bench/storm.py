"""A thousand tickets whose cards all want to be edited: edits a minute, and how soon escalations are posted even so."""

import json
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from django.conf import settings
from django.db import connection

from bench import filled_desk
from rung.channels.slack.models import SlackChannel, Workspace
from rung.core import actors
from rung.core.reckoning.effects import NoticeKind
from rung.escalation import ticker
from rung.escalation.roster_cache import RosterCache
from rung.outbox import courier, enqueue, registry
from rung.outbox.models import Delivery, State
from rung.people.clock import database_now
from rung.people.vault import seal
from rung.tickets import actions
from rung.tickets.message_rows import MessageText

TICKETS, SECONDS = 1_000, 180
ESCALATE_EVERY = 3.0
MOST_EDITS, BAR_SECONDS = 50, 2.0
TEAM, TRIAGE, ESCALATIONS = "T0STORM", "C0TRIAGE", "C0ESCALATE"
POLICY = """
name: Storm
timezone: UTC
triage: {channel: "slack:#triage"}
teams: {frontline: {}, specialists: {}}
levels:
  L1: {team: frontline, channel: "slack:#triage"}
  L2: {team: specialists, channel: "slack:#escalations"}
paths: {support: [L1, L2]}
"""


def run(scale: float = 1.0) -> dict[str, object]:
    """A courier and a ticker as in a desk, against a Slack that answers at once and remembers when it was called."""
    slack = _Slack()
    settings.SLACK_API_URL = slack.address
    numbers = _desk(max(20, round(TICKETS * scale)))
    fired = _storm(numbers, SECONDS * scale)
    slack.server.shutdown()
    posted = {ticket: at for ticket, at in slack.posts if ticket in fired}
    waits = sorted(posted[ticket] - at for ticket, at in fired.items() if ticket in posted)
    return {
        "tickets": len(numbers),
        "seconds": SECONDS * scale,
        "edits": len(slack.edits),
        "busiest_minute": _busiest(slack.edits),
        "bar_busiest_minute": MOST_EDITS,
        "escalations": len(fired),
        "posted": len(posted),
        "median_seconds": statistics.median(waits),
        "slowest_seconds": waits[-1],
        "bar_seconds": BAR_SECONDS,
    }


def _desk(count: int) -> list[int]:
    """Tickets whose cards hang in triage and have just stopped being true."""
    filled_desk.make_desk(POLICY)
    workspace = Workspace.objects.create(
        team=TEAM, name="Storm", bot_user="U0BOT", bot="B0BOT", signing_secret=seal("s"), token=seal("xoxb-storm")
    )
    for channel, name in ((TRIAGE, "triage"), (ESCALATIONS, "escalations")):
        SlackChannel.objects.create(workspace=workspace, channel=channel, name=name, is_member=True)
    registry.forget()
    opened = (
        actions.open_ticket(f"Ticket {n}", MessageText(text="x"), by=actors.SYSTEM, channel="api") for n in range(count)
    )
    numbers = [one.ticket for one in opened]
    ticker.look_at_all_due(RosterCache())
    rows = list(Delivery.objects.filter(kind=NoticeKind.TRIAGE_CARD.value))
    for row in rows:
        row.external_id, row.state, row.next_attempt_at = f"{TEAM}/{TRIAGE}/{row.pk}.000001", State.SENT, None
        row.lane = enqueue.lane_of("slack", NoticeKind.TRIAGE_CARD, row.external_id, edit=True)
    Delivery.objects.bulk_update(rows, ["external_id", "state", "next_attempt_at", "lane"], batch_size=500)
    enqueue.open_lanes({row.lane for row in rows}, database_now())
    for number in numbers:
        actions.tag(number, by=actors.agent("frontline-1"), added=("storm",))
    filled_desk.settle()
    return numbers


def _storm(numbers: list[int], seconds: float) -> dict[int, float]:
    """Ticket -> when it was escalated (`time.time()`)."""
    stop, fired = threading.Event(), {}
    loops = [threading.Thread(target=run, args=(stop,)) for run in (courier.run, ticker.run)]
    for loop in loops:
        loop.start()
    ends = time.monotonic() + seconds
    for number in reversed(numbers):
        if time.monotonic() + ESCALATE_EVERY > ends:
            break
        fired[number] = time.time()
        actions.escalate(number, "L2", by=actors.agent("frontline-1"), anyway=True)
        time.sleep(ESCALATE_EVERY)
    stop.set()
    for loop in loops:
        loop.join()
    connection.close()
    return fired


def _busiest(moments: list[float]) -> int:
    """The most that any sixty seconds saw."""
    ordered = sorted(moments)
    return max((sum(1 for at in ordered if start <= at < start + 60) for start in ordered), default=0)


class _Slack:
    """Answers posts and edits at once, as Slack would."""

    def __init__(self) -> None:
        self.edits: list[float] = []
        self.posts: list[tuple[int, float]] = []
        self._numbers = 0
        handler = type("Handler", (_Handler,), {"slack": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/api/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method: str, given: dict[str, str]) -> dict[str, object]:
        now = time.time()
        if method == "chat.update":
            self.edits.append(now)
            return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
        if given.get("channel") == ESCALATIONS:
            self.posts.append((int(given["text"].partition(" ")[0].removeprefix("#")), now))
        self._numbers += 1
        return {"ok": True, "channel": given.get("channel", ""), "ts": f"{int(now)}.{self._numbers:06d}"}


class _Handler(BaseHTTPRequestHandler):
    slack: _Slack
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        is_json = "json" in (self.headers.get("Content-Type") or "")
        given = json.loads(body) if is_json else {name: values[0] for name, values in parse_qs(body).items()}
        answer = json.dumps(self.slack.answer(self.path.rpartition("/")[2], given)).encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        """Quiet."""
