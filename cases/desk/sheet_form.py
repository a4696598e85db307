"""What a clerk enters on a group's sheet: read, judged, laid down as drafts.

A sheet's content is what its rows say, by the row's key: a case number, or ``new:``
and the name of a case that begins at the meeting. Two contents are equal when the
decisions are, whatever keys their drafts have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.desk.forms import LONGEST, tidy_line, tidy_text
from cases.desk.sheet import BEGINNINGS, Row, Sheet
from cases.models import Case, DraftDecision, LedgerEntry, Proposal
from meetings.models import Minutes, Municipality
from platform_site.lib.numbering import read_outline
from platform_site.lib.text import fold

Kind = LedgerEntry.Kind
Content = dict[str, dict[str, Any]]

NEW = "new:"
LONGEST_NAME = 200
_NEW_FIELD = re.compile(r"new-([0-9]{1,18})-name")
_CASE_FIELD = re.compile(r"([A-Z]{2,4}-[0-9]{3,6})-kind")
_QUOTED = re.compile(r"「([^「」]+)」")
_BETWEEN = re.compile(
    r"(?:[^「」]{0,12}[0-9]+\s*案(?:[：:]|\s)?)?[、，及與和等;；。\s]*(?:等[0-9]+案。?)?"
)


@dataclass(frozen=True)
class Targets:
    """The cases another one may be merged into or that may come back to the list.

    ``listed`` and ``delisted`` give the name by the case, ``members`` the
    municipalities that may lead a new case.
    """

    listed: Mapping[Case, str]
    delisted: Mapping[Case, str]
    members: Mapping[str, Municipality]


@dataclass
class SheetInput:
    """A sheet as it was sent: what its rows say, and what is wrong with them.

    ``keys`` are the drafts that rows of new cases say they came from.
    """

    content: Content = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    field_of: dict[str, str] = field(default_factory=dict)


def stored_content(sheet: Sheet) -> Content:
    """Return what the sheet's drafts say."""
    return {key: _said(row) for row in sheet.rows if (key := _key(row)) and row.draft}


def _key(row: Row) -> str:
    """Return the row's key; none for what begins by a split, which the split says."""
    if row.draft is not None and row.draft.split_from_id is not None:
        return ""
    if row.agenda is None and row.draft is not None and row.draft.case_id is None:
        return NEW + fold(row.name)
    return row.key


def _said(row: Row) -> dict[str, Any]:
    draft = row.draft
    assert draft is not None
    said: dict[str, Any] = {"kind": draft.kind, "words": draft.words}
    if row.agenda is None:
        if draft.case_id is None:
            said["name"] = draft.name
            said["lead"] = draft.lead.slug if draft.lead else ""
            said["reason"] = draft.reason
        return said
    into = draft.merged_into.number if draft.merged_into else ""
    if draft.merged_into_new is not None:
        into = NEW + fold(draft.merged_into_new.name)
    return said | {
        "reason": draft.reason,
        "new_name": draft.new_name,
        "into": into,
        "split": "\n".join(each.name for each in row.begun),
    }


# Reading -------------------------------------------------------------------------


def read_sheet(
    data: Mapping[str, Any], sheet: Sheet, targets: Targets, new_names: Iterable[str]
) -> SheetInput:
    """Read what was sent for ``sheet``; what stands in it already is not needed.

    ``new_names`` are the names of cases that begin elsewhere at the meeting.
    """
    sent = SheetInput()
    _read_new(data, sheet, targets, sent)
    targets_by_name = _by_name(targets, sheet, [*new_names, *_new_names(sent)])
    for key, pk in sent.keys.items():
        # A new case may be renamed in the very form that refers to it.
        for row in sheet.rows:
            if row.draft is not None and row.draft.pk == pk:
                targets_by_name.setdefault(fold(row.name), key)
    for row in sheet.rows:
        if row.agenda is not None:
            _read_row(data, row, targets_by_name, sent)
    _read_relisted(data, sheet, targets, sent)
    return sent


def _new_names(sent: SheetInput) -> list[str]:
    return [said["name"] for said in sent.content.values() if "name" in said]


