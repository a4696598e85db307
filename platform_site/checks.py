"""What the machine lacks, said when the site starts; only the PDF depends on it."""

from __future__ import annotations

import ctypes
import ctypes.util
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Warning, register

# Debian's package and the name of the library in it.
LIBRARIES = {
    "libpango-1.0-0": "pango-1.0",
    "libpangoft2-1.0-0": "pangoft2-1.0",
    "libharfbuzz-subset0": "harfbuzz-subset",
}


def _loads(name: str) -> bool:
    for candidate in (f"lib{name}.so.0", ctypes.util.find_library(name)):
        if candidate is None:
            continue
        try:
            ctypes.CDLL(candidate)
        except OSError:
            continue
        return True
    return False


def missing_libraries() -> list[str]:
    return [package for package, name in LIBRARIES.items() if not _loads(name)]


@register()
def pdf_can_be_made(**kwargs: Any) -> list[CheckMessage]:
    """Warn, and no more: everything but the PDF works without."""
    found: list[CheckMessage] = []
    missing = missing_libraries()
    if missing:
        found.append(
            Warning(
                f"缺少系統程式庫 {'、'.join(missing)}，無法產生 PDF。",
                hint=f"請執行 apt-get install {' '.join(missing)}。",
                id="platform_site.W001",
            )
        )
    if find_spec("pylopdf_fonts_zh_tw") is None:
        found.append(
            Warning(
                "缺少中文字型套件 pylopdf-fonts-zh-tw，無法產生 PDF。",
                hint="請執行 make setup。",
                id="platform_site.W002",
            )
        )
    return found
