"""Pages, served by gunicorn's sync worker as in production.

Each server is one worker on a Unix socket. Two clients keep it busy, so that what
is counted is how many requests it answers. A request is a new connection, as a
sync worker closes it after each.
"""

import contextlib
import datetime as dt
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.fill import MEETINGS, SLUG
from tests.bench.words import COMMON

EMPTY = "/bench-empty/"
LIST = f"/{SLUG}/cases/"
MEETING = f"/{SLUG}/meetings/vice-mayor-{MEETINGS}/"
PAGES = {
    "home page": f"/{SLUG}/",
    "list page": LIST,
    "list page, searched": f"{LIST}?q={quote(COMMON)}",
    "case page": f"{LIST}AA-001/",
    "meeting list": f"/{SLUG}/meetings/",
    "meeting page": MEETING,
    "balance page": f"{MEETING}balance/",
}
CLIENTS = 2
SECONDS = 0.5  # a turn; a page slower than this is asked for once by each client
PATIENCE = 120


class Server:
    """A gunicorn of one sync worker on one of the databases."""

    def __init__(self, folder, database):
        self.socket = str(Path(folder) / f"{database}.sock")
        # As days without decisions pass, the list stays and its address changes.
        days = (dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(300))
        self.fresh = itertools.cycle(f"{LIST}?as_of={day}" for day in days)
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "platform_site.wsgi"),
                *("--workers", "1", "--worker-class", "sync", "--timeout", "600"),
                *("--bind", f"unix:{self.socket}", "--log-level", "warning"),
                *("--no-control-socket", "--worker-tmp-dir", str(folder)),
            ],
            env=os.environ | {"BENCH_DATABASE": database, "TMPDIR": str(folder)},
        )

    def wait(self):
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.ask(EMPTY)
                return
            time.sleep(0.1)
        raise SystemExit("gunicorn did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ask(self, address, etag=""):
        """Ask for a page; return its status, head and length."""
        head = f"If-None-Match: {etag}\r\n" if etag else ""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(self.socket)
            client.sendall(
                f"GET {address} HTTP/1.1\r\nHost: localhost\r\n"
                f"Accept-Encoding: gzip\r\n{head}\r\n".encode()
            )
            answer = b"".join(iter(lambda: client.recv(1 << 16), b""))
        top, _, body = answer.partition(b"\r\n\r\n")
        return int(top[9:12]), top.decode("latin-1"), len(body)

    def fresh_list(self):
        """The list page at an address that no cache has seen."""
        with self.lock:
            address = next(self.fresh)
        return self.ask(address)

    def repeat_visit(self, address):
        """Return a function that asks again as a browser does, or None."""
        _, head, _ = self.ask(address)
        tags = [line[6:] for line in head.split("\r\n") if line[:5].lower() == "etag:"]
        if not tags or self.ask(address, tags[0])[0] != 304:
            return None
        return lambda: self.ask(address, tags[0])


def rate(ask):
    """Let the clients ask for a turn; return the requests answered a second."""
    counts = [0] * CLIENTS

    def client(place):
        while True:
            status, _, _ = ask()
            if status not in (200, 304):
                raise RuntimeError(f"answered {status}")
            counts[place] += 1
            if time.perf_counter() - began > SECONDS:
                return

    began = time.perf_counter()
    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def queries(address):
    """Count the queries of a page, the second time it is asked for."""
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return len(found)
