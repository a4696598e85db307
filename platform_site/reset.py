"""Throws the local data away: ``make reset``."""

import os
import shutil
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from platform_site.embedded import EmbeddedServer
from platform_site.env import Environment, demo_file
from platform_site.failures import Refusal

_PATIENCE = 5  # seconds; processes of a killed demo leave by themselves


def reset(var_dir: Path) -> None:
    """Stop the database nobody uses and remove all that the demo has made."""
    server = EmbeddedServer(var_dir / "postgres")
    deadline = time.monotonic() + _PATIENCE
    while server.is_shared():
        if time.monotonic() > deadline:
            raise Refusal(
                "示範網站或其他指令還在使用資料庫："
                "請先按 Ctrl-C 停止它，再執行 make reset。"
            )
        time.sleep(0.1)
    server.stop()
    try:
        for name in ("postgres", "static", "papers", "editions", "mail", "reading"):
            if (var_dir / name).exists():
                shutil.rmtree(var_dir / name)
        demo_file(var_dir).unlink(missing_ok=True)
    except PermissionError as error:
        raise Refusal(
            f"沒有權限移除 {error.filename}：請用當初執行 make demo 的使用者重做。"
        ) from error


def main() -> int:
    base_dir = Path(__file__).resolve().parent.parent
    try:
        reset(Environment(base_dir, os.environ).var_dir)
    except (Refusal, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("已清除示範資料；下次 make demo 會重新建立。\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
