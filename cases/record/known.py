"""What has been loaded of one platform so far, and where it stands in the files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from cases.models import Case, Theme
from cases.record.files import Data, RecordError, make, refuse_unknown, short
from meetings.models import (
    Agency,
    IssueGroup,
    Meeting,
    MeetingSeries,
    Municipality,
    Platform,
)
from platform_site.lib.text import fold


class Known:
    """The rows of one platform by the names that the files call them.

    ``path`` is the file being read; what is refused names it.
    """

    platform: Platform

    def __init__(self, path: Path, by: User) -> None:
        self.path = path
        self.by = by
        self.groups: dict[str, IssueGroup] = {}
        self.themes: dict[str, Theme] = {}
        self.series: dict[str, MeetingSeries] = {}
        self.meetings: dict[str, Meeting] = {}  # by slug
        self.cases: dict[str, Case] = {}  # by every name, folded
        self.cases_by_key: dict[int, Case] = {}
        self.motions_awaited: dict[str, Case] = {}

    def refusal(self, words: str) -> RecordError:
        """Return the refusal of the file being read, to be raised."""
        return RecordError(f"資料檔 {short(self.path)}：{words}")

    def refuse_unknown(self, data: Data, fields: Collection[str]) -> None:
        """Refuse what the file may not say: a slip of the pen would be lost unseen."""
        refuse_unknown(self.path, data, fields)

    def make(self, instance: Any) -> Any:
        """Check and save ``instance``; a refusal names the file and the field."""
        return make(self.path, instance)

    def group(self, name: str) -> IssueGroup:
        """Return the platform's group of this name."""
        if name not in self.groups:
            raise self.refusal(f"沒有「{name}」這個議題小組。")
        return self.groups[name]

    def municipality(self, name: str) -> Municipality:
        """Return the municipality by its short name: 新北市."""
        found = Municipality.objects.filter(short_name=name).first()
        if found is None:
            raise self.refusal(f"沒有「{name}」這個縣市。")
        return found

    def agency(self, name: str, municipality: Municipality) -> Agency:
        """Return the agency by its full name, entered when it is first named."""
        agency, _ = Agency.objects.get_or_create(
            name=name, defaults={"municipality": municipality}
        )
        return agency

    def agency_of_member(self, name: str) -> Agency:
        """Return the agency whose full name begins with a member's: 新北市政府文化局."""
        for member in self.platform.members.all():
            if name.startswith(member.name):
                return self.agency(name, member)
        raise self.refusal(f"「{name}」不是成員縣市的局處。")

    def know(self, case: Case, name: str) -> None:
        """Remember another name of a case; one name is one case's."""
        other = self.cases.setdefault(fold(name), case)
        if other.pk != case.pk:
            raise self.refusal(
                f"「{name}」同時是 {other.number} 與 {case.number} 的名稱。"
            )

    def case(self, name: str) -> Case:
        """Return the case by any of its names."""
        if fold(name) not in self.cases:
            raise self.refusal(f"找不到名為「{name}」的合作案。")
        return self.cases[fold(name)]
