"""Does the jobs that pages have asked for."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from platform_site.lib import queue

STALLED_EVERY = 15.0  # seconds
PATIENCE = 5.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do the jobs of the queue until told to stop; several may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--while-stdin-is-open",
            action="store_true",
            help="stop when whoever started this is gone",
        )

    def handle(self, *args: Any, while_stdin_is_open: bool, **options: Any) -> None:
        if while_stdin_is_open:
            threading.Thread(target=_stop_with_stdin, daemon=True).start()
        threading.Thread(target=_look_for_stalled, daemon=True).start()
        queue.work()


def _stop_with_stdin() -> None:
    """Stop properly when stdin is closed, as the kernel does for the killed too."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)  # the job begun is put back by the next worker


def _look_for_stalled() -> None:
    while True:
        try:
            queue.retry_stalled()
        except DatabaseError as error:
            logger.warning("Stalled jobs were not looked for: %s", error)
            connection.close()
        time.sleep(STALLED_EVERY)
