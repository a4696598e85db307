"""What the columns of a table of cases hold, as its head says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.reading.blocks import period
from cases.reading.places import read_counties
from platform_site.lib.text import fold

_NAME = re.compile(
    r"(?:(?:合作|提案|計畫|方案|議題|工作|推動|列管)*(?:方案|案|提案|計畫|項目|議題|案件)?"
    r"(?:名稱|案名)|合作(?:提案|方案|案|項目|議題)|案名|案由|工作項目|合作案件)"
)
_PROGRESS = re.compile(
    r".*(?:辦理|執行|推動|進度|目前|最新|填報)(?:情形|進度|現況|成果|說明|狀況|概況|內容).*"
    r"|最新進度|辦理|進度"
)
_GROUP = re.compile(
    r"(?:議題)?(?:小組|組別|組)(?:名稱|別)?|議題(?:組)?別|分組|議題領域"
)
# Who leads a case, or takes part in it, has not written the text.
_MUNICIPALITY = re.compile(
    r"(?:填報|回報|提報|辦理)?(?:縣市|市府|市別|機關|單位|城市)(?:別|名稱)?"
)
_NUMBER = re.compile(r"編號|項次|序號?|案號|no\.?|項目編號|次序")
_THEME = re.compile(r"(?:共同|跨組)議題")
_NOTE = re.compile(r"備註|說明|附註")
_NEW = re.compile(
    r"(?:是否)?(?:本[次期季])?新增(?:案)?|列管(?:情形|狀態|別)|狀態|類別|性質"
)
_ORIGIN = re.compile(r"新增依據|(?:列管|立案|新增)(?:依據|會議)")
_DAY = re.compile(r"資料(?:時間|日期)|填報(?:時間|日期)|更新(?:時間|日期)")
# What a head says about itself: 縣市（空白為共同填報）.
_ASIDE = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class ProgressColumn:
    """A column of texts; its head may name their municipality or their period."""

    place: int
    municipality: str | None = None
    label: str = ""


@dataclass(slots=True)
class Columns:
    """The places of what is known of a table's columns."""

    name: int
    progress: list[ProgressColumn]
    group: int | None = None
    municipality: int | None = None
    theme: int | None = None
    note: int | None = None
    new: int | None = None
    origin: int | None = None
    day: int | None = None
    number: int | None = None
    others: dict[int, str] = field(default_factory=dict)

    def refine(self, cells: Sequence[str]) -> bool:
        """Take a second head row that parts the progress by municipality or period.

        Returns whether it is one.
        """
        said = {place: cell for place, cell in enumerate(cells) if cell.strip()}
        if len(said) < 2 or self.name in said:
            return False
        columns = [_progress_column(place, cell) for place, cell in said.items()]
        if not all(each.municipality or each.label for each in columns):
            return False
        self.progress = columns
        for column in columns:
            self.others.pop(column.place, None)
        return True


def is_head(cells: Sequence[str]) -> bool:
    """Whether a row is the head of a table of cases."""
    return read_columns(cells) is not None


def read_columns(cells: Sequence[str]) -> Columns | None:
    """Return the columns a head row names; None where it is no such row."""
    heads = [_ASIDE.sub("", fold(cell)) or fold(cell) for cell in cells]
    if any(len(head) > 40 for head in heads):
        return None
    name = next((i for i, head in enumerate(heads) if _NAME.fullmatch(head)), None)
    if name is None:
        return None
    progress = [
        _progress_column(place, cells[place])
        for place, head in enumerate(heads)
        if place != name and _is_progress(head)
    ]
    if not progress or (
        len(progress) == 1 and not _PROGRESS.fullmatch(heads[progress[0].place])
    ):
        return None
    columns = Columns(name, progress)
    taken = {name, *(column.place for column in progress)}
    for place, head in enumerate(heads):
        if place in taken or not head:
            continue
        for attribute, pattern in (
            ("number", _NUMBER),
            ("group", _GROUP),
            ("municipality", _MUNICIPALITY),
            ("theme", _THEME),
            ("note", _NOTE),
            ("new", _NEW),
            ("origin", _ORIGIN),
            ("day", _DAY),
        ):
            if getattr(columns, attribute) is None and pattern.fullmatch(head):
                setattr(columns, attribute, place)
                break
        else:
            columns.others[place] = cells[place].strip()
    return columns


def _is_progress(head: str) -> bool:
    if _PROGRESS.fullmatch(head):
        return not any(other.fullmatch(head) for other in (_NOTE, _NEW, _DAY))
    names, end = read_counties(head)
    return bool(names) and end == len(head)


def _progress_column(place: int, head: str) -> ProgressColumn:
    plain = re.sub(r"\s+", "", head)
    names, end = read_counties(plain)
    rest = plain[end:].strip("（）()：:")
    if len(names) == 1 and (not rest or _PROGRESS.fullmatch(rest)):
        return ProgressColumn(place, names[0])
    dated = re.sub(r"[（(【\[]?(.*?)[】）)\]]?", r"\1", plain)
    found = period(dated, 2000)
    return ProgressColumn(place, None, dated[: found[2]] if found else "")
