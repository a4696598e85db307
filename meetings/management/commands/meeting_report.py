"""Write the minutes of a meeting to a file."""

from __future__ import annotations

from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings.minutes.paper import minutes_paper
from meetings.minutes.paper_pdf import minutes_pdf_here
from meetings.models import Meeting, Minutes
from platform_site.lib.faults import reason
from platform_site.lib.keep import write_whole
from platform_site.lib.pdf import PaperError
from platform_site.lib.terminal import page_counter


class Command(BaseCommand):
    help = "把會議紀錄寫成 PDF 檔案；尚未確認者每頁標明草稿。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the meeting and the file."""
        parser.add_argument(
            "meeting",
            metavar="MEETING",
            help="平臺代碼/會議代碼，如 jbbt/vice-mayor-5",
        )
        parser.add_argument(
            "--output", required=True, type=Path, metavar="FILE", help="輸出檔案"
        )

    def handle(self, *args: Any, meeting: str, output: Path, **options: Any) -> None:
        """Gather, render and write; the file appears whole or not at all."""
        platform, _, slug = meeting.partition("/")
        try:
            sitting = Meeting.objects.with_minutes().get(
                platform__slug=platform, slug=slug
            )
            paper = minutes_paper(sitting)
            with page_counter(self.stderr) as progress:
                content = minutes_pdf_here(paper, progress=progress)
            write_whole(output, content)
        except Meeting.DoesNotExist:
            raise CommandError(_unknown(meeting)) from None
        except Minutes.DoesNotExist:
            raise CommandError(f"{sitting.title}尚無會議紀錄。") from None
        except OSError as error:
            raise CommandError(f"無法寫入 {output}：{reason(error)}。") from error
        except PaperError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{output}：{paper.title}，{len(content) / 1024:.0f} KB。")


def _unknown(asked: str) -> str:
    """The sentence that says which meetings there are with a name like it."""
    pairs = (
        Meeting.objects.filter(minutes__isnull=False)
        .in_order()
        .values_list("platform__slug", "slug")
    )
    known = [f"{platform}/{slug}" for platform, slug in pairs]
    if not known:
        return f"沒有「{asked}」這次會議，也還沒有任何會議紀錄。"
    near = get_close_matches(asked, known, n=5, cutoff=0.5)
    if near:
        return f"沒有「{asked}」這次會議；相近的有：{'、'.join(near)}。"
    return f"沒有「{asked}」這次會議；最近的是：{'、'.join(known[-5:])}。"
