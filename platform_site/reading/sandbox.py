"""Have a foreign file read by a child process that cannot take the site down."""

import contextlib
import fcntl
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from platform_site.reading.document import Refused

logger = logging.getLogger(__name__)

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_ANSWER = 32 * 1024 * 1024
SECONDS = 25
SLOTS = 2
SECONDS_TO_WAIT = 20

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from platform_site.reading.child import main; main()"
)
_KEPT = ("LD_LIBRARY_PATH",)  # without which some systems find no Python

_TOO_LARGE = f"檔案超過{LARGEST_FILE // 1024**2}MB的上限，請縮小或分成數個檔案。"
_TOO_MUCH = "檔案的內容過多，超過讀取的上限，請分成數個檔案。"
_TOO_SLOW = f"讀取超過{SECONDS}秒，已停止，請分成數個檔案後再試。"
_DIED = "讀取時程序意外停止，檔案可能已損壞或過大，請重新存檔後再試。"
_NOT_STARTED = "目前無法啟動讀取程序，請稍後再試；仍無法讀取時請洽系統管理者。"
_BUSY = "系統正在讀取其他文件，請稍後再試。"


class Busy(Refused):
    """No child can be had now: the file is as good as before, and read later."""


def read(
    content: bytes, name: str, then: str, *, by_cell: bool = False, **options: Any
) -> dict[str, Any]:
    """Return what the function ``then`` ("module:name") says of the file's Document.

    Or, ``by_cell``, of the Workbook it must be then. ``options`` go to the function as JSON. ``Refused`` is raised, with a sentence
    for people, for whatever is not read: also where the child dies or hangs.
    """
    if len(content) > LARGEST_FILE:
        raise Refused(_TOO_LARGE)
    job = {"name": name, "then": then, "by_cell": by_cell, "options": options}
    with _slot():
        said, ended = _run(json.dumps(job).encode() + b"\n" + content)
    return _result(said, ended)


def _result(said: bytes, ended: int) -> dict[str, Any]:
    """What the child found; ``ended`` says how it went."""
    if ended in (-signal.SIGXCPU, -signal.SIGALRM):
        raise Refused(_TOO_SLOW)
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise Refused(_DIED) from error
    if trace := answer.get("trace"):
        logger.error("reading failed: %s", trace)
    if "refused" in answer:
        raise Refused(answer["refused"])
    result: dict[str, Any] = answer["result"]
    return result


def _run(given: bytes) -> tuple[bytes, int]:
    """Return what the child says within its time, and leave no child behind."""
    child = _started()
    assert child.stdin
    assert child.stdout
    feeder = threading.Thread(target=_feed, args=(child.stdin, given), daemon=True)
    feeder.start()
    try:
        said = _listen(child.stdout)
    finally:
        child.kill()
        ended = child.wait()
        feeder.join()
        child.stdout.close()
    return said, ended


def _started() -> subprocess.Popen[bytes]:
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603  our own arguments
            [sys.executable, "-I", "-X", "utf8", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        logger.exception("no process to read with")
        raise Busy(_NOT_STARTED) from error


def _feed(pipe: IO[bytes], given: bytes) -> None:
    with contextlib.suppress(OSError), pipe:  # it may end before it has read all
        pipe.write(given)


def _listen(pipe: IO[bytes]) -> bytes:
    deadline = time.monotonic() + SECONDS
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            part = os.read(pipe.fileno(), 1024 * 1024)
            if not part:
                return bytes(said)
            said += part
            if len(said) > LARGEST_ANSWER:
                raise Refused(_TOO_MUCH)
    raise Refused(_TOO_SLOW)


@contextlib.contextmanager
def _slot() -> Iterator[None]:
    """Hold one of the few places on this machine for a child, or refuse."""
    folder = Path(settings.VAR_DIR) / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    with contextlib.ExitStack() as stack:
        slots = [
            stack.enter_context((folder / f"slot-{place}").open("wb"))
            for place in range(SLOTS)
        ]
        while not any(_lock(slot) for slot in slots):
            if time.monotonic() > deadline:
                raise Busy(_BUSY)
            time.sleep(0.05)
        yield


def _lock(file: IO[bytes]) -> bool:
    """Take the file's lock if nobody has it; closing the file gives it back."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
