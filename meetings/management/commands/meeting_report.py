"""Write the minutes of a meeting to a file."""

from __future__ import annotations

from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from meetings.minutes.paper import MinutesPaper, minutes_paper
from meetings.minutes.paper_files import FORMATS
from meetings.minutes.paper_office import write_office
from meetings.minutes.paper_pdf import minutes_pdf_here
from meetings.models import Meeting, Minutes
from meetings.words import speaking_for
from platform_site.lib.faults import reason
from platform_site.lib.keep import replacing
from platform_site.lib.pdf import PaperError
from platform_site.lib.terminal import page_counter


class Command(BaseCommand):
    help = "把會議紀錄寫成檔案（PDF、ODT 或 DOCX）；尚未確認者每頁標明草稿。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the meeting, the format and the file."""
        parser.add_argument(
            "meeting",
            metavar="MEETING",
            help="平臺代碼/會議代碼，中間以斜線分隔",
        )
        parser.add_argument(
            "--format",
            choices=FORMATS,
            dest="extension",
            help="檔案格式；預設依輸出檔案的副檔名，否則為 pdf",
        )
        parser.add_argument(
            "--output", required=True, type=Path, metavar="FILE", help="輸出檔案"
        )

    def handle(
        self,
        *args: Any,
        meeting: str,
        extension: str | None,
        output: Path,
        **options: Any,
    ) -> None:
        """Gather and write; the file appears whole or not at all."""
        if extension is None:
            suffix = output.suffix.lower().removeprefix(".")
            extension = suffix if suffix in FORMATS else "pdf"
        platform, _, slug = meeting.partition("/")
        try:
            sitting = Meeting.objects.with_minutes().get(
                platform__slug=platform, slug=slug
            )
            with speaking_for(sitting.platform), replacing(output) as file:
                paper = minutes_paper(sitting)
                self._write(paper, extension, file)
                size = file.tell()
        except Meeting.DoesNotExist:
            raise CommandError(_unknown(meeting)) from None
        except Minutes.DoesNotExist:
            raise CommandError(f"{sitting.title}尚無會議紀錄。") from None
        except OSError as error:
            raise CommandError(f"無法寫入 {output}：{reason(error)}。") from error
        except PaperError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{output}：{paper.title}，{size / 1024:.0f} KB。")

    def _write(self, paper: MinutesPaper, extension: str, file: IO[bytes]) -> None:
        if extension == "pdf":
            with page_counter(self.stderr) as progress:
                file.write(minutes_pdf_here(paper, progress=progress))
        else:
            write_office(paper, extension, file)


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
