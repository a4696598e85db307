"""Print the books of every deciding meeting beside what the papers state."""

from __future__ import annotations

import json
import unicodedata
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.balance import NUMBERS, Account, books
from meetings.models import Platform
from meetings.words import say, speaking_for
from platform_site.lib.roc import format_roc


class Command(BaseCommand):
    help = "列出每次決定列管的會議各組帳目：依紀錄推得的案數、文件所載案數與差異。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a platform and the form of the output."""
        parser.add_argument("--platform", metavar="SLUG", help="只列一個平臺")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出")

    def handle(
        self, *args: Any, platform: str | None, json: bool, **options: Any
    ) -> None:
        """Print the accounts, oldest meeting first."""
        platforms = Platform.objects.all()
        if platform is not None:
            platforms = platforms.filter(slug=platform)
            if not platforms:
                known = "、".join(Platform.objects.values_list("slug", flat=True))
                there = f"現有：{known}" if known else "資料庫裡還沒有任何平臺"
                raise CommandError(f"沒有代碼為「{platform}」的平臺；{there}。")
        accounts = [account for each in platforms for account in books(each)]
        if not (accounts or json):
            raise CommandError("還沒有任何決定列管的會議，沒有帳目可列。")
        self.stdout.write(as_json(accounts) if json else as_table(accounts))


def as_json(accounts: list[Account]) -> str:
    """Return the accounts as JSON, a list of objects in the order of the books."""
    rows = [
        {
            "meeting": {
                "series": account.meeting.series.level,
                "number": account.meeting.number,
                "held_on": account.meeting.held_on.isoformat(),
            },
            "group": account.group.name if account.group else None,
            "opening": account.count("opening"),
            "carried_in": account.count("carried_in"),
            "listed": account.count("listed"),
            "delisted": account.count("delisted"),
            "merged": account.count("merged"),
            "split": account.count("split"),
            "continuing": account.count("continuing"),
            "closing": account.count("closing"),
            "claims": {
                counts: account.claims.number(counts)
                for counts in ("listed", "delisted", "continued")
            },
            "paper_difference": account.paper_difference,
            "unexplained": account.unexplained,
        }
        for account in accounts
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def as_table(accounts: list[Account]) -> str:
    """Return the accounts as a table of fixed width for a terminal."""
    lines: list[str] = []
    meeting = None
    for account in accounts:
        if account.meeting != meeting:
            meeting = account.meeting
            with speaking_for(meeting.platform):
                heads = ["組別", *(str(label) for label, _ in NUMBERS.values())]
                heads += ["所載新增", say("所載解列"), "所載其餘", "文件差異", "未解釋"]
            lines += ["", f"{meeting.title}（{format_roc(meeting.held_on)}）"]
            lines.append(
                "  ".join(
                    _pad(head, 10 if not i else len(head) * 2)
                    for i, head in enumerate(heads)
                )
            )
        cells: list[object] = [account.group.name if account.group else "全部"]
        cells += [account.count(number) for number in NUMBERS]
        cells += [account.claims.number(c) for c in ("listed", "delisted", "continued")]
        cells += [account.paper_difference, account.unexplained]
        lines.append(
            "  ".join(
                _pad(
                    "－" if cell is None else str(cell),
                    10 if not i else len(heads[i]) * 2,
                )
                for i, cell in enumerate(cells)
            )
        )
    return "\n".join(line.rstrip() for line in lines).lstrip("\n")


def _pad(text: str, width: int) -> str:
    """Fill ``text`` to ``width`` columns, a Chinese character taking two."""
    taken = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * (width - taken)
