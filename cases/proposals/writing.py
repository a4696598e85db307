"""What contacts do with their proposals; the secretariat may do it for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.models import Proposal, ProposalContact
from cases.models.proposals import OPEN, PENDING
from cases.proposals.beginning import member_keys
from cases.proposals.holding import (
    Kind,
    State,
    hold_to_judge,
    hold_to_write,
    is_repeated,
    move,
    refuse_state,
    refuse_version,
    tidy,
)
from meetings.models import Agency, IssueGroup, Meeting, Municipality


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to ask."""

    unit: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the form says; of all members when ``partners`` is None."""

    group: IssueGroup
    municipality: Municipality
    agency: Agency | None = None
    title: str = ""
    division: str = ""
    types: Sequence[str] = ()
    type_words: str = ""
    partners: Sequence[int] | None = None
    explanation: str = ""
    actions: str = ""
    benefits: str = ""
    ministries: Sequence[str] = ()
    contact: Person = field(default_factory=Person)


def write(proposal: Proposal, form: Form) -> set[str]:
    """Put what ``form`` says into the proposal, unsaved; return which fields changed.

    Boxes stand in the order of the platform's form, whatever order they came in.
    """
    members = member_keys(proposal.platform)
    codes = proposal.platform.proposal_types.order_by("order", "pk")
    known = list(codes.values_list("code", flat=True))
    partners = members if form.partners is None else form.partners
    said: dict[str, Any] = {
        "group": form.group,
        "municipality": form.municipality,
        "agency": form.agency,
        "title": " ".join(tidy(form.title).split()),
        "division": form.division.strip(),
        "types": sorted(set(form.types), key=_place(known)),
        "type_words": form.type_words.strip(),
        "is_all_members": form.partners is None,
        "partners": sorted(set(partners), key=_place(members)),
        "explanation": tidy(form.explanation),
        "actions": tidy(form.actions),
        "benefits": tidy(form.benefits),
        "ministries": list(
            dict.fromkeys(filter(None, map(str.strip, form.ministries)))
        ),
    }
    changed = {name for name in said if getattr(proposal, name) != said[name]}
    for name in changed:
        setattr(proposal, name, said[name])
    return changed


def _place(order: Sequence[Any]) -> Any:
    return lambda each: (order.index(each) if each in order else len(order), each)


def set_contact(proposal: Proposal, person: Person) -> bool:
    """Keep whom to ask, and return whether that is somebody else than before."""
    said = {name: value.strip() for name, value in asdict(person).items()}
    kept = ProposalContact.objects.filter(proposal=proposal).first()
    before = kept or ProposalContact(proposal=proposal)
    if all(getattr(before, name) == value for name, value in said.items()):
        return False
    for name, value in said.items():
        setattr(before, name, value)
    before.full_clean(validate_unique=False)
    before.save()
    return True


@transaction.atomic
def save(
    proposal: Proposal,
    form: Form,
    *,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
) -> Proposal:
    """Save a draft, or what is mended in a returned form."""
    day = timezone.localdate(at)
    found = hold_to_write(proposal, by=by, day=day)
    changed = write(found, form)
    is_other_person = set_contact(found, form.contact)
    if not (changed or is_other_person):
        return found
    if found.version != version:
        # As it stands, not as this form would have it.
        found.refresh_from_db()
        refuse_version(found, version)
    refuse_state(found, OPEN, "直接修改")
    found.full_clean(exclude=["serial"])
    found.version += 1
    found.saved_by_id, found.saved_at = by.pk, at
    found.save(update_fields=[*changed, "version", "saved_by", "saved_at"])
    if not Proposal.objects.written_by(by, day).filter(pk=found.pk).exists():
        raise ValidationError("提案縣市、局處與小組須是您負責的。")
    return found


@transaction.atomic
def submit(
    proposal: Proposal, *, version: int, by: AbstractBaseUser, at: datetime
) -> Proposal:
    """Hand a proposal in, for the next meeting of its group."""
    found = hold_to_write(proposal, by=by, day=timezone.localdate(at))
    if is_repeated(found, Kind.SUBMITTED, version=version, by=by):
        return found
    refuse_version(found, version)
    refuse_state(found, OPEN, "送出")
    lacking = dict(lacks(found))
    if lacking:
        raise ValidationError({name: [said] for name, said in lacking.items()})
    return move(found, Kind.SUBMITTED, by=by, changes={"state": State.SUBMITTED})


def lacks(proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Give what the form still lacks before it is handed in, by field."""
    for name, said in (
        ("title", "請填寫合作提案的名稱。"),
        ("explanation", "請填寫說明。"),
        ("actions", "請填寫具體作法。"),
        ("benefits", "請填寫合作效益。"),
    ):
        if not getattr(proposal, name):
            yield name, said
    if not (proposal.agency_id or proposal.division):
        yield "agency", "請選擇提案局處，或填寫科室。"
    if not proposal.partners:
        yield "partners", "請勾選合作縣市。"
    offered = proposal.platform.proposal_types.filter(is_offered=True)
    if not proposal.types and offered.exists():
        yield "types", "請勾選提案類型，可複選。"
    contact = ProposalContact.objects.filter(proposal=proposal).first()
    if contact is None or not (contact.name or contact.unit):
        yield "contact_name", "請填寫聯絡窗口的單位或姓名。"
    if contact is None or not (contact.phone or contact.email):
        yield "contact_phone", "請填寫聯絡窗口的電話或電子郵件。"


