"""The formats of the status report besides the paper, all of one dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cases.exports import (
    status_report_json,
    status_report_lines,
    status_report_office,
    status_report_sheets,
)
from cases.reports import StatusReport
from platform_site.lib import document, docx, numbering, odf, sheets, text


@dataclass(frozen=True)
class FileFormat:
    """How a report is written as a file, and as what that file is sent."""

    content_type: str
    write: Callable[[StatusReport, IO[bytes]], None]


# A paper of so many cases takes the worker some seconds; longer ones would keep
# others waiting. The command and the other formats know no limit.
MOST_CASES_IN_PDF = 300

FILE_FORMATS = {
    "odt": FileFormat(odf.ODT_TYPE, status_report_office.write_odt),
    "docx": FileFormat(docx.DOCX_TYPE, status_report_office.write_docx),
    "xlsx": FileFormat(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        status_report_sheets.write_xlsx,
    ),
    "ods": FileFormat(
        "application/vnd.oasis.opendocument.spreadsheet",
        status_report_sheets.write_ods,
    ),
    "csv": FileFormat(
        "text/csv; charset=utf-8; header=present", status_report_sheets.write_csv
    ),
    "json": FileFormat(
        "application/json; charset=utf-8", status_report_json.write_json
    ),
}

# What is written follows from the report and from these.
_SOURCES = (
    status_report_json,
    status_report_lines,
    status_report_office,
    status_report_sheets,
    document,
    docx,
    numbering,
    odf,
    sheets,
    text,
)


def file_content(report: StatusReport, extension: str) -> Sequence[bytes]:
    """All that goes into the file: the same parts, the same file."""
    sources = [Path(str(module.__file__)).read_bytes() for module in _SOURCES]
    return [extension.encode(), repr(report).encode("utf-8", "replace"), *sources]