def _by_name(targets: Targets, sheet: Sheet, new: Iterable[str]) -> dict[str, str]:
    """Return the keys of what may be merged into, by number, name and both."""
    found = {fold(name): NEW + fold(name) for name in new}
    for case, name in targets.listed.items():
        for written in (case.number, name, f"{case.number}{name}"):
            found[fold(written)] = case.number
    if not sheet.meeting.series.is_deciding:
        for row in sheet.rows:
            if row.agenda is not None:
                for written in (row.key, row.name, f"{row.key}{row.name}"):
                    found.setdefault(fold(written), row.key)
    return found


def _read_row(
    data: Mapping[str, Any], row: Row, targets: Mapping[str, str], sent: SheetInput
) -> None:
    key = row.key
    kind = str(data.get(f"{key}-kind", ""))
    said = {
        "kind": kind,
        "reason": str(data.get(f"{key}-reason", "")),
        "words": _words(data, key, sent),
        "new_name": _name(data, f"{key}-new_name", sent),
        "into": "",
        "split": "\n".join(
            _names(str(data.get(f"{key}-split", "")), f"{key}-split", sent)
        )
        if kind == Kind.SPLIT
        else "",
    }
    if kind not in ("", *row.choices):
        sent.errors[f"{key}-kind"] = "這個合作案不能作此決定，請重新選擇。"
    if said["reason"] not in ("", *LedgerEntry.Reason.values):
        sent.errors[f"{key}-reason"] = "沒有這種解列原因，請重新選擇。"
    into = tidy_line(str(data.get(f"{key}-into", "")))
    if into and kind == Kind.MERGE:
        target = targets.get(fold(into), "")
        if not target:
            sent.errors[f"{key}-into"] = (
                f"找不到「{into[:60]}」，請填列管中的案號、名稱或本次新案名稱。"
            )
        elif target == key:
            sent.errors[f"{key}-into"] = "合作案不能併入自己。"
        said["into"] = target
    if kind:
        sent.content[key] = said


def _read_new(
    data: Mapping[str, Any], sheet: Sheet, targets: Targets, sent: SheetInput
) -> None:
    """Read the rows of cases that begin here, then the names typed to be added."""
    decides = sheet.meeting.series.is_deciding
    for sent_as in data:
        found = _NEW_FIELD.fullmatch(str(sent_as))
        if found is None or data.get(f"new-{found[1]}-drop"):
            continue
        prefix = f"new-{found[1]}"
        name = _name(data, f"{prefix}-name", sent)
        if not name:
            sent.errors[f"{prefix}-name"] = "請填寫新案名稱；不要這一案時請勾選移除。"
        key = NEW + fold(name)
        if key in sent.content:
            sent.errors[f"{prefix}-name"] = "這個名稱已列在本次新案中。"
        kind = str(data.get(f"{prefix}-kind", ""))
        if kind not in BEGINNINGS[decides]:
            sent.errors[f"{prefix}-kind"] = "新案不能作此決定，請重新選擇。"
        reason = str(data.get(f"{prefix}-reason", ""))
        if reason not in ("", *LedgerEntry.Reason.values):
            sent.errors[f"{prefix}-reason"] = "沒有這種解列原因，請重新選擇。"
        lead = str(data.get(f"{prefix}-lead", ""))
        if lead and lead not in targets.members:
            sent.errors[f"{prefix}-lead"] = "請選擇平臺的成員縣市。"
        sent.content[key] = {
            "kind": kind,
            "words": _words(data, prefix, sent),
            "name": name,
            "lead": lead,
            "reason": reason,
        }
        sent.keys[key] = int(found[1])
        sent.field_of[key] = prefix


def _read_relisted(
    data: Mapping[str, Any], sheet: Sheet, targets: Targets, sent: SheetInput
) -> None:
    """Read the rows of cases that come back to the list."""
    relistable = {case.number for case in targets.delisted}
    on_agenda = {row.key for row in sheet.rows if row.agenda is not None}
    for sent_as in data:
        found = _CASE_FIELD.fullmatch(str(sent_as))
        if found is None or found[1] in on_agenda or data.get(f"{found[1]}-drop"):
            continue
        key = found[1]
        if key not in relistable or data.get(str(sent_as)) != Kind.RELIST:
            sent.errors[f"{key}-kind"] = "只有已解列的合作案可以重新列管。"
            continue
        sent.content[key] = {"kind": Kind.RELIST, "words": _words(data, key, sent)}


