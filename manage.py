#!/usr/bin/env python
"""Django's command line; expected failures are said in one sentence."""

import os
import sys
from pathlib import Path


def prepare_demo() -> None:
    """Give the demo settings of its own before any are read."""
    from platform_site.env import Environment, write_demo_file

    os.environ["DEMO_SETTINGS"] = "1"
    here = Path(__file__).resolve().parent
    write_demo_file(Environment(here, os.environ).var_dir)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    if sys.argv[1:2] == ["check"]:
        # A check judges the environment as it is, not the demo's settings.
        os.environ["DEMO_SETTINGS"] = "0"
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.stderr.write(
            "找不到 Django：請先執行 make setup，再用 .venv/bin/python。\n"
        )
        return 1

    from platform_site.failures import sentence

    try:
        if sys.argv[1:2] == ["demo"]:
            prepare_demo()
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        said = sentence(error)
        if said is None or "--traceback" in sys.argv:
            raise
        sys.stderr.write(f"{said}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
