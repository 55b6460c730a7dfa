"""Two hosts on one machine: network namespaces on a bridge, whose cables can be pulled out. Needs root."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rung.config import postgres_programs
from rung.config.embedded import Embedded
from tests.stories.site import Site

SUBNET = f"10.213.{os.getpid() % 250}"  # two runs on one machine do not meet
HERE = f"{SUBNET}.1"


def why_not() -> str:
    """Why there can be no hosts here; empty if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"rungtry{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "del", name)
        _ip("link", "add", name[:15], "type", "bridge")
        _ip("link", "del", name[:15])
    except (OSError, subprocess.CalledProcessError) as refused:
        return f"`ip` makes no namespace or no bridge here: {getattr(refused, 'stderr', refused)}"
    return ""


class Host:
    """A namespace with one cable to the bridge."""

    def __init__(self, number: int) -> None:
        self.name = f"rung{os.getpid()}{'ab'[number]}"
        self.address = f"{SUBNET}.{number + 2}"
        self._cable = f"rg{os.getpid()}{'ab'[number]}"

    def build(self, bridge: str) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("link", "set", self._cable, "master", bridge, "up")
        for words in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up")):
            _ip("-n", self.name, *words)
        _ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", "eth0")

    def tear_down(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", self._cable], check=False, capture_output=True)

    def cut_off(self) -> None:
        _ip("link", "set", self._cable, "down")

    def bring_back(self) -> None:
        _ip("link", "set", self._cable, "up")


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Both on one bridge, on which this process is HERE."""
    bridge, hosts = f"rgbr{os.getpid()}", (Host(0), Host(1))
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{HERE}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for host in hosts:
            host.build(bridge)
        yield hosts
    finally:
        for host in hosts:
            host.tear_down()
        subprocess.run(["ip", "link", "del", bridge], check=False, capture_output=True)


class Reachable(Embedded):
    """An embedded PostgreSQL that listens on the bridge too, as one on a machine of its own would."""

    @property
    def url(self) -> str:
        return f"postgresql://rung:{self._password('database-password')}@{HERE}:{PORT}/rung"

    def serve(self, here: object) -> None:
        rule = f"host all all {SUBNET}.0/24 scram-sha-256\n"
        file = self.cluster / "pg_hba.conf"
        if rule not in file.read_text():
            with file.open("a") as rules:
                rules.write(rule)
        with self.opened() as (place, fd), self.log.open("ab") as log:
            words = [f"{here}/postgres", "-D", place, "-c", f"listen_addresses={HERE}", "-c", f"port={PORT}"]
            self._server = postgres_programs.launch(
                [*words, "-c", "unix_socket_directories=../run"], fds=[fd], log=log, dies_by=signal.SIGINT
            )
        for socket in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):  # where its other methods look for it
            (self.socket / socket).unlink(missing_ok=True)
        (self.socket / ".s.PGSQL.5432").symlink_to(f".s.PGSQL.{PORT}")
        while not self._answers():
            assert self._server.poll() is None, self.log.read_text()
            time.sleep(0.05)


PORT = 15432


class Spread(Site):
    """A site whose parts run on two hosts: those named `…-b` on the second, the others on the first."""

    def __init__(self, hosts: tuple[Host, Host]) -> None:
        super().__init__(HERE, Reachable)
        self.hosts = hosts
        self._most: Counter[str] = Counter()

    @property
    def address(self) -> str:
        return f"http://{self.hosts[0].address}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"RUNG_HOST": "0.0.0.0"}

    @contextmanager
    def counting_connections(self) -> Iterator[None]:
        """Look, again and again, how many connections each process holds."""
        over = threading.Event()
        counting = threading.Thread(target=self._count, args=(over,))
        counting.start()
        try:
            yield
        finally:
            over.set()
            counting.join()

    def most_connections(self) -> dict[str, int]:
        """Part -> the most connections one host's process was seen with; each part runs at most once on a host."""
        return dict(self._most)

    def _count(self, over: threading.Event) -> None:
        while not over.wait(0.2):
            for part, _, count in self.rows(_CONNECTIONS):
                self._most[part] = max(self._most[part], count)

    def command_prefix(self, name: str) -> list[str]:
        return ["ip", "netns", "exec", self.hosts[name.endswith("-b")].name]


_CONNECTIONS = """
    select application_name, client_addr, count(*) from pg_stat_activity
    where application_name in ('web', 'ticker', 'courier') group by 1, 2
"""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
