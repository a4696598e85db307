"""The links of the record: cases of two platforms that are one matter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cases.links import join_cases
from cases.models import Case
from cases.record.archivist import archivist
from cases.record.files import Data, RecordError, refuse_unknown, short


def load_links(path: Path, rows: Sequence[Data]) -> None:
    """Link the cases of each row, named by platform and registered name."""
    for row in rows:
        refuse_unknown(path, row, {"cases", "why"})
        one, other = (_case(path, *each) for each in row["cases"].items())
        join_cases(one, other, why=row["why"], by=archivist())


def _case(path: Path, platform: str, name: str) -> Case:
    found = Case.objects.filter(platform__slug=platform, name=name)
    if len(found) != 1:
        raise RecordError(
            f"資料檔 {short(path)}：{platform} 沒有唯一名為「{name}」的合作案。"
        )
    return found[0]