def _words(data: Mapping[str, Any], prefix: str, sent: SheetInput) -> str:
    words = tidy_text(str(data.get(f"{prefix}-words", "")))
    if len(words) > LONGEST:
        sent.errors[f"{prefix}-words"] = (
            f"說明最多 {LONGEST} 字，目前有 {len(words)} 字。"
        )
    return words


def _name(data: Mapping[str, Any], name: str, sent: SheetInput) -> str:
    typed = tidy_line(str(data.get(name, "")))
    if len(typed) > LONGEST_NAME:
        sent.errors[name] = f"名稱最多 {LONGEST_NAME} 字，目前有 {len(typed)} 字。"
    return typed


def _names(text: str, name: str, sent: SheetInput) -> list[str]:
    names = typed_names(text)
    if any(len(each) > LONGEST_NAME for each in names):
        sent.errors[name] = f"名稱最多 {LONGEST_NAME} 字，請一行一案。"
    if len({fold(each) for each in names}) < len(names):
        sent.errors[name] = "有重複的名稱。"
    return names


def typed_names(text: str) -> list[str]:
    """Return the names typed or pasted, one a line, without their numbers.

    A phrase of a paper gives the names it quotes: 同意新增2案：「甲」及「乙」。
    """
    names: list[str] = []
    for line in read_outline(tidy_text(text)):
        quoted = _QUOTED.findall(line.text)
        between = _QUOTED.split(line.text)[::2]
        if quoted and all(_BETWEEN.fullmatch(each) for each in between):
            names += [name.replace("『", "「").replace("』", "」") for name in quoted]
        else:
            names.append(line.text)
    return [tidied for name in names if (tidied := tidy_line(name))]


# What the buttons do -------------------------------------------------------------


def add_names(
    data: Mapping[str, Any], sheet: Sheet, targets: Targets, sent: SheetInput
) -> None:
    """Add the names typed below the rows, and the case that is to come back."""
    names = _names(str(data.get("add_names", "")), "add_names", sent)
    allowed = BEGINNINGS[sheet.meeting.series.is_deciding]
    kind = str(data.get("add_kind", "")) or allowed[0]
    if kind not in allowed:
        sent.errors["add_kind"] = "新案不能作此決定，請重新選擇。"
    for name in names:
        key = NEW + fold(name)
        if key in sent.content:
            continue
        sent.content[key] = {
            "kind": kind,
            "words": "",
            "name": name,
            "lead": "",
            "reason": "",
        }
    typed = tidy_line(str(data.get("relist", "")))
    if typed:
        back = {
            fold(written): case.number
            for case, name in targets.delisted.items()
            for written in (case.number, name, f"{case.number}{name}")
        }
        number = back.get(fold(typed))
        if number is None:
            sent.errors["relist"] = (
                f"找不到「{typed[:60]}」，請填本組已解列的案號或名稱。"
            )
        else:
            sent.content.setdefault(number, {"kind": Kind.RELIST, "words": ""})


def take_up(proposal: Proposal, sheet: Sheet, sent: SheetInput) -> None:
    """Take a proposal down as taken up, the kind of which the clerk may change."""
    decides = sheet.meeting.series.is_deciding
    said = sent.content.setdefault(
        NEW + fold(proposal.title),
        {
            "kind": Kind.LIST if decides else Kind.AGREE,
            "words": "",
            "name": proposal.title,
            "lead": proposal.municipality.slug,
            "reason": "",
        },
    )
    said["proposal"] = proposal.pk


def decide_rest(sheet: Sheet, sent: SheetInput, *, listed: bool, kind: Kind) -> None:
    """Decide ``kind`` for all rows without a choice, the tracked ones or the others."""
    for row in sheet.rows:
        if row.agenda is None or row.is_listed != listed or kind not in row.choices:
            continue
        sent.content.setdefault(
            row.key,
            {
                "kind": kind,
                "reason": "",
                "words": "",
                "new_name": "",
                "into": "",
                "split": "",
            },
        )


# Laying down ---------------------------------------------------------------------


