"""make demo: stops cleanly, starts again with its data, survives kill -9."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from platform_site.embedded import EmbeddedServer
from tests.site.commands import ROOT, environment, manage

PATIENCE = 300  # seconds


@pytest.fixture(scope="module")
def var_dir(reachable_tmp):
    folder = reachable_tmp()
    yield folder
    EmbeddedServer(folder / "postgres").stop()


@pytest.fixture(scope="module")
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def demo(var_dir, port):
    """A demo that already answers; killed at the end if it still runs."""
    output = var_dir / "output"
    with (
        output.open("w") as file,
        subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment(VAR_DIR=var_dir),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while answer(port, "/admin/login/") is None:
                assert process.poll() is None, output.read_text()
                assert time.monotonic() < deadline, output.read_text()
                time.sleep(0.1)
            yield process, output
        finally:
            process.kill()


def answer(port, address):
    """Status and body, or None while nobody answers."""
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    try:
        connection.request("GET", address)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except ConnectionError:
        return None
    finally:
        connection.close()


def postgres_processes(var_dir):
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.cwd() == str(var_dir / "postgres" / "data"):
                found.append(process)
    return found


def workers(process):
    """The demo's worker, begun anew where it was killed."""
    found = []
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.ZombieProcess):
            if "worker" in child.cmdline():
                found.append(child)
    return found


def cases(var_dir):
    """How many cases another process finds while the demo runs, or after it."""
    done = manage(
        "shell",
        "-v0",
        "-c",
        "from cases.models import Case; print(Case.objects.count())",
        VAR_DIR=var_dir,
    )
    assert done.stderr == ""
    return int(done.stdout)


def test_demo_starts_stops_and_starts_again(var_dir, port):
    with demo(var_dir, port) as (process, output):
        status, page = answer(port, "/admin/login/")
        stylesheet = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        served = answer(port, stylesheet)[0]
        missing, _ = answer(port, "/no-such-page/")
        loaded = cases(var_dir)
        working = workers(process)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        returned = process.wait(30)
        seconds = time.monotonic() - began
        said = output.read_text()
    left = postgres_processes(var_dir)

    assert (status, served, missing) == (200, 200, 404)
    assert re.search(r"\.[0-9a-f]{12}\.css$", stylesheet)
    assert loaded > 50
    assert [worker.is_running() for worker in working] == [False]
    assert (returned, left) == (0, [])
    assert seconds < 10
    assert f"http://localhost:{port}/" in said
    assert "載入紀錄" in said
    assert "帳號 secretariat" in said

    with demo(var_dir, port) as (process, output):
        assert "載入紀錄" not in output.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert cases(var_dir) == loaded
    assert postgres_processes(var_dir) == []


def test_demo_survives_kill_of_everything(var_dir, port):
    with demo(var_dir, port) as (process, _):
        before = cases(var_dir)
        working = workers(process)
        os.kill(process.pid, signal.SIGKILL)
        for server in postgres_processes(var_dir):
            with contextlib.suppress(psutil.NoSuchProcess):
                server.kill()
    psutil.wait_procs(postgres_processes(var_dir), timeout=10)
    _, outlived = psutil.wait_procs(working, timeout=15)

    with demo(var_dir, port) as (process, output):
        assert cases(var_dir) == before
        assert "載入紀錄" not in output.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert before > 50
    assert (len(working), outlived) == (1, [])


def test_demo_replaces_a_worker_that_is_killed(var_dir, port):
    with demo(var_dir, port) as (process, _):
        (first,) = workers(process)
        first.kill()
        deadline = time.monotonic() + PATIENCE
        while not [each for each in workers(process) if each.pid != first.pid]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        returned = process.wait(30)

    assert (returned, postgres_processes(var_dir)) == (0, [])


def test_reset_waits_for_the_demo_to_be_stopped(var_dir, port):
    def reset():
        return subprocess.run(
            [sys.executable, "-m", "platform_site.reset"],
            cwd=ROOT,
            env=environment(VAR_DIR=var_dir),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    with demo(var_dir, port) as (process, _):
        (var_dir / "papers").mkdir()
        refused = reset()
        process.send_signal(signal.SIGINT)
        process.wait(30)
    done = reset()

    assert (refused.returncode, refused.stderr[:6]) == (1, "示範網站或其")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in var_dir.iterdir()) == ["output"]
