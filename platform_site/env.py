"""Reads the environment; a bad value is refused in one sentence."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environ.fileaware_mapping import FileAwareMapping

from platform_site.lib.faults import reason

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# Mail that goes nowhere: shown and kept, for the demo and for development.
CONSOLE = "console:"
_MAIL_SCHEMES = {"smtp", "smtp+tls", "smtp+ssl"}


class Environment:
    """The variables this site knows; each property returns a checked value."""

    def __init__(self, base_dir: Path, environment: MutableMapping[str, str]) -> None:
        self.base_dir = base_dir
        self._env = environ.FileAwareEnv()
        self._env.ENVIRON = FileAwareMapping(dict(environment))
        self._fill_from_demo()

    def _fill_from_demo(self) -> None:
        """Take what is missing from the demo's own file, where there is one.

        ``manage.py demo`` writes that file. Other commands use it, so that
        they find the demo's database, but not with a database or DEBUG of
        their own; ``wsgi.py`` and ``manage.py check`` never look at it.
        """
        own = any(self._text(name) for name in ("DATABASE_URL", "DEBUG"))
        if not self.boolean("DEMO_SETTINGS", default=not own):
            return
        path = demo_file(self.var_dir)
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                name, equals, value = line.partition("=")
                if equals and not self._text(name):
                    self._env.ENVIRON[name] = value

    def _text(self, name: str, default: str = "") -> str:
        try:
            return str(self._env.str(name, default=default)).strip()
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else "不是 UTF-8 文字檔"
            raise ImproperlyConfigured(
                f"環境變數 {name}_FILE 所指的檔案讀不到（{why}）："
                "請改成存在且可讀取的檔案路徑。"
            ) from None

    @property
    def fingerprint(self) -> bytes:
        """What tells these variables from others, for the keys of kept pages."""
        given = repr(sorted(self._env.ENVIRON.env.items()))
        return hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()

    def boolean(self, name: str, *, default: bool) -> bool:
        value = self._text(name)
        if not value:
            return default
        if value.lower() in _YES:
            return True
        if value.lower() in _NO:
            return False
        raise ImproperlyConfigured(
            f"環境變數 {name} 的值「{value}」看不懂：請設為 1（是）或 0（否）。"
        )

    def _list(self, name: str) -> list[str]:
        return [item for item in re.split(r"[,\s]+", self._text(name)) if item]

    @property
    def var_dir(self) -> Path:
        """The folder for everything that is not code: database, static files."""
        value = self._text("VAR_DIR")
        if not value:
            return self.base_dir / "var"
        path = Path(value).expanduser()
        if not path.is_absolute():
            raise ImproperlyConfigured(
                f"環境變數 VAR_DIR 的值「{value}」不是絕對路徑："
                "請寫成以 / 開頭的完整路徑。"
            )
        return path

    @property
    def debug(self) -> bool:
        return self.boolean("DEBUG", default=False)

    @property
    def secret_key(self) -> str:
        value = self._text("SECRET_KEY")
        if value:
            if not self.debug and (len(value) < 50 or len(set(value)) < 5):
                raise ImproperlyConfigured(
                    "環境變數 SECRET_KEY 太短或太簡單："
                    "請設為 50 個字元以上的隨機字串，例如 openssl rand -hex 32 的輸出。"
                )
            return value
        if self.debug:
            return "only-for-development-" + "0123456789abcdefghijklmnopqrstuv"
        raise ImproperlyConfigured(
            "缺少環境變數 SECRET_KEY：請設為 50 個字元以上的隨機字串"
            "（例如 openssl rand -hex 32 的輸出）；只是試用請執行 make demo，"
            "開發請設定 DEBUG=1。"
        )

    @property
    def allowed_hosts(self) -> list[str]:
        hosts = self._list("ALLOWED_HOSTS")
        for host in hosts:
            if not re.fullmatch(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", host):
                raise ImproperlyConfigured(
                    f"環境變數 ALLOWED_HOSTS 的「{host}」不是主機名稱："
                    "請只寫主機名稱並以逗號分隔，不含 https:// 與埠號。"
                )
        if hosts:
            return hosts
        if self.debug:
            return LOCAL_HOSTS
        raise ImproperlyConfigured(
            "缺少環境變數 ALLOWED_HOSTS：請設為本站的主機名稱，以逗號分隔，"
            "例如 ALLOWED_HOSTS=platform.example.gov.tw。"
        )

    @property
    def csrf_trusted_origins(self) -> list[str]:
        origins = self._list("CSRF_TRUSTED_ORIGINS")
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc:
                raise ImproperlyConfigured(
                    f"環境變數 CSRF_TRUSTED_ORIGINS 的「{origin}」不完整："
                    "請連同 https:// 一起寫，例如 https://platform.example.gov.tw。"
                )
        return origins

    @property
    def https(self) -> bool:
        """Whether visitors come by https; only development and demo do not."""
        return self.boolean("HTTPS", default=not self.debug)

    @property
    def behind_proxy(self) -> bool:
        """Whether a proxy in front sets (and cleans) X-Forwarded-Proto."""
        return self.boolean("BEHIND_PROXY", default=False)

    @property
    def site_agency(self) -> str:
        """The agency that runs the site, as the foot of its pages names it; or empty."""
        return self._line("SITE_AGENCY", 60)

    @property
    def site_contact(self) -> str:
        """How to reach that agency, in one line; or empty."""
        return self._line("SITE_CONTACT", 200)

    def _line(self, name: str, most: int) -> str:
        value = self._text(name)
        if len(value) > most or not value.isprintable():
            raise ImproperlyConfigured(
                f"環境變數 {name} 的值不合用：請寫成一行、{most} 個字以內的文字。"
            )
        return value

    @property
    def email(self) -> dict[str, object]:
        """Django's settings of mail; without EMAIL_URL no mail can be sent."""
        value = self._text("EMAIL_URL", CONSOLE if self.debug else "")
        if value in ("", CONSOLE):
            name = "ConsoleBackend" if value else "NoMailBackend"
            return {
                "EMAIL_BACKEND": f"platform_site.mail_backends.{name}",
                "DEFAULT_FROM_EMAIL": self._email_from("platform@localhost"),
            }
        wrong = ImproperlyConfigured(
            "環境變數 EMAIL_URL 看不懂：請寫成 smtp+tls://帳號:密碼@主機:587、"
            f"smtp+ssl://帳號:密碼@主機:465 或 smtp://主機:25；試用請寫 {CONSOLE}。"
        )
        if urlsplit(value).scheme not in _MAIL_SCHEMES:
            raise wrong
        try:
            parsed: dict[str, object] = dict(environ.Env.email_url_config(value))
        except ValueError:  # a port that is none
            raise wrong from None
        if not parsed["EMAIL_HOST"]:
            raise wrong
        del parsed["EMAIL_FILE_PATH"]
        return {
            **parsed,
            "EMAIL_PORT": parsed["EMAIL_PORT"] or 25,
            "EMAIL_HOST_USER": parsed["EMAIL_HOST_USER"] or "",
            "EMAIL_HOST_PASSWORD": parsed["EMAIL_HOST_PASSWORD"] or "",
            "EMAIL_TIMEOUT": 20,
            "DEFAULT_FROM_EMAIL": self._email_from(""),
        }

    def _email_from(self, default: str) -> str:
        value = self._text("EMAIL_FROM", default)
        try:
            validate_email(value)
        except ValidationError:
            raise ImproperlyConfigured(
                "環境變數 EMAIL_FROM 不是電子郵件地址：請寫寄件人的地址，"
                "例如 platform@example.gov.tw。"
            ) from None
        return value

    @property
    def log_level(self) -> str:
        value = self._text("LOG_LEVEL", "INFO").upper()
        if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ImproperlyConfigured(
                f"環境變數 LOG_LEVEL 的值「{value}」看不懂："
                "請設為 DEBUG、INFO、WARNING 或 ERROR。"
            )
        return value

    def database(self, name: str) -> dict[str, object] | None:
        """The database named by a URL in ``name``, or None when it is not set."""
        value = self._text(name)
        if not value:
            return None
        example = "postgresql://帳號:密碼@主機:5432/資料庫"
        if urlsplit(value).scheme not in {"postgresql", "postgres"}:
            raise ImproperlyConfigured(
                f"環境變數 {name} 不是 PostgreSQL 的位址：請寫成 {example}。"
            )
        try:
            parsed: dict[str, object] = dict(environ.Env.db_url_config(value))
        except ValueError:
            raise ImproperlyConfigured(
                f"環境變數 {name} 的埠號或主機看不懂：請寫成 {example}。"
            ) from None
        if not parsed.get("NAME") or not parsed.get("USER"):
            raise ImproperlyConfigured(
                f"環境變數 {name} 缺少帳號或資料庫名稱：請寫成 {example}。"
            )
        place = urlsplit(value).netloc.rpartition("@")[2]
        if place.upper().startswith("%2F"):  # a socket's folder, as libpq writes it
            folder, _, port = place.partition(":")
            parsed |= {"HOST": unquote(folder), "PORT": port}
        return parsed


def demo_file(var_dir: Path) -> Path:
    return var_dir / "demo.env"


def write_demo_file(var_dir: Path) -> None:
    """Give the demo a secret key of its own; what an existing file says is kept."""
    path = demo_file(var_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_text("utf-8").splitlines() if path.exists() else []
    named = {line.partition("=")[0] for line in kept}
    wanted = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": ",".join(LOCAL_HOSTS),
        "HTTPS": "0",
        "EMAIL_URL": CONSOLE,
    }
    missing = [f"{name}={value}" for name, value in wanted.items() if name not in named]
    if not missing:
        return
    lines = [*kept, *missing]
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(path)
