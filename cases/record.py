"""The record as files: platforms, cases, meetings and progress, read into the database.

Files are YAML with natural keys, one per subject or meeting, so that a clerk can
read and correct them. Everything goes through the same functions as a clerk's own
work; the ledger judges it. A wrong file is refused with a sentence that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction

from cases import ledger
from cases.models import (
    Case,
    CaseAlias,
    CaseTheme,
    CountClaim,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    ReportingRound,
    Theme,
)
from meetings.minutes.compose import continuing_phrase, phrase
from meetings.minutes.publish import publish
from meetings.models import (
    Agency,
    Attachment,
    Chair,
    IssueGroup,
    Meeting,
    MeetingSeries,
    Membership,
    Minutes,
    Motion,
    Municipality,
    Platform,
    Remark,
    Resolution,
    Section,
    meeting_slug,
)
from platform_site.lib.faults import reason
from platform_site.lib.numbering import to_chinese
from platform_site.lib.text import fold

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
Kind = LedgerEntry.Kind
Data = Mapping[str, Any]

# What a paper's point may do to cases, by the ledger's own codes.
ACTIONS = {kind.value: kind for kind in Kind if kind is not Kind.VOID}
UNSTATED = "會議紀錄未載明解列原因"


# What a file may say; anything else is a slip of the pen and would be lost unseen.
OF_PLATFORM = {
    "slug",
    "name",
    "short_name",
    "summary",
    "order",
    "case_word",
    "delist_word",
    "report_name",
    "group_word",
    "form_name",
    "members",
    "groups",
    "themes",
    "series",
}
OF_CASE = {
    "number",
    "name",
    "parent",
    "origin",
    "origin_note",
    "origin_motion",
    "aliases",
    "themes",
    "agencies",
    "municipalities",
}
OF_MEETING = {
    "series",
    "number",
    "roc_year",
    "slug",
    "title",
    "held_on",
    "starts_at",
    "ends_at",
    "place",
    "host",
    "attendance",
    "source",
    "chairs",
    "sections",
    "remarks",
    "motions",
    "attachments",
    "resolutions",
    "stated",
    "announced",
    "groups",
}


class RecordError(Exception):
    """A file of the record that cannot be loaded; the message is a sentence."""


@transaction.atomic
def load_record(
    folder: Path = FIXTURES, *, say: Callable[[str], None] = lambda line: None
) -> None:
    """Load every platform under ``folder`` into an empty database, all or nothing.

    ``say`` is told each step. Raises RecordError.
    """
    if Platform.objects.exists():
        raise RecordError("資料庫已有資料，未載入；要重新開始請先執行 make reset。")
    say("縣市")
    _guarded(folder / "municipalities.yaml", list, _load_municipalities)
    paths = sorted(folder.glob("*/platform.yaml"))
    if not paths:
        raise RecordError(f"{folder} 裡沒有平臺的資料檔（platform.yaml）。")
    for path in paths:
        _PlatformRecord(path.parent, say).load()


def archivist() -> User:
    """Return the account under whose name the archive is entered; nobody logs in with it."""
    user, is_new = get_user_model().objects.get_or_create(
        username="archive", defaults={"first_name": "歷史紀錄匯入", "is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _guarded(path: Path, kind: type, load: Callable[[Path, Any], None]) -> None:
    """Run ``load`` on the content of a file; anything wrong in it names the file."""
    try:
        load(path, _read(path, kind))
    except ValidationError as error:
        raise _refused(path, error) from error
    except KeyError as error:
        raise RecordError(
            f"資料檔 {_short(path)} 缺少「{error.args[0]}」，或沒有這個名稱。"
        ) from error
    except (LookupError, TypeError, ValueError, AttributeError, DatabaseError) as error:
        said = str(error).partition("\n")[0]
        unknown = re.search(r"unexpected keyword arguments?:? (.+)", said)
        if unknown:
            names = "、".join(sorted(re.findall(r"'(.+?)'", unknown[1])))
            raise RecordError(f"資料檔 {_short(path)}：不認得「{names}」。") from error
        raise RecordError(
            f"資料檔 {_short(path)} 缺少欄位或內容有誤（{said}）。"
        ) from error


class _Loader(yaml.SafeLoader):
    """YAML's plain types; a key written twice is refused, not half forgotten."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    problem="key written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        """Return a date; the 31st of April is refused with its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            raise yaml.constructor.ConstructorError(
                problem="no such day", problem_mark=node.start_mark
            ) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def _read(path: Path, kind: type) -> Any:
    try:
        data = _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except FileNotFoundError:
        raise RecordError(f"缺少資料檔 {path}。") from None
    except OSError as error:
        raise RecordError(f"讀不到資料檔 {path}（{reason(error)}）。") from error
    except UnicodeDecodeError as error:
        raise RecordError(
            f"資料檔 {_short(path)} 不是 UTF-8 編碼，請另存為 UTF-8 後再載入。"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f"第 {where.line + 1} 行" if where else ""
        raise RecordError(
            f"資料檔 {_short(path)} {line}格式有誤，請更正後再載入。"
        ) from error
    if not isinstance(data, kind):
        raise RecordError(
            f"資料檔 {_short(path)} 的內容不是預期的格式，請對照其他同類檔案。"
        )
    return data


def _short(path: Path) -> str:
    """Return the file as people call it: meetings/2024-07-11-vice-mayor-3.yaml."""
    return f"{path.parent.name}/{path.name}"


def _refuse_unknown(path: Path, data: Data, known: set[str]) -> None:
    unknown = {str(key) for key in data} - known
    if unknown:
        raise RecordError(
            f"資料檔 {_short(path)}：不認得「{'、'.join(sorted(unknown))}」。"
        )


def _load_municipalities(path: Path, rows: Sequence[Data]) -> None:
    for order, row in enumerate(rows, start=1):
        _make(path, Municipality(order=order, **row))


def _make(path: Path, instance: Any) -> Any:
    """Check and save ``instance``; a refusal names the file and the field."""
    try:
        instance.full_clean()
    except ValidationError as error:
        said = [
            text if name == NON_FIELD_ERRORS else f"「{_label(instance, name)}」{text}"
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise RecordError(f"資料檔 {_short(path)}：{' '.join(said)}") from error
    instance.save()
    return instance


def _label(instance: Any, field: str) -> str:
    return str(instance._meta.get_field(field).verbose_name)


def _refused(path: Path, error: ValidationError) -> RecordError:
    return RecordError(f"資料檔 {_short(path)}：{' '.join(error.messages)}")


class _PlatformRecord:
    """Loads the files of one platform."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        self.by = archivist()
        self.path = folder / "platform.yaml"
        self.cases: dict[str, Case] = {}  # by every name, folded
        self.cases_by_key: dict[int, Case] = {}
        self.motions_awaited: dict[str, Case] = {}

    def load(self) -> None:
        self._load(self.path, self._load_platform)
        for path in sorted(self.folder.glob("cases/*.yaml")):
            self._load(path, self._load_cases)
        for path in sorted(self.folder.glob("meetings/*.yaml")):
            self._load(path, self._load_meeting)
        for path in sorted(self.folder.glob("progress/*/*.yaml")):
            self._load(path, self._load_progress)
        for subject, case in self.motions_awaited.items():
            raise RecordError(
                f"{self.platform.short_name}的 {case.number} 出自臨時動議「{subject}」，"
                "但沒有會議紀錄記載這個動議。"
            )

    def _load(self, path: Path, load: Callable[[Data], None]) -> None:
        self.path = path
        _guarded(path, dict, lambda _, data: load(data))

    # The body

    def _load_platform(self, data: Data) -> None:
        _refuse_unknown(self.path, data, OF_PLATFORM)
        self.say(data["name"])
        fields = (
            "slug",
            "name",
            "short_name",
            "summary",
            "order",
            "case_word",
            "delist_word",
            "report_name",
            "group_word",
            "form_name",
        )
        self.platform = _make(
            self.path,
            Platform(**{field: data[field] for field in fields if field in data}),
        )
        for name in data["members"]:
            member = self._municipality(name)
            _make(self.path, Membership(platform=self.platform, municipality=member))
        self.groups: dict[str, IssueGroup] = {}
        for order, row in enumerate(data["groups"], start=1):
            parent = self.groups[row["parent"]] if "parent" in row else None
            self.groups[row["name"]] = _make(
                self.path,
                IssueGroup(
                    platform=self.platform,
                    slug=row["slug"],
                    name=row["name"],
                    case_prefix=row["prefix"],
                    parent=parent,
                    order=order,
                    first_year=row.get("first_year"),
                    last_year=row.get("last_year"),
                ),
            )
        self.themes = {
            name: _make(
                self.path, Theme(platform=self.platform, name=name, order=order)
            )
            for order, name in enumerate(data.get("themes", []), start=1)
        }
        self.series = {
            row["slug"]: _make(
                self.path,
                MeetingSeries(
                    platform=self.platform,
                    order=order,
                    **{**row, "group": self._group(row["group"])}
                    if "group" in row
                    else row,
                ),
            )
            for order, row in enumerate(data["series"], start=1)
        }

    def _group(self, name: str) -> IssueGroup:
        if name not in self.groups:
            raise RecordError(
                f"資料檔 {_short(self.path)}：沒有「{name}」這個議題小組。"
            )
        return self.groups[name]

    def _municipality(self, name: str) -> Municipality:
        found = Municipality.objects.filter(short_name=name).first()
        if found is None:
            raise RecordError(f"資料檔 {_short(self.path)}：沒有「{name}」這個縣市。")
        return found

    # Cases

    def _load_cases(self, data: Data) -> None:
        _refuse_unknown(self.path, data, {"group", "cases"})
        group = self._group(data["group"])
        for row in data["cases"]:
            _refuse_unknown(self.path, row, OF_CASE)
            case = Case(
                platform=self.platform,
                group=group,
                number=row.get("number", ""),
                name=row["name"],
                parent=self._case(row["parent"]) if "parent" in row else None,
                origin=row.get("origin", Case.Origin.UNKNOWN),
                origin_note=row.get("origin_note", ""),
            )
            ledger.register_case(case)
            self.cases_by_key[case.pk] = case
            self._know(case, case.name)
            for alias in row.get("aliases", []):
                _make(
                    self.path,
                    CaseAlias(
                        case=case, name=alias["name"], source=alias.get("source", "")
                    ),
                )
                self._know(case, alias["name"])
            for theme in row.get("themes", []):
                _make(self.path, CaseTheme(case=case, theme=self.themes[theme]))
            self._load_participants(case, row)
            if "origin_motion" in row:
                self.motions_awaited[row["origin_motion"]] = case

    def _load_participants(self, case: Case, row: Data) -> None:
        agencies = row.get("agencies", [])
        named = {agency["municipality"] for agency in agencies}
        people = [
            *agencies,
            *(
                {"municipality": m}
                for m in row.get("municipalities", [])
                if m not in named
            ),
        ]
        for person in people:
            municipality = self._municipality(person["municipality"])
            agency = None
            if "agency" in person:
                agency, _ = Agency.objects.get_or_create(
                    name=person["agency"], defaults={"municipality": municipality}
                )
            _make(
                self.path,
                Participant(
                    case=case,
                    municipality=municipality,
                    agency=agency,
                    is_lead=person.get("lead", False),
                ),
            )

    def _know(self, case: Case, name: str) -> None:
        other = self.cases.setdefault(fold(name), case)
        if other.pk != case.pk:
            raise RecordError(
                f"資料檔 {_short(self.path)}：「{name}」同時是 {other.number} 與"
                f" {case.number} 的名稱。"
            )

    def _case(self, name: str) -> Case:
        if fold(name) not in self.cases:
            raise RecordError(
                f"資料檔 {_short(self.path)}：找不到名為「{name}」的合作案。"
            )
        return self.cases[fold(name)]

    # Meetings

    def _load_meeting(self, data: Data) -> None:
        _refuse_unknown(self.path, data, OF_MEETING)
        self.say(str(data["title"]))
        series = self.series[data["series"]]
        held_on: date = data["held_on"]
        number, roc_year = data.get("number"), data.get("roc_year")
        meeting = _make(
            self.path,
            Meeting(
                platform=self.platform,
                series=series,
                number=number,
                roc_year=roc_year,
                slug=data.get("slug")
                or meeting_slug(
                    series, number=number, roc_year=roc_year, held_on=held_on
                ),
                title=data["title"],
                held_on=held_on,
                starts_at=_clock(data.get("starts_at")),
                ends_at=_clock(data.get("ends_at")),
                place=data.get("place", ""),
                host=self._municipality(data["host"]) if "host" in data else None,
                state=Meeting.State.HELD,
            ),
        )
        minutes = _make(
            self.path,
            Minutes(
                meeting=meeting,
                attendance_note=data.get("attendance", ""),
                source=data.get("source", ""),
            ),
        )
        self._load_chairs(meeting, data)
        self._load_sections(minutes, data)
        entries = self._load_resolutions(minutes, data)
        ledger.confirm_and_post(minutes, entries, by=self.by)
        publish(minutes, by=self.by)

    def _load_chairs(self, meeting: Meeting, data: Data) -> None:
        governments = {m.name: m for m in self.platform.members.all()}
        for order, row in enumerate(data.get("chairs", []), start=1):
            organization = row["organization"]
            municipality = next(
                (m for name, m in governments.items() if organization.startswith(name)),
                None,
            )
            _make(
                self.path,
                Chair(meeting=meeting, order=order, municipality=municipality, **row),
            )

    def _load_sections(self, minutes: Minutes, data: Data) -> None:
        for order, row in enumerate(data.get("sections", []), start=1):
            _make(self.path, Section(minutes=minutes, order=order, **row))
        for order, row in enumerate(data.get("remarks", []), start=1):
            items = row["items"]
            text = items[0] if len(items) == 1 else _numbered(items)
            _make(
                self.path,
                Remark(
                    minutes=minutes,
                    order=order,
                    speaker=row["speaker"],
                    title=row.get("title", ""),
                    text=text,
                ),
            )
        for order, row in enumerate(data.get("motions", []), start=1):
            motion = _make(
                self.path,
                Motion(
                    minutes=minutes,
                    order=order,
                    subject=row["subject"],
                    outcome=row.get("outcome", ""),
                    proposer=row.get("proposer", ""),
                ),
            )
            case = self.motions_awaited.pop(row["subject"], None)
            if case is not None:
                case.origin_motion = motion
                case.save(update_fields=["origin_motion"])
        for order, row in enumerate(data.get("attachments", []), start=1):
            _make(self.path, Attachment(minutes=minutes, order=order, **row))

    def _load_resolutions(self, minutes: Minutes, data: Data) -> list[LedgerEntry]:
        """Write resolutions and claims; return the entries they decide, unsaved."""
        self._order = 0
        for text in data.get("resolutions", []):
            self._resolution(minutes, None, text)
        for words in data.get("stated", []):
            self._claim(minutes, None, words)
        for row in data.get("announced", []):
            _make(
                self.path,
                CountClaim(
                    meeting=minutes.meeting,
                    source=CountClaim.Source.ANNOUNCEMENT,
                    **row,
                ),
            )
        listed = _ListedCases(self.platform, minutes.meeting.held_on)
        entries: list[LedgerEntry] = []
        for block in data.get("groups", []):
            _refuse_unknown(self.path, block, {"group", "points"})
            group = self._group(block["group"])
            for point in block["points"]:
                named = list(self._decisions(point, group, listed))
                decided = [entry for _, entry in named]
                if "stated" in point:
                    self._claim(minutes, group, point["stated"])
                text = point.get("text") or self._words(point, named)
                if text:
                    resolution = self._resolution(minutes, group, text)
                    for entry in decided:
                        entry.resolution = resolution
                entries += decided
        return entries

    def _resolution(
        self, minutes: Minutes, group: IssueGroup | None, text: str
    ) -> Resolution:
        self._order += 1
        resolution: Resolution = _make(
            self.path,
            Resolution(minutes=minutes, group=group, order=self._order, text=text),
        )
        return resolution

    def _claim(self, minutes: Minutes, group: IssueGroup | None, words: str) -> None:
        counts = {
            counts
            for mark, counts in (
                ("新增", CountClaim.Counts.LISTED),
                ("解列", CountClaim.Counts.DELISTED),
                ("解除列管", CountClaim.Counts.DELISTED),
                ("持續列管", CountClaim.Counts.CONTINUED),
                ("執行中", CountClaim.Counts.CONTINUED),
            )
            if mark in words
        }
        numbers = re.findall(r"(\d+)\s*案", words)
        if len(counts) != 1 or len(numbers) != 1:
            raise RecordError(f"資料檔 {_short(self.path)}：看不懂案數「{words}」。")
        _make(
            self.path,
            CountClaim(
                meeting=minutes.meeting,
                group=group,
                counts=counts.pop(),
                number=int(numbers[0]),
                words=words,
            ),
        )

    def _decisions(
        self, point: Data, group: IssueGroup, listed: _ListedCases
    ) -> Iterator[tuple[str, LedgerEntry]]:
        """Yield the entries of one point with the names written, in order."""
        unknown = set(point) - set(ACTIONS) - {"stated", "text", "note", "inferred"}
        if unknown:
            raise RecordError(
                f"資料檔 {_short(self.path)}：不認得「{'、'.join(sorted(unknown))}」。"
            )
        for action, items in point.items():
            if action not in ACTIONS:
                continue
            kind = ACTIONS[action]
            if kind is Kind.CONTINUE and items == "others":
                items = [{"key": key} for key in listed.others(group)]
            for item in items:
                row = {"case": item} if isinstance(item, str) else item
                yield from self._decide(kind, row, point, listed)

    def _decide(
        self, kind: Kind, row: Data, point: Data, listed: _ListedCases
    ) -> Iterator[tuple[str, LedgerEntry]]:
        basis = row.get("inferred") or point.get("inferred") or ""
        case = (
            self.cases_by_key[row["key"]] if "key" in row else self._case(row["case"])
        )
        entry = LedgerEntry(
            case=case,
            kind=kind,
            is_inferred=bool(basis),
            basis=basis,
            words=row.get("words", "") or point.get("note", ""),
        )
        if kind is Kind.DELIST:
            entry.reason = row.get("reason", LedgerEntry.Reason.OTHER)
            entry.words = row.get("words", "") or (
                UNSTATED if entry.reason == LedgerEntry.Reason.OTHER else ""
            )
        elif kind is Kind.RENAME:
            entry.new_name = row["to"]
            self._know(case, entry.new_name)
        elif kind is Kind.MERGE:
            entry.merged_into = self._case(row["into"])
        listed.note(entry)
        yield row.get("case", case.name), entry
        for name in row["into"] if kind is Kind.SPLIT else []:
            begun = LedgerEntry(case=self._case(name), kind=Kind.LIST, split_from=case)
            listed.note(begun)
            yield name, begun

    def _words(self, point: Data, named: Sequence[tuple[str, LedgerEntry]]) -> str:
        """Return the point in the fixed phrases; empty for what no paper words."""
        names: dict[str, list[str]] = {}
        for name, entry in named:
            names.setdefault(entry.kind, []).append(name)
        if Kind.LIST in names:
            return phrase("同意新增", names[Kind.LIST])
        if Kind.DELIST in names:
            return phrase(f"同意{self.platform.delist_word}", names[Kind.DELIST])
        if Kind.CONTINUE in names:
            stated = f"{point['stated']}。" if "stated" in point else ""
            return stated or continuing_phrase(
                len(names[Kind.CONTINUE]), are_others=point["continue"] == "others"
            )
        return ""

    # Progress

    def _load_progress(self, data: Data) -> None:
        _refuse_unknown(self.path, data, {"group", "as_of", "cases"})
        group = self._group(data["group"])
        as_of: date = data["as_of"]
        current, _ = ReportingRound.objects.get_or_create(
            platform=self.platform, as_of=as_of
        )
        for row in data["cases"]:
            _refuse_unknown(self.path, row, {"case", "progress"})
            case = self._case(row["case"])
            if case.group_id != group.pk:
                raise RecordError(
                    f"資料檔 {_short(self.path)}：「{row['case']}」是"
                    f" {case.number}，不屬於{group}。"
                )
            for part in row["progress"]:
                name = part.get("municipality")
                _make(
                    self.path,
                    ProgressUpdate(
                        case=case,
                        round=current,
                        municipality=self._municipality(name) if name else None,
                        text=part["text"].strip(),
                        state=ProgressUpdate.State.ACCEPTED,
                    ),
                )


class _ListedCases:
    """Which cases a meeting has still to continue, as its points are read."""

    def __init__(self, platform: Platform, day: date) -> None:
        rows = (
            Case.objects.filter(platform=platform)
            .listed_on(day)
            .in_order()
            .values_list("pk", "group_id")
        )
        self._group_of: dict[int, int] = dict(rows)

    def note(self, entry: LedgerEntry) -> None:
        """Take account of a decision made earlier in the meeting."""
        if entry.kind == Kind.CARRY_IN:
            self._group_of[entry.case_id] = entry.case.group_id
        elif entry.kind in {
            Kind.CONTINUE,
            Kind.DELIST,
            Kind.MERGE,
            Kind.SPLIT,
        }:
            self._group_of.pop(entry.case_id, None)

    def others(self, group: IssueGroup) -> list[int]:
        """Return the keys of the group's cases nothing else was decided about."""
        return [pk for pk, group_id in self._group_of.items() if group_id == group.pk]


def _clock(text: Any) -> time | None:
    """Return the time; unquoted, YAML reads 14:30 as a number of minutes."""
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValidationError(
            f'看不懂時間「{text}」，請連同引號寫成 "14:30"。'
        ) from None


def _numbered(items: Sequence[str]) -> str:
    return "\n".join(
        f"{to_chinese(number)}、{item}" for number, item in enumerate(items, start=1)
    )
