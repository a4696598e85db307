"""Say what stands in minutes written elsewhere; nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.reading.minutes import NO_MINUTES
from platform_site.lib.faults import reason
from platform_site.lib.roc import format_roc, format_time
from platform_site.reading.document import Refused
from platform_site.reading.sandbox import read

READER = "cases.reading.minutes:read"
_ACTIONS = {
    "list": "新增",
    "agree": "同意提案",
    "continue": "持續列管",
    "propose_delist": "提請解列",
    "delist": "解列",
    "relist": "重新列管",
    "rename": "更名",
    "merge": "併案",
    "withdraw": "撤案",
    "defer": "緩議",
}
_INNER = str.maketrans("「」", "『』")
_NUMBERS = (("listed", "新增"), ("delisted", "解列"), ("continued", "持續列管"))


class Command(BaseCommand):
    help = "讀取會議紀錄的文件（txt、docx、odt、pdf），列出其內容；不寫入資料庫。"
    requires_system_checks = []  # a file is read without the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the form of the answer."""
        parser.add_argument("file", type=Path, metavar="FILE", help="文件")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Read the file and print what it says; no minutes in it is a failure."""
        found, refusal = _read(file)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        if refusal:
            raise CommandError(refusal)
        if not options["json"]:
            for meeting in found["meetings"]:
                for line in _told(meeting):
                    self.stdout.write(line)


def _read(file: Path) -> tuple[dict[str, Any], str]:
    """Return what the file says, and a sentence where it says nothing."""
    nothing: dict[str, Any] = {"text": "", "meetings": []}
    try:
        found = read(file.read_bytes(), file.name, READER)
    except OSError as error:
        return nothing, f"讀不到檔案 {file}（{reason(error)}）。"
    except Refused as refused:
        return nothing, refused.sentence
    return found, "" if found["meetings"] else NO_MINUTES


def _told(meeting: dict[str, Any]) -> Iterator[str]:
    """Tell what one meeting's minutes say, a line for each fact."""
    yield meeting["title"]
    yield f"  時間：{_time(meeting['starts_at'])}，散會{_time(meeting['ends_at'])}"
    yield f"  地點：{meeting['place'] or '未讀出'}"
    chairs = (f"{chair['name']}{chair['title']}" for chair in meeting["chairs"])
    yield f"  主席：{'、'.join(chairs) or '未讀出'}"
    yield f"  紀錄：{meeting['recorder'] or '未讀出'}"
    for decision in meeting["decisions"]:
        group = f"{decision['group']}：" if decision["group"] else ""
        new = f"→{_quoted(decision['new_name'])}" if decision["new_name"] else ""
        name = _quoted(decision["case"])
        yield f"  {group}{_ACTIONS[decision['action']]}{name}{new}"
    for claim in meeting["claims"]:
        told = "、".join(
            f"{word} {claim[name]} 案"
            for name, word in _NUMBERS
            if claim[name] is not None
        )
        yield f"  載明：{claim['group'] or '全體'}{told}"
    for remark in meeting["remarks"]:
        yield f"  發言：{remark['speaker']} {len(remark['items'])} 項"
    yield f"  臨時動議 {len(meeting['motions'])} 項、附件 {len(meeting['attachments'])} 件"
    for warning in meeting["warnings"]:
        yield f"  第 {warning['line']} 行：{warning['message']}"
    for line in meeting["unread"]:
        yield f"  第 {line['line']} 行未讀入：{line['text']}"


def _time(said: str | None) -> str:
    """A day, with its hour where one was read, as papers print it."""
    if said is None:
        return "未讀出"
    at = datetime.fromisoformat(said)
    hour = format_time(at.time()) if "T" in said else ""
    return f"{format_roc(at.date(), 'full')}{hour}"


def _quoted(name: str) -> str:
    """The name in quotation marks, its own made the inner ones."""
    return f"「{name.translate(_INNER)}」"
