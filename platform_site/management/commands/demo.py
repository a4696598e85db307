"""The site on this machine, with the whole record and accounts to try it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from platform_site import database, embedded
from platform_site.failures import Refusal
from platform_site.lib.faults import reason

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WORKER_PATIENCE = 4  # seconds


class Command(BaseCommand):
    help = "Start the database, fill it when it is empty, and serve the site."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        for number in STOPPING:
            signal.signal(number, lambda *_: _interrupt())
        listener = _listen(host, _port_number(port))
        with self._step("啟動資料庫"):
            database.prepare()
        with self._step("更新資料表"):
            call_command("migrate", verbosity=0, interactive=False)
        if _is_empty() and "load_demo" in get_commands():
            self.stdout.write("載入紀錄")
            call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
        with self._step("整理靜態檔"):
            _collect_static()
        self.check()
        self._introduce(port)
        connections.close_all()
        try:
            with _worker():
                _serve(listener)
        finally:
            for number in STOPPING:  # asked twice, it still stops properly
                signal.signal(number, signal.SIG_IGN)
            self.stdout.write("\n正在停止……")
            _stop_database()
            self.stdout.write("網站與資料庫都已停止；再執行 make demo 即可繼續。")

    @contextlib.contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self.stdout.write(f"{title}……", ending="")
        self.stdout.flush()
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self.stdout.write("")
            raise
        self.stdout.write(f"完成（{time.monotonic() - started:.1f} 秒）")

    def _introduce(self, port: str) -> None:
        accounts = _accounts()
        if accounts:
            self.stdout.write("\n示範帳號（只在示範資料裡有）：")
        for role, username, password in accounts:
            self.stdout.write(f"  {role}  帳號 {username}  密碼 {password}")
        self.stdout.write(f"\n網站  http://localhost:{port}/")
        self.stdout.write(f"後台  http://localhost:{port}/admin/")
        self.stdout.write("按 Ctrl-C 停止。")
        self.stdout.flush()


def _interrupt() -> None:
    raise KeyboardInterrupt


def _port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Refusal(f"埠號「{text}」看不懂：請用 1 到 65535 的數字，例如 PORT=8080。")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before any work is done; nobody is answered yet."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Refusal(
                f"埠號 {port} 已有其他程式使用：請停止該程式，"
                f"或改用別的埠號，例如 make demo PORT={port % 65535 + 1}。"
            ) from None
        raise Refusal(
            f"不能在 {host}:{port} 提供網站（{reason(error)}）："
            "請改用 1024 以上的埠號，例如 PORT=8000。"
        ) from None
    return listener


def _is_empty() -> bool:
    labels = ("meetings", "cases")
    return not any(
        model._default_manager.exists()
        for label in labels
        for model in apps.get_app_config(label).get_models()
    )


def _collect_static() -> None:
    """Collect the static files unless they are as they were the last time."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            found.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    if stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    if root.exists():
        shutil.rmtree(root)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(found.hexdigest())


def _accounts() -> list[tuple[str, str, str]]:
    """Role, user name and password of each demo account, told by the cases app."""
    if find_spec("cases.demo") is None:
        return []
    from importlib import import_module

    accounts: Callable[[], list[tuple[str, str, str]]]
    accounts = import_module("cases.demo").accounts
    return accounts()


def _serve(listener: socket.socket) -> None:
    """Serve from threads of this process until a signal comes."""
    host, port = listener.getsockname()
    server = ThreadedWSGIServer(
        (host, port), WSGIRequestHandler, bind_and_activate=False
    )
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = host, port
    server.setup_environ()
    server.set_app(get_wsgi_application())
    # Only what goes wrong; a line for every picture would hide it.
    logging.getLogger("django.server").setLevel(logging.ERROR)
    with contextlib.suppress(KeyboardInterrupt):
        server.server_activate()
        server.serve_forever()


@contextlib.contextmanager
def _worker() -> Iterator[None]:
    """Have a process do the queue's jobs; it ends with this one, however that ends.

    It reads from a pipe whose other end only this process holds. Where it is killed
    itself, another takes its place.
    """
    stopping = threading.Event()
    worker = _start_worker()

    def replace() -> None:
        nonlocal worker
        while not stopping.wait(1):
            if worker.poll() is not None:
                worker = _start_worker()

    keeper = threading.Thread(target=replace, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        stopping.set()
        keeper.join()
        assert worker.stdin is not None
        worker.stdin.close()
        try:
            worker.wait(WORKER_PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _start_worker() -> subprocess.Popen[bytes]:
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    return subprocess.Popen(  # noqa: S603  our own arguments
        [sys.executable, manage, "worker", "--while-stdin-is-open"],
        stdin=subprocess.PIPE,
        start_new_session=True,  # the terminal's Ctrl-C is not for it
    )


def _stop_database() -> None:
    folder = connections["default"].settings_dict.get("EMBEDDED")
    if folder:
        embedded.server(Path(str(folder))).release()
