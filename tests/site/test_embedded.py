"""The embedded server is shared, stops with its last user and survives a crash."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import psycopg
import pytest

from platform_site.embedded import DATABASE, OWNER_ROLE, RUNTIME_ROLE, EmbeddedServer
from platform_site.failures import Refusal
from tests.site.commands import ROOT, environment

# Takes the server, writes a row, says so, and stays until its input ends.
USER = """
import sys, psycopg
from pathlib import Path
from platform_site.embedded import EmbeddedServer
socket_dir = EmbeddedServer(Path(sys.argv[1])).acquire()
with psycopg.connect(host=str(socket_dir), user="platform_owner",
                     dbname="platform") as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS diary (line text)")
    connection.execute("INSERT INTO diary VALUES (%s)", [sys.argv[2]])
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(reachable_tmp):
    folder = reachable_tmp() / "postgres"
    yield folder
    EmbeddedServer(folder).stop()


@contextlib.contextmanager
def other_process(folder, line):
    """Another process that uses the server; it ends when the block does."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(folder), line],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "written\n"
        yield process


def diary(socket_dir):
    with psycopg.connect(
        host=str(socket_dir), user=OWNER_ROLE, dbname=DATABASE
    ) as connection:
        return [row[0] for row in connection.execute("SELECT line FROM diary")]


def postgres_processes(folder):
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.cwd() == str(folder / "data"):
                found.append(process)
    return found


def kill_everything(folder):
    victims = postgres_processes(folder)
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    _, alive = psutil.wait_procs(victims, timeout=10)
    assert (len(victims) > 1, alive) == (True, [])


def test_first_start_makes_roles_without_power(folder):
    server = EmbeddedServer(folder)
    with psycopg.connect(
        host=str(server.acquire()), user=RUNTIME_ROLE, dbname=DATABASE
    ) as connection:
        roles = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb"
            " FROM pg_roles WHERE rolname LIKE 'platform%' ORDER BY rolname"
        ).fetchall()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s",
            [DATABASE],
        ).fetchone()
        extension = connection.execute(
            "SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'"
        ).fetchone()
        listens = connection.execute("SHOW listen_addresses").fetchone()
    server.release()

    assert roles == [
        (RUNTIME_ROLE, True, False, False, False),
        (OWNER_ROLE, True, False, False, False),
    ]
    assert owner == (OWNER_ROLE,)
    assert extension == (1,)
    assert listens == ("",)


def test_last_user_stops_the_server(folder):
    with other_process(folder, "first"):
        with other_process(folder, "second"):
            pass
        during = len(postgres_processes(folder))
        server = EmbeddedServer(folder)
        lines = diary(server.acquire())
        shared = EmbeddedServer(folder).is_shared()
        server.release()
        after_release = len(postgres_processes(folder))

    assert lines == ["first", "second"]
    assert during > 1
    assert shared is True
    assert after_release > 1
    assert postgres_processes(folder) == []
    assert EmbeddedServer(folder).is_shared() is False


def test_clean_stop_leaves_nothing_to_recover(folder):
    with other_process(folder, "kept"):
        pass

    log = (folder / "run" / "log").read_text()
    assert "database system is shut down" in log
    assert not (folder / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize("reused", [False, True], ids=["gone", "number reused"])
def test_everything_killed_loses_nothing(folder, reused):
    with other_process(folder, "before") as process:
        process.kill()
        process.wait()
        kill_everything(folder)
    if reused:  # the machine was restarted; the number is another program's now
        pid_file = folder / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    started = time.monotonic()
    with other_process(folder, "after"):
        seconds = time.monotonic() - started
        server = EmbeddedServer(folder)
        lines = diary(server.acquire())
        server.release()

    assert lines == ["before", "after"]
    assert seconds < 30
    assert postgres_processes(folder) == []


def test_server_left_by_a_killed_user_is_taken_over(folder):
    with other_process(folder, "before") as process:
        process.kill()
    assert len(postgres_processes(folder)) > 1

    with other_process(folder, "after"):
        pass

    assert postgres_processes(folder) == []


def test_ended_making_of_the_data_folder_starts_over(folder):
    half = folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with other_process(folder, "made"):
        pass

    assert not half.exists()


def test_long_and_odd_paths_work(reachable_tmp):
    folder = reachable_tmp() / ("深" * 30 + ", 'a\" $b") / ("d" * 60) / "postgres"
    try:
        with other_process(folder, "deep"):
            server = EmbeddedServer(folder)
            socket_dir = server.acquire()
            lines = diary(socket_dir)
            mode = socket_dir.stat().st_mode & 0o777
            server.release()
    finally:
        EmbeddedServer(folder).stop()
    shutil.rmtree(socket_dir)

    assert lines == ["deep"]
    assert mode == 0o700


def test_broken_data_folder_is_a_sentence(folder):
    with other_process(folder, "kept"):
        pass
    (folder / "data" / "global" / "pg_control").unlink()

    server = EmbeddedServer(folder)
    with pytest.raises(Refusal, match=r"^內附資料庫沒有啟動成功.*pg_control"):
        server.acquire()
    server.release()


def test_other_version_is_a_sentence(folder):
    with other_process(folder, "kept"):
        pass
    (folder / "data" / "PG_VERSION").write_text("12\n")

    server = EmbeddedServer(folder)
    with pytest.raises(Refusal, match=r"^var/ 裡的資料庫是 PostgreSQL 12"):
        server.acquire()
    server.release()


def test_interrupt_of_the_terminal_does_not_reach_the_server(folder):
    with other_process(folder, "kept") as process:
        process.send_signal(signal.SIGINT)
        process.wait(20)

    log = (folder / "run" / "log").read_text()
    assert "database system is shut down" in log
    assert "terminating connection due to unexpected" not in log
