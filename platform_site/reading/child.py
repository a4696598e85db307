"""The process that opens a foreign file: limited, without secrets, soon gone.

It gets one line of JSON and the bytes of the file on its standard input and
answers with JSON on its standard output. It knows no settings and no database.
"""

import contextlib
import importlib
import json
import resource
import signal
import sys
import traceback
from typing import Any

from platform_site.reading.document import Refused
from platform_site.reading.readers import reader_for

MEMORY = 1024 * 1024 * 1024
SECONDS_OF_WORK = 20
SECONDS = 30

TOO_BIG = "檔案過大或結構過於複雜，超過讀取的記憶體上限，請分成數個檔案。"
FAILED = "讀取檔案時發生錯誤，請洽系統管理者。"


def main() -> None:
    """Read one file and answer."""
    _limit()
    job, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer = {"result": _work(json.loads(job), content)}
    except Refused as refusal:
        answer = {"refused": refusal.sentence}
    except MemoryError:
        answer = {"refused": TOO_BIG}
    except Exception:
        answer = {"refused": FAILED, "trace": traceback.format_exc()}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def _work(job: dict[str, Any], content: bytes) -> Any:
    """Load what is ours first, then shut every door, then open the file."""
    module, _, function = job["then"].partition(":")
    then = getattr(importlib.import_module(module), function)
    read = reader_for(content, job["name"])
    _shut()
    return then(read(content), **job["options"])


def _limit() -> None:
    """Memory, processor time and the clock; who passes them is ended."""
    signal.alarm(SECONDS)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS_OF_WORK),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not all on every system
            resource.setrlimit(limit, (value, value))


def _shut() -> None:
    """No file is written and no process started from here on."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (0, 0))
    sys.addaudithook(_guard)


_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "shutil.",
    "urllib.",
)


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what reading a file never needs: networks, processes, writing."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and _writes(arguments):
        raise PermissionError("open")


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode = arguments[1] if len(arguments) > 1 else None
    return isinstance(mode, str) and bool(set(mode) & set("wax+"))
