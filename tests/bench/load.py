"""``make load``: fifty contacts save at once; nothing of it may be lost.

A gunicorn as the README runs it, on loopback, with a database that waits for its
disk. Every contact writes as the page's script does: a save, some seconds for the
fingers shortened to none, the next save. Two of five share their texts with a
colleague, so that there are conflicts; who meets one opens the page again and saves
anew. Afterwards each save that was acknowledged is looked for in the history.

Then a sheet of a thousand rows goes out, comes back and is taken over.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
os.environ["BENCH_DURABLE"] = "1"

CONTACTS = 50
SAVES = 20
PATIENCE = 300  # seconds for an answer, on however busy a machine
SHARING = 5  # of so many contacts, two share a text
ROWS = 1000
TOKEN = "bench" * 6 + "xx"  # as long as Django's
VERSION = re.compile(rb'name="version"[^>]*value="([0-9]+)"')


def main():
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("contacts", type=int, nargs="?", default=CONTACTS)
    parser.add_argument("saves", type=int, nargs="?", default=SAVES)
    asked = parser.parse_args()
    import django

    django.setup()
    from django.db import connections

    from tests.bench import measure
    from tests.database import scratch_database

    with (
        tempfile.TemporaryDirectory(prefix="platform-load-") as folder,
        scratch_database(),
    ):
        writers = prepare(asked.contacts)
        connections.close_all()
        name = connections["default"].settings_dict["NAME"]
        with served(folder, name) as port:
            seconds = save_at_once(writers, port, asked.saves)
        told = figures(writers, seconds)
        sheet = sheet_times(folder)
    measure.print_table(("what", "found", "target", "aim"), [*told, *sheet])
    lost = dict(row[:2] for row in told)["acknowledged saves lost"]
    sys.exit(1 if lost != "0" else 0)


# Fifty contacts -------------------------------------------------------------------


@dataclass
class Writer:
    """A contact at work: what was acknowledged, and how long each answer took."""

    address: str
    session: str
    name: str
    version: int = 0
    saved: list = field(default_factory=list)  # text, version
    conflicts: int = 0
    failures: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


def prepare(contacts):
    """Make a round that is open today, and a slot for each; some are shared."""
    import datetime as dt

    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from tests.cases.rounds import Collecting

    today = timezone.localdate()
    site = Collecting(
        opens_on=today, due_on=today, locks_on=today + dt.timedelta(days=1)
    )
    writers = []
    address = ""
    for number in range(contacts):
        if number % SHARING != 1 or not address:  # else the text of the one before
            slot = site.add_slot(site.taipei, site.add_case())
            address = (
                f"/reporting/{site.platform.slug}/{site.round.as_of}"
                f"/{slot.case.number}/{site.taipei.slug}/"
            )
        client = Client()
        client.force_login(site.add_contact(site.taipei))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        writers.append(Writer(address, session, f"窗口{number}"))
    return writers


@contextlib.contextmanager
def served(folder, database):
    """Serve the site as the README says, and give the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (Path(folder) / "gunicorn.log").open("wb")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "platform_site.wsgi"),
            *("--worker-class", "gthread", "--workers", "4", "--threads", "4"),
            *("--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
            *("--no-control-socket", "--worker-tmp-dir", folder),
        ],
        env=os.environ | {"BENCH_DATABASE": database, "TMPDIR": folder},
        stderr=log,  # it tells of each conflict
    )
    try:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()
        log.close()


def save_at_once(writers, port, saves):
    """Let all write at once; return how long it took."""
    for writer in writers:  # each worker loads the site before anybody counts
        _ask(writer, port, "GET")
    start = threading.Barrier(len(writers) + 1)
    threads = [
        threading.Thread(target=_write, args=(writer, port, saves, start))
        for writer in writers
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _write(writer, port, saves, start):
    start.wait()
    for count in range(saves):
        text = f"{writer.name}第{count}次：一、已完成工程發包。\n二、賡續辦理。"
        for _ in range(50):  # so many conflicts in a row would be a fault
            status, body = _ask(writer, port, "POST", text)
            if status == 200:
                found = re.search(rb'"version": ?([0-9]+)', body)
                writer.version = int(found[1])
                writer.saved.append((text, writer.version))
                break
            if status != 409:
                writer.failures.append((status, body[:200]))
                break
            writer.conflicts += 1
            _, page = _ask(writer, port, "GET")
            writer.version = int(VERSION.search(page)[1])
        else:
            writer.failures.append((409, b"never saved"))


def _ask(writer, port, method, text=""):
    """Ask as the script of the page does; return the status and the body."""
    from django.conf import settings

    head = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={writer.session}; "
        f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
    }
    said = None
    if method == "POST":
        head |= {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        said = urlencode(
            {
                "csrfmiddlewaretoken": TOKEN,
                "do": "save",
                "kind": "text",
                "text": text,
                "version": writer.version,
            }
        )
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, writer.address, said, head)
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
    except OSError as error:
        status, body = 0, repr(error).encode()
    finally:
        connection.close()
    if method == "POST":
        writer.seconds.append(time.perf_counter() - began)
    return status, body


