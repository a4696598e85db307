"""Runs manage.py as a person would, with an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-key-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
PRODUCTION = {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "platform.example.gov.tw"}


def environment(**variables):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **{k: str(v) for k, v in variables.items()}}


def manage(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_refused(done, sentence):
    """One line on stderr that begins with ``sentence``, nothing else, and a status."""
    lines = done.stderr.strip().splitlines()
    assert (done.returncode != 0, len(lines)) == (True, 1), done.stderr
    assert lines[0].removeprefix("CommandError: ").startswith(sentence)
