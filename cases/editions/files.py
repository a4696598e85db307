"""The files of an edition, each made of what was frozen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from cases.editions.comparing import changes
from cases.editions.data import from_data
from cases.exports import edition_changes
from cases.exports.edition_changes import ChangesPaper, changes_html
from cases.exports.status_report import FILE_FORMATS
from cases.exports.status_report_pdf import (
    STYLESHEETS,
    status_report_html,
    status_report_page,
)
from cases.models import EditionFile
from cases.reports import StatusReport
from platform_site.lib.keep import write_whole
from platform_site.lib.odf import ODT_TYPE
from platform_site.lib.pdf import render_pdf

SECONDS = 300.0  # for a paper; nobody waits on the line

STATUS = tuple(f"status.{each}" for each in ("pdf", "html", *FILE_FORMATS))
# Of each base that a dataset may be compared to: what it is called, and its papers.
SINCE = {"edition": "changes", "round": "changes-since-last-round"}
PAPERS = ("pdf", "odt")

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "odt": ODT_TYPE,
    **{name: each.content_type for name, each in FILE_FORMATS.items()},
}

Dataset = Mapping[str, Any]


def wanted(dataset: Dataset) -> list[str]:
    """Return the names of the files that an edition needs, the paper first."""
    compared = [
        f"{name}.{paper}"
        for base, name in SINCE.items()
        if base in dataset["since"]
        for paper in PAPERS
    ]
    return [*STATUS, *compared]


def changes_since(dataset: Dataset, base: str) -> ChangesPaper:
    """Return what changed since one of the bases of a dataset."""
    since = dataset["since"][base]
    report = from_data(dataset["report"])
    return ChangesPaper(
        report, since["title"], changes(from_data(since["report"]), report)
    )


def make_file(dataset: Dataset, name: str) -> bytes:
    """Return the content of a file; raises ``PaperError`` where it cannot be made."""
    stem, _, extension = name.rpartition(".")
    for base, called in SINCE.items():
        if stem == called:
            return _changes(changes_since(dataset, base), extension)
    report = from_data(dataset["report"])
    if extension == "pdf":
        html = status_report_html(report)
        return render_pdf(html, stylesheets=STYLESHEETS, seconds=SECONDS)
    if extension == "html":
        return status_report_page(report).encode()
    return _written(FILE_FORMATS[extension].write, report)


def _changes(paper: ChangesPaper, extension: str) -> bytes:
    if extension == "pdf":
        return render_pdf(
            changes_html(paper),
            stylesheets=edition_changes.STYLESHEETS,
            seconds=SECONDS,
        )
    file = BytesIO()
    edition_changes.write_odt(paper, file)
    return file.getvalue()


def _written(
    write: Callable[[StatusReport, IO[bytes]], None], report: StatusReport
) -> bytes:
    file = BytesIO()
    write(report, file)
    return file.getvalue()


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


# On disk, from where they are served; the database has them, so they may get lost.


def on_disk(file: EditionFile) -> Path:
    """Return the file on disk, written there now if it is not.

    What is there but not what it should be is written anew. ``content`` is fetched
    only then.
    """
    path = Path(settings.VAR_DIR) / "editions" / f"{file.sha256}.{extension_of(file)}"
    if not (path.exists() and path.stat().st_size == file.size):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, bytes(file.content))
    return path


def extension_of(file: EditionFile) -> str:
    """Return what the file's name ends in."""
    return file.name.rpartition(".")[2]


_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def download_name(file: EditionFile) -> str:
    """Return under what name the file is saved."""
    edition = file.edition
    platform = edition.round.platform
    what = platform.report_name
    if file.name.startswith(SINCE["round"]):
        what += "與上期比較"
    elif file.name.startswith(SINCE["edition"]):
        what += "異動對照"
    name = f"{platform.short_name}{what}{edition.round.as_of}第{edition.number}版"
    return f"{_NOT_IN_NAMES.sub('', name)}.{extension_of(file)}"
