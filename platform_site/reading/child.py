"""The process that opens a foreign file: limited, without secrets, soon gone.

It gets one line of JSON and the bytes of the file on its standard input and
answers with JSON on its standard output. It knows no settings and no database.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

from platform_site.reading.document import Refused
from platform_site.reading.readers import Unforeseen, grid_reader_for, reader_for

MEMORY = 1024 * 1024 * 1024
SECONDS_OF_WORK = 20
SECONDS = 30

TOO_BIG = "檔案過大或結構過於複雜，超過讀取的記憶體上限，請分成數個檔案。"
FAILED = "讀取檔案時發生錯誤，請洽系統管理者。"


def main() -> None:
    """Read one file and answer."""
    _limit()
    job, _, content = sys.stdin.buffer.read().partition(b"\n")
    answer: dict[str, Any]
    try:
        answer = {"result": _work(json.loads(job), content)}
    except Refused as refusal:
        answer = {"refused": refusal.sentence}
        if isinstance(refusal, Unforeseen):
            answer["trace"] = traceback.format_exc()
    except MemoryError:
        answer = {"refused": TOO_BIG}
    except Exception:
        answer = {"refused": FAILED, "trace": traceback.format_exc()}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def _work(job: dict[str, Any], content: bytes) -> Any:
    """Load what is ours first, then shut every door, then open the file."""
    module, _, function = job["then"].partition(":")
    then = getattr(importlib.import_module(module), function)
    choose = grid_reader_for if job["by_cell"] else reader_for
    read: Callable[[bytes], Any] = choose(content, job["name"])
    _shut()
    return then(read(content), **job["options"])


def _limit() -> None:
    """Memory, processor time and the clock; who passes them is ended."""
    signal.alarm(SECONDS)
    for limit, soft, hard in (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_CPU, SECONDS_OF_WORK, SECONDS_OF_WORK + 1),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not all on every system
            resource.setrlimit(limit, (soft, hard))


def _shut() -> None:
    """No file is written and no process started from here on."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (0, 0))
    sys.addaudithook(_guard)


_FORBIDDEN = (
    "ctypes.dlopen",
    "os.chmod",
    "os.chown",
    "os.exec",
    "os.fork",
    "os.link",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.system",
    "os.truncate",
    "pty.",
    "shutil.",
    "socket.",
    "subprocess.",
    "urllib.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what reading a file never needs: networks, processes, writing."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and arguments[2] & _WRITING:
        raise PermissionError("open")