def lost_saves(writers):
    """Return the acknowledged saves of which the history knows nothing."""
    from cases.models import ProgressUpdate

    events = ProgressUpdate.pgh_event_model.objects
    kept = set(events.values_list("pgh_obj__case__number", "version", "text"))
    return [
        (writer.address, version, text)
        for writer in writers
        for text, version in writer.saved
        if (writer.address.split("/")[4], version, text) not in kept
    ]


def overwritten(writers):
    """Return the slots whose text is not the last that was acknowledged."""
    from cases.models import ProgressUpdate

    stands = {
        number: (text, version)
        for number, text, version in ProgressUpdate.objects.values_list(
            "case__number", "text", "version"
        )
    }
    last = {}
    for writer in writers:
        number = writer.address.split("/")[4]
        for said in writer.saved:
            last[number] = max(last.get(number, said), said, key=lambda each: each[1])
    return [number for number, said in last.items() if stands[number] != said]


def figures(writers, seconds):
    times = sorted(itertools.chain.from_iterable(each.seconds for each in writers))
    cuts = quantiles(times, n=100)
    saves = sum(len(each.saved) for each in writers)
    failures = [failure for each in writers for failure in each.failures]
    for failure in failures[:3]:
        sys.stderr.write(f"{failure}\n")
    return [
        ("contacts saving at once", str(len(writers)), "50", ""),
        ("saves acknowledged", f"{saves:,}", "", ""),
        ("acknowledged saves lost", str(len(lost_saves(writers))), "0", "0"),
        ("texts that are not the last saved", str(len(overwritten(writers))), "0", "0"),
        ("answers that were faults", str(len(failures)), "0", "0"),
        ("conflicts shown", str(sum(each.conflicts for each in writers)), "", ""),
        ("saves a second", f"{saves / seconds:.0f}", "", ""),
        ("a save, p50", f"{cuts[49] * 1000:.0f} ms", "", ""),
        ("a save, p95", f"{cuts[94] * 1000:.0f} ms", "", ""),
    ]


# A thousand rows --------------------------------------------------------------------


def sheet_times(folder):
    """How long a sheet of a thousand rows takes, out and back."""
    from django.conf import settings

    from tests.cases.round_sheets import filled, filled_ods

    settings.VAR_DIR = Path(folder)
    rows = []
    for extension, fill in (("xlsx", filled), ("ods", filled_ods)):
        times = _there_and_back(extension, fill)
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in times.items())
        what = f"{extension.upper()} of {ROWS:,} rows: {parts}"
        rows.append((what, f"{sum(times.values()):.1f} s", "a few s", ""))
    return rows


def _there_and_back(extension, fill):
    """Return the seconds of each part of a sheet's way."""
    from cases.models import ProgressUpdate
    from tests.bench import words
    from tests.cases.round_sheets import downloaded, judged, taken, uploaded
    from tests.cases.rounds import Collecting
    from tests.factories import CaseFactory

    rng = random.Random(5)
    site = Collecting()
    ProgressUpdate.objects.bulk_create(
        ProgressUpdate(
            case=CaseFactory(group=site.group),
            round=site.round,
            municipality=site.taipei,
        )
        for _ in range(ROWS - 1)
    )
    texts = {row: words.progress_text(rng, 3) for row in range(2, ROWS + 2)}
    times = {}

    def timed(name, work):
        began = time.perf_counter()
        found = work()
        times[name] = time.perf_counter() - began
        return found

    clerk, name = site.secretary, f"sheet.{extension}"
    content = timed("out", lambda: downloaded(site.round, clerk, extension))
    back = fill(content, texts)
    upload = timed("read", lambda: uploaded(site.round, back, by=clerk, name=name))
    timed("judged", lambda: judged(upload, by=clerk))
    done = timed("taken over", lambda: taken(upload, by=clerk, hand_in=True))
    if (done.saved, done.handed_in) != (ROWS, ROWS):
        raise RuntimeError(f"{done.saved} rows were saved")
    return times


if __name__ == "__main__":
    main()
