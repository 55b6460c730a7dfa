"""The embedded PostgreSQL."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rung.config import postgres_programs
from rung.config.embedded import Embedded
from rung.config.postgres_programs import DatabaseProblem


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d") / "closed" / "desk"


@pytest.fixture
def server(data: Path) -> Iterator[Embedded]:
    data.parent.mkdir(mode=0o700)
    server = Embedded(data, throwaway=True)
    server.start()
    yield server
    server.stop()


def say(server: Embedded, query: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_it_answers_from_a_data_folder_whose_parents_are_closed(server: Embedded) -> None:
    assert say(server, "select current_user") == "rung"
    assert stat.S_IMODE(server.data.parent.stat().st_mode) == 0o700


def test_a_making_that_was_cut_off_is_begun_anew(data: Path) -> None:
    data.parent.mkdir(mode=0o700)
    server = Embedded(data, throwaway=True)
    server.make_folders()
    (server.cluster / "PG_VERSION").write_text("18\n")
    (server.cluster / "pg_wal").mkdir()
    (data / "database-half-made").touch()
    server.start()
    try:
        assert say(server, "select current_user") == "rung"
        assert not (data / "database-half-made").exists()
    finally:
        server.stop()


def test_nobody_else_can_read_its_files(server: Embedded) -> None:
    closed = [server.data, server.folder, server.cluster, server.socket]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in closed} == {0o700}
    secrets = [place for place in server.data.iterdir() if place.is_file()]
    assert {place.name for place in secrets} == {"database-password", "database-superuser-password", "database-url"}
    assert {stat.S_IMODE(place.stat().st_mode) for place in secrets} == {0o600}


def test_the_desk_does_not_sign_in_as_superuser_and_a_wrong_password_is_refused(server: Embedded) -> None:
    assert say(server, "select rolsuper from pg_roles where rolname = current_user") is False
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace("rung:", "rung:x"))


def test_a_second_start_finds_what_was_written(server: Embedded) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select 42 as n")
    server.stop()
    again = Embedded(server.data)
    again.start()
    assert say(again, "select n from kept") == 42
    again.stop()


def test_a_server_killed_hard_starts_again(server: Embedded) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select 42 as n")
    os.kill(int((server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while server.running:
        os.sched_yield()
    server.restart()
    assert say(server, "select n from kept") == 42


def test_a_pid_file_whose_number_belongs_to_another_process_is_no_obstacle(server: Embedded) -> None:
    server.stop()
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n")
    server.start()
    assert say(server, "select 1") == 1


def test_a_server_that_outlived_its_desk_is_stopped_first(server: Embedded) -> None:
    other = Embedded(server.data)
    other.start()
    assert not server.running
    assert say(other, "select 1") == 1
    other.stop()


@pytest.fixture
def far(tmp_path: Path) -> Path:
    return tmp_path / ("long" * 30)


def test_a_path_too_long_for_a_socket_gets_a_short_folder_while_the_server_runs(far: Path) -> None:
    server = Embedded(far, throwaway=True)
    server.start()
    assert say(server, "select 1") == 1
    assert server.socket == Embedded(far).socket
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    server.stop()
    assert not server.socket.exists()


def test_a_short_folder_that_somebody_else_made_is_not_used(far: Path, tmp_path: Path) -> None:
    place = Embedded(far).socket
    place.symlink_to(tmp_path)
    try:
        with pytest.raises(DatabaseProblem, match=r"was made by somebody else; remove it"):
            Embedded(far).start()
    finally:
        place.unlink()


OLD = max(Path("/usr/lib/postgresql").glob("1[5-7]/bin"), default=None)


@pytest.mark.skipif(OLD is None, reason="needs an older PostgreSQL server, such as Debian's postgresql-15")
def test_a_cluster_of_an_older_major_version_is_brought_along(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OLD is not None
    data.parent.mkdir(mode=0o700)
    server = Embedded(data, throwaway=True)
    server.make_folders()
    with server.opened() as (place, fd):
        postgres_programs.run(
            [OLD / "initdb", "-D", place, "--username=postgres", "--auth=trust", "--encoding=UTF8"], fds=[fd]
        )
    server.serve(OLD)
    superuser = server._url("postgres", "postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("create role rung login createdb")
        connection.execute("create database rung owner rung")
    with psycopg.connect(server.url) as connection:
        connection.execute("create extension pg_trgm")
        connection.execute("create table kept as select 42 as n")
    server.stop()
    old = (server.cluster / "PG_VERSION").read_text().strip()
    monkeypatch.setattr(postgres_programs, "programs_of_major", lambda _home, wanted: OLD if wanted == old else None)

    server.start()
    assert say(server, "select n from kept") == 42
    assert str(say(server, "show server_version")).startswith("18.")
    assert say(server, "select tableowner from pg_tables where tablename = 'kept'") == "rung"
    assert (server.folder / f"cluster-{old}" / "PG_VERSION").read_text().strip() == old
    server.stop()


def test_a_change_of_version_that_was_cut_off_is_not_taken_for_an_empty_desk(server: Embedded) -> None:
    server.stop()
    server.cluster.rename(server.folder / "cluster-17")
    with pytest.raises(DatabaseProblem, match=r"was cut off; rename .*cluster-17 to "):
        server.start()