def lay_down(
    minutes: Minutes, sheet: Sheet, targets: Targets, sent: SheetInput
) -> None:
    """Make the group's drafts what ``sent`` says, in a fixed number of queries."""
    wanted = list(_wanted(minutes, sheet, targets, sent))
    kept = {draft.pk for draft, _ in wanted if draft.pk is not None}
    gone = [
        row.draft.pk
        for row in sheet.rows
        if row.draft is not None and row.draft.pk not in kept
    ]
    if gone:
        DraftDecision.objects.filter(pk__in=gone).delete()
    changed = [draft for draft, fields in wanted if draft.pk is not None and fields]
    DraftDecision.objects.bulk_update(
        changed,
        [
            "order",
            "name",
            "lead",
            "proposal",
            "kind",
            "reason",
            "words",
            "new_name",
            "merged_into",
        ],
    )
    begun = [draft for draft, _ in wanted if draft.pk is None]
    DraftDecision.objects.bulk_create(begun)
    _point_at_new(minutes, [draft for draft, _ in wanted], sent)


def _wanted(
    minutes: Minutes, sheet: Sheet, targets: Targets, sent: SheetInput
) -> Iterator[tuple[DraftDecision, bool]]:
    """Give every draft there should be, and whether it differs from what stands."""
    by_key = {_key(row): row for row in sheet.rows if _key(row)}
    by_pk = {row.draft.pk: row for row in sheet.rows if row.draft is not None}
    by_number = {case.number: case for case in (*targets.listed, *targets.delisted)}
    by_number |= {
        row.agenda.case.number: row.agenda.case for row in sheet.rows if row.agenda
    }
    taken: set[int] = set()
    order = 0
    for key, said in sent.content.items():
        row = by_key.get(key)
        if key in sent.keys and sent.keys[key] in by_pk:
            row = by_pk[sent.keys[key]]
        draft = row.draft if row is not None else None
        if draft is None or draft.pk in taken:
            draft = DraftDecision(minutes=minutes, group=sheet.group)
            if not key.startswith(NEW):
                draft.case = by_number[key]
        else:
            taken.add(draft.pk)
        on_agenda = row is not None and row.agenda is not None
        order += not on_agenda
        into = said.get("into", "")
        lead = targets.members.get(said.get("lead", ""))
        yield (
            draft,
            _set(
                draft,
                order=order,
                name=said.get("name", ""),
                lead_id=lead.pk if lead else None,
                proposal_id=said.get("proposal", draft.proposal_id),
                kind=said["kind"],
                reason=said.get("reason", ""),
                words=said["words"],
                new_name=said.get("new_name", ""),
                merged_into_id=by_number[into].pk
                if into and not into.startswith(NEW)
                else None,
            ),
        )
        if row is not None and row.agenda is not None:
            yield from _split(minutes, sheet, row, said)


def _split(
    minutes: Minutes, sheet: Sheet, row: Row, said: Mapping[str, Any]
) -> Iterator[tuple[DraftDecision, bool]]:
    assert row.agenda is not None
    for order, name in enumerate(said.get("split", "").splitlines()):
        if order < len(row.begun):
            draft = row.begun[order]
        else:
            draft = DraftDecision(
                minutes=minutes, group=sheet.group, split_from=row.agenda.case
            )
        yield draft, _set(draft, order=order, name=name, kind=Kind.LIST)


def _set(draft: DraftDecision, **fields: Any) -> bool:
    """Set the fields; return whether one of them was different."""
    differs = False
    for name, value in fields.items():
        if getattr(draft, name) != value:
            setattr(draft, name, value)
            differs = True
    return differs


def _point_at_new(
    minutes: Minutes, drafts: Iterable[DraftDecision], sent: SheetInput
) -> None:
    """Let the drafts of merged cases point at the new cases they name."""
    into_new = {
        key: said["into"]
        for key, said in sent.content.items()
        if said.get("into", "").startswith(NEW)
    }
    merged = [draft for draft in drafts if draft.case_id is not None]
    if not into_new and not any(draft.merged_into_new_id for draft in merged):
        return
    new = {
        NEW + fold(name): pk
        for pk, name in DraftDecision.objects.filter(
            minutes=minutes, case__isnull=True
        ).values_list("pk", "name")
    }
    changed = []
    for draft in merged:
        assert draft.case is not None
        target = new.get(into_new.get(draft.case.number, ""))
        if _set(draft, merged_into_new_id=target):
            changed.append(draft)
    DraftDecision.objects.bulk_update(changed, ["merged_into_new"])
