"""Say what stands in a status report written elsewhere; nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from platform_site.lib.faults import reason
from platform_site.lib.roc import format_roc
from platform_site.reading.document import Refused
from platform_site.reading.sandbox import read

READER = "cases.reading.status_report:read"


class Command(BaseCommand):
    help = "讀取合作方案辦理情形的文件（txt、docx、odt、xlsx、ods、pdf），列出其內容。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the form of the answer."""
        parser.add_argument("file", type=Path, metavar="FILE", help="文件")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Read the file and print what it says."""
        try:
            found = read(file.read_bytes(), file.name, READER)
        except OSError as error:
            raise CommandError(f"讀不到檔案 {file}（{reason(error)}）。") from error
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for line in _told(found):
            self.stdout.write(line)


def _told(found: dict[str, Any]) -> Iterator[str]:
    """Tell what was read, a line for each case."""
    day = found["as_of"]
    yield found["title"] or "（無標題）"
    yield f"資料時間：{format_roc(date.fromisoformat(day)) if day else '未載明'}"
    count = 0
    for group in found["groups"]:
        yield f"{group['name'] or '（未載明小組）'}：{len(group['cases'])} 案"
        count += len(group["cases"])
        for case in group["cases"]:
            marks = "、".join(
                word
                for word, holds in (
                    ("新增", case["newly_listed"]),
                    ("共同議題", case["theme"]),
                )
                if holds
            )
            told = "、".join(
                f"{each['municipality'] or '共同'} {len(each['text'])} 字"
                for each in case["progress"]
            )
            yield f"  {case['name']}{f'（{marks}）' if marks else ''}：{told or '無文字'}"
    yield f"共 {count} 案。"
    for warning in found["warnings"]:
        yield f"第 {warning['line']} 行：{warning['message']}"
    for line in found["unread"]:
        yield f"第 {line['line']} 行未讀入：{line['text']}"
