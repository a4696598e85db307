"""A worker in a process of its own, on the tests' database: it may be killed."""

import contextlib
import os
import subprocess
import sys
import time

from tests.site.commands import ROOT

PATIENCE = 60


def main(name, var_dir, modules):
    import django

    django.setup()
    from importlib import import_module

    from django.conf import settings
    from django.db import connections

    from platform_site.lib import queue

    connections["default"].settings_dict["NAME"] = name
    settings.VAR_DIR = type(settings.VAR_DIR)(var_dir)
    for module in modules:
        import_module(module)
    queue.retry_stalled()
    queue.work(fetch_job_polling_interval=0.2)


@contextlib.contextmanager
def worker(*modules):
    """Run a worker that knows the tasks of ``modules`` too; it is killed at the end."""
    from django.conf import settings
    from django.db import connections

    name = connections["default"].settings_dict["NAME"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.worker", name, str(settings.VAR_DIR), *modules],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so, patience=PATIENCE):
    """Wait until ``is_so()`` is; what it returned then."""
    deadline = time.monotonic() + patience
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
