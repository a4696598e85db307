"""Write the status report of a platform to a file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.exports.status_report import FILE_FORMATS
from cases.exports.status_report_pdf import status_report_pdf_here
from cases.reports import NothingToReport, StatusReport, report_day, status_report
from meetings.models import Platform
from meetings.words import speaking_for
from platform_site.lib.faults import reason
from platform_site.lib.keep import replacing
from platform_site.lib.pdf import PaperError
from platform_site.lib.terminal import page_counter

FORMATS = ("pdf", *FILE_FORMATS)


class Command(BaseCommand):
    help = "把合作方案辦理情形寫成檔案。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take platform, data date, format and file."""
        parser.add_argument(
            "--platform", required=True, metavar="SLUG", help="平臺代碼"
        )
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="資料日期，如 114/12/31 或 2025-12-31；預設今天",
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
        platform: str,
        as_of: str | None,
        extension: str | None,
        output: Path,
        **options: Any,
    ) -> None:
        """Gather and write; the file appears whole or not at all."""
        if extension is None:
            suffix = output.suffix.lower().removeprefix(".")
            extension = suffix if suffix in FORMATS else "pdf"
        try:
            day = report_day(as_of or "", timezone.localdate())
            body = Platform.objects.get(slug=platform)
            with speaking_for(body), replacing(output) as file:
                report = status_report(body, day)
                self._write(report, extension, file)
                size = file.tell()
        except Platform.DoesNotExist:
            known = "、".join(Platform.objects.values_list("slug", flat=True))
            raise CommandError(
                f"沒有代碼為「{platform}」的平臺；現有：{known}。"
            ) from None
        except OSError as error:
            raise CommandError(f"無法寫入 {output}：{reason(error)}。") from error
        except (ValueError, NothingToReport, PaperError) as error:
            raise CommandError(str(error)) from error
        cases = sum(len(group.rows) for group in report.groups)
        self.stdout.write(f"{output}：{cases} 案，{size / 1024:.0f} KB。")

    def _write(self, report: StatusReport, extension: str, file: IO[bytes]) -> None:
        if extension == "pdf":
            with page_counter(self.stderr) as progress:
                file.write(status_report_pdf_here(report, progress=progress))
        else:
            FILE_FORMATS[extension].write(report, file)
