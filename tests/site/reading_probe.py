"""What the reader's child process may do after it has opened the file."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


def say(document, **options):
    return {"text": document.text, "options": options}


def environment(document):
    return dict(os.environ)


def limits(document):
    names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_FSIZE")
    return {name: resource.getrlimit(getattr(resource, name)) for name in names}


def settings_loaded(document):
    return {"django": "django" in sys.modules}


def hang(document):
    time.sleep(600)


def spin(document):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 5))
    while True:
        pass


def die(document):
    os.kill(os.getpid(), signal.SIGKILL)


def fill_memory(document):
    return {"size": len(bytearray(4 * 1024**3))}


def answer_too_much(document):
    return {"text": "言" * 12_000_000}


def wait(document):
    began = time.time()
    time.sleep(0.4)
    return {"began": began, "ended": time.time()}


def write_file(document, path):
    Path(path).write_text("written")


def start_process(document):
    subprocess.run(["true"], check=True)


def fork(document):
    if os.fork() == 0:
        os._exit(0)


def connect(document):
    socket.create_connection(("127.0.0.1", 9))


def be_wrong(document):
    raise KeyError("a slip of ours")
