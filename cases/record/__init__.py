"""The record as files: all of a platform, read into the database.

Files are YAML with natural keys, one per subject or meeting, so that a clerk can
read and correct them. Everything goes through the same functions as a clerk's own
work; the ledger judges it. A wrong file is refused with a sentence that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cases.record.archivist import archivist
from cases.record.bodies import load_platform
from cases.record.cases import load_cases
from cases.record.decisions import UNSTATED
from cases.record.files import Data, RecordError, guarded, make
from cases.record.known import Known
from cases.record.links import load_links
from cases.record.meetings import load_meeting
from cases.record.progress import load_progress
from cases.record.proposals import load_proposals
from meetings.models import Municipality, Platform

__all__ = ["FIXTURES", "UNSTATED", "RecordError", "archivist", "load_record"]

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
LINKS = "links.yaml"


@transaction.atomic
def load_record(
    folder: Path = FIXTURES, *, say: Callable[[str], None] = lambda line: None
) -> None:
    """Load every platform under ``folder`` into an empty database, all or nothing.

    ``say`` is told each step. Raises RecordError.
    """
    if Platform.objects.exists():
        raise RecordError("資料庫已有資料，未載入；要重新開始請先執行 make reset。")
    say("縣市")
    guarded(folder / "municipalities.yaml", list, _load_municipalities)
    paths = sorted(folder.glob("*/platform.yaml"))
    if not paths:
        raise RecordError(f"{folder} 裡沒有平臺的資料檔（platform.yaml）。")
    for path in paths:
        _PlatformRecord(path.parent, say).load()
    if (folder / LINKS).exists():
        guarded(folder / LINKS, list, load_links)


def _load_municipalities(path: Path, rows: Sequence[Data]) -> None:
    for order, row in enumerate(rows, start=1):
        make(path, Municipality(order=order, **row))


class _PlatformRecord:
    """Loads the files of one platform."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        self.known = Known(folder / "platform.yaml", archivist())

    def load(self) -> None:
        """Load all files, in the order in which one refers to another."""
        self._load("platform.yaml", load_platform, said="name")
        self._load("cases/*.yaml", load_cases)
        self._load("meetings/*.yaml", load_meeting, said="title")
        self._load("progress/*/*.yaml", load_progress)
        self._load("proposals/*.yaml", load_proposals)
        for subject, case in self.known.motions_awaited.items():
            raise RecordError(
                f"{self.known.platform.short_name}的 {case.number} 出自臨時動議「{subject}」，"
                "但沒有會議紀錄記載這個動議。"
            )

    def _load(
        self, files: str, load: Callable[[Known, Data], None], *, said: str = ""
    ) -> None:
        """Load each of the ``files``, telling first what it says in field ``said``."""

        def load_one(path: Path, data: Data) -> None:
            if said:
                self.say(str(data[said]))
            load(self.known, data)

        for path in sorted(self.folder.glob(files)):
            self.known.path = path
            guarded(path, dict, load_one)