@transaction.atomic
def recall(
    proposal: Proposal, *, version: int, by: AbstractBaseUser, at: datetime
) -> Proposal:
    """Take back what no meeting has discussed yet, to be written on."""
    found = hold_to_write(proposal, by=by, day=timezone.localdate(at))
    if is_repeated(found, Kind.RECALLED, version=version, by=by):
        return found
    refuse_version(found, version)
    refuse_state(found, (State.SUBMITTED,), "撤回修改")
    refuse_on_agenda(found)
    return move(found, Kind.RECALLED, by=by, changes={"state": State.DRAFT})


@transaction.atomic
def send_back(
    proposal: Proposal,
    *,
    words: str,
    version: int,
    by: AbstractBaseUser,
    meeting: Meeting | None = None,
) -> Proposal:
    """Send a proposal back to be mended, of the secretariat's own or as a meeting asked."""
    found = hold_to_judge(proposal, by=by)
    words = tidy(words)
    step: dict[str, Any] = {"by": by, "words": words, "meeting": meeting}
    if is_repeated(found, Kind.RETURNED, version=version, **step):
        return found
    refuse_version(found, version)
    if not words:
        raise ValidationError({"words": ["請寫明要修正的事項。"]})
    refuse_state(found, PENDING, "退回修正")
    refuse_on_agenda(found)
    return move(found, Kind.RETURNED, **step, changes={"state": State.RETURNED})


@transaction.atomic
def withdraw(
    proposal: Proposal,
    *,
    words: str,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    meeting: Meeting | None = None,
) -> Proposal:
    """End a proposal before a meeting took it up; afterwards only a meeting may."""
    found = hold_to_write(proposal, by=by, day=timezone.localdate(at))
    words = tidy(words)
    step: dict[str, Any] = {"by": by, "words": words, "meeting": meeting}
    if is_repeated(found, Kind.WITHDRAWN, version=version, **step):
        return found
    refuse_version(found, version)
    if not words:
        raise ValidationError({"words": ["請寫明撤案的原因。"]})
    refuse_state(found, (*OPEN, *PENDING), "撤案")
    refuse_on_agenda(found)
    return move(found, Kind.WITHDRAWN, **step, changes={"state": State.WITHDRAWN})


def refuse_on_agenda(proposal: Proposal) -> None:
    """Raise ValidationError while draft minutes hold a decision about the proposal."""
    draft = proposal.drafts.select_related("minutes__meeting").first()
    if draft is not None:
        raise ValidationError(
            f"這份提案單已列入{draft.minutes.meeting.title}的紀錄，請先自該次會議移除。"
        )
