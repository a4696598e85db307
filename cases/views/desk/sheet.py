"""The sheet of one group, in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from cases.desk.agenda import Agenda, agenda_of, names_of_listed
from cases.desk.sheet import BEGINNINGS, Row, Sheet, sheets_of, tally_of
from cases.desk.sheet_form import (
    NEW,
    SheetInput,
    Targets,
    add_names,
    decide_rest,
    lay_down,
    read_sheet,
    stored_content,
    take_up,
)
from cases.models import Case, DraftDecision, LedgerEntry, Proposal, Standing
from cases.proposals import awaiting
from cases.views.desk.access import desk_view, draft_minutes, kept_meeting
from cases.views.desk.parts import Content, Part, edit
from platform_site.lib.text import fold

Kind = LedgerEntry.Kind


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def group_sheet(
    request: HttpRequest, platform: str, meeting: str, group: str
) -> HttpResponseBase:
    """Show or save what a meeting decides about the cases of a group."""
    found = kept_meeting(request, platform, meeting)
    part = SheetPart(request, found, draft_minutes(found))
    part.group_slug = group
    return edit(part)


@dataclass(frozen=True)
class Choice:
    """A choice of a row: its code, its words, and whether it is taken."""

    value: str
    label: str
    is_taken: bool


@dataclass(frozen=True)
class ShownRow:
    """A row as it is drawn: what was sent where something was, else what stands."""

    row: Row | None
    key: str
    name: str
    said: Mapping[str, Any]
    choices: list[Choice]
    into: str


class SheetPart(Part):
    """What a meeting decides about the cases of one group."""

    template = "desk/sheet.html"
    live_template = "desk/_sheet_live.html"
    group_slug = ""

    @property
    def slug(self) -> str:  # type: ignore[override]  # follows from the group
        """Name the part for its versions."""
        return f"group:{self.group_slug}"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Return the group's name."""
        return self.sheet.group.name

    def again(self) -> SheetPart:
        """Return the part as it stands after saving."""
        fresh = SheetPart(self.request, self.meeting, self.minutes)
        fresh.group_slug = self.group_slug
        fresh.agenda = self.agenda
        return fresh

    @cached_property
    def agenda(self) -> Agenda:
        """The meeting's agenda; the same before and after saving."""
        return agenda_of(self.meeting)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets of all groups, for the tally of the meeting."""
        return sheets_of(self.minutes, self.agenda)

    @property
    def sheet(self) -> Sheet:
        """The sheet of this group."""
        for sheet in self.sheets:
            if sheet.group.slug == self.group_slug:
                return sheet
        raise Http404("這次會議沒有這個議題小組。")

    @cached_property
    def awaiting(self) -> list[Proposal]:
        """The forms of the group that may be taken down here."""
        return list(awaiting(self.sheet.group))

    @cached_property
    def targets(self) -> Targets:
        """What rows may refer to."""
        delisted = (
            Case.objects.as_of(self.meeting.held_on)
            .filter(Q(standing=Standing.Code.DELISTED), group=self.sheet.group)
            .in_order()
        )
        return Targets(
            listed=dict(names_of_listed(self.meeting)),
            delisted={case: case.current_name for case in delisted}
            if self.meeting.series.is_deciding
            else {},
            members={
                each.slug: each
                for each in self.meeting.platform.members.order_by("order")
            },
        )

    def stored(self) -> Content:
        """Return what the drafts say."""
        return stored_content(self.again().sheet)

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the rows, then do what the button says."""
        elsewhere = DraftDecision.objects.filter(
            minutes=self.minutes, case__isnull=True
        ).exclude(group=self.sheet.group)
        sent = read_sheet(
            data, self.sheet, self.targets, elsewhere.values_list("name", flat=True)
        )
        # The script saves on the way; half a name in the box is no case yet.
        if do != "autosave":
            add_names(data, self.sheet, self.targets, sent)
        decides = self.meeting.series.is_deciding
        if do == "continue_rest":
            decide_rest(self.sheet, sent, listed=True, kind=Kind.CONTINUE)
        elif do == "agree_all":
            kind = Kind.LIST if decides else Kind.AGREE
            decide_rest(self.sheet, sent, listed=False, kind=kind)
        elif do.startswith("take-"):
            for proposal in self.awaiting:
                if f"take-{proposal.key}" == do:
                    take_up(proposal, self.sheet, sent)
        self.sent = sent
        self.content = sent.content
        self.errors = sent.errors

    def save(self, content: Content) -> None:
        """Lay the content down as drafts."""
        # Read again, now that nobody else writes.
        fresh = self.again()
        kept = SheetInput(content=content, keys=self.sent.keys)
        lay_down(self.minutes, fresh.sheet, self.targets, kept)

    def lacks(self) -> dict[str, str]:
        """Return what decisions still lack, by the field it is asked in."""
        return {
            f"{row.key}-{field}": sentence
            for row in self.sheet.incomplete
            for field, sentence in row.missing.items()
        }

    def live(self) -> dict[str, Any]:
        """Return the counts and phrases as they stand."""
        sheet = self.sheet
        return {
            "sheet": sheet,
            "tally": sheet.tally,
            "points": sheet.points,
            "all": tally_of(self.sheets),
            "decides": self.meeting.series.is_deciding,
            "delist_word": self.meeting.platform.delist_word,
        }

    def context(self) -> dict[str, Any]:
        """Return the rows, and what their fields offer."""
        sheet = self.sheet
        content = self.content or stored_content(sheet)
        rows = [self._shown(row, content) for row in sheet.rows if row.agenda]
        return {
            "listed": [each for each in rows if each.row and each.row.is_listed],
            "proposed": [each for each in rows if each.row and not each.row.is_listed],
            "begun": self._begun(sheet, content),
            "targets": self.targets,
            "awaiting": self.awaiting,
            "reasons": LedgerEntry.Reason.choices,
            "beginnings": [
                (kind, self._label(kind, begins=True)) for kind in self._beginnings()
            ],
            "add_names": self.request.POST.get("add_names", "") if self.errors else "",
            "relist": self.request.POST.get("relist", "") if self.errors else "",
            "add_kind": self.request.POST.get("add_kind", ""),
            "next": self._next(),
        }

    def _next(self) -> Any:
        groups = [each.group for each in self.agenda.groups]
        at = [group.slug for group in groups].index(self.group_slug)
        return groups[at + 1] if at + 1 < len(groups) else None

    def _beginnings(self) -> list[Kind]:
        return list(BEGINNINGS[self.meeting.series.is_deciding])

    def _label(self, kind: Kind, *, begins: bool = False) -> str:
        word = self.meeting.platform.delist_word
        if begins and kind == Kind.DELIST:
            return f"補登並{word}"
        return {
            Kind.DELIST: word,
            Kind.PROPOSE_DELIST: f"提請{word}",
            Kind.CARRY_IN: "補登列管",
        }.get(kind, kind.label)

    def _shown(self, row: Row, content: Content) -> ShownRow:
        said = content.get(row.key) or self._unsaid(row.key)
        return ShownRow(
            row,
            row.key,
            row.name,
            said,
            [
                Choice(kind, self._label(kind), kind == said.get("kind"))
                for kind in row.choices
            ],
            self._into(said.get("into", ""), row.key),
        )

    def _unsaid(self, key: str) -> Mapping[str, Any]:
        """Return what was typed into a row without a choice, so that it stays."""
        return {
            name: self.request.POST.get(f"{key}-{name}", "")
            for name in ("reason", "words", "new_name", "split")
        }

    def _into(self, key: str, of: str) -> str:
        sent = self.request.POST.get(f"{of}-into", "")
        if not key or sent:
            return sent
        if key.startswith(NEW):
            for sheet in self.sheets:
                for draft in sheet.drafts:
                    if draft.case_id is None and NEW + fold(draft.name) == key:
                        return draft.name
        for case, name in self.targets.listed.items():
            if case.number == key:
                return f"{case.number} {name}"
        return key

    def _begun(self, sheet: Sheet, content: Content) -> list[ShownRow]:
        """Return the rows of cases that no agenda holds, as they stand or were sent."""
        rows = []
        on_agenda = {row.key for row in sheet.rows if row.agenda}
        keys = {
            NEW + fold(row.name): row.key
            for row in sheet.rows
            if row.agenda is None and row.draft and row.draft.case_id is None
        }
        called = {case.number: name for case, name in self.targets.delisted.items()}
        sent = getattr(self, "sent", SheetInput())
        for order, (key, said) in enumerate(content.items(), start=1):
            if key in on_agenda:
                continue
            is_new = key.startswith(NEW)
            field = key
            if is_new:
                # A name sent but not saved has no draft to be called by.
                field = (
                    sent.field_of.get(key) or keys.get(key) or f"new-{10**12 + order}"
                )
            kinds = self._beginnings() if is_new else [Kind.RELIST]
            rows.append(
                ShownRow(
                    None,
                    field,
                    said["name"] if is_new else called.get(key, key),
                    said,
                    [
                        Choice(
                            kind, self._label(kind, begins=True), kind == said["kind"]
                        )
                        for kind in kinds
                    ],
                    "",
                )
            )
        return rows

    def label(self, key: str) -> str:
        """Return the case's number and name."""
        if key.startswith(NEW):
            said = self.content.get(key) or self.stored().get(key) or {}
            return f"新案「{said.get('name', '')}」"
        for row in self.sheet.rows:
            if row.key == key:
                return f"{key} {row.name}"
        return key

    def words(self, said: Mapping[str, Any]) -> str:
        """Return the decision in words."""
        lines = [self._label(Kind(said["kind"]), begins="name" in said)]
        if said.get("reason"):
            lines.append(f"原因：{LedgerEntry.Reason(said['reason']).label}")
        for name, label in (
            ("new_name", "新名稱："),
            ("into", "併入："),
            ("split", "分為："),
            ("lead", "主辦："),
            ("words", ""),
        ):
            if said.get(name):
                lines.append(f"{label}{str(said[name]).removeprefix(NEW)}")
        return "\n".join(lines)
