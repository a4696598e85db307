"""合作提案單 as a paper: the form as a dataset first, which handbooks print too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from cases.models import Proposal, ProposalContact, ProposalType
from meetings.minutes.paper_lines import width
from meetings.models import Municipality, Platform
from platform_site.lib.document import Block, Document, Paragraph, Style, Table
from platform_site.lib.numbering import place, to_chinese
from platform_site.lib.pdf import STATIC_FOLDER

TICKED, UNTICKED = "■", "□"
ACROSS = 4  # boxes of municipalities in a line
STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "proposal_form.css",
)


@dataclass(frozen=True)
class Box:
    """A box of the form, with its words."""

    label: str
    is_ticked: bool

    @property
    def sign(self) -> str:
        """The box as it is printed."""
        return TICKED if self.is_ticked else UNTICKED

    def __str__(self) -> str:
        return f"{self.sign}{self.label}"


@dataclass(frozen=True)
class Text:
    """A box of the form that holds outlined text."""

    label: str
    text: str


@dataclass(frozen=True)
class ProposalSheet:
    """One form as it is printed; ``contact`` is empty where it is not to be told."""

    heading: str  # 112年「北臺區域發展推動委員會」
    subheading: str  # 「文化教育組-文化組」合作提案單
    title: str
    proposer: str
    types: Sequence[Box]
    scope: Sequence[Box]  # all or some municipalities
    partners: Sequence[Box]
    texts: Sequence[Text]
    ministries: str
    contact: str

    @property
    def ticked_types(self) -> list[str]:
        """The types it is of, in words."""
        return [box.label for box in self.types if box.is_ticked]

    @property
    def ticked_partners(self) -> list[str]:
        """Who takes part, in words: all of the members, or some by name."""
        whole = [box.label for box in self.scope[:1] if box.is_ticked]
        return whole or [box.label for box in self.partners if box.is_ticked]


def proposal_sheet(
    proposal: Proposal,
    *,
    cities: Sequence[Municipality],
    types: Sequence[ProposalType],
    contact: ProposalContact | None = None,
) -> ProposalSheet:
    """Return the form of a proposal.

    ``cities`` are the members it names or might name, ``types`` the boxes of its
    platform, both read once for many forms.
    """
    group = proposal.group
    sub = f"{group.parent.name}-{group.name}" if group.parent else group.name
    # Who has joined since is no box of an old form that named all there were.
    named = set(proposal.partners)
    shown = [each for each in cities if not proposal.is_all_members or each.pk in named]
    return ProposalSheet(
        heading=f"{proposal.roc_year}年「{proposal.platform.name}」",
        subheading=f"「{sub}」{proposal.platform.form_name}",
        title=proposal.title or "（未填名稱）",
        proposer=proposal.proposer,
        types=[
            Box(_type_label(each, proposal), each.code in proposal.types)
            for each in types
            if each.is_offered or each.code in proposal.types
        ],
        scope=[
            Box(_all_members(proposal.platform, len(shown)), proposal.is_all_members),
            Box("部分縣市", not proposal.is_all_members),
        ],
        partners=[
            Box(each.short_name, not proposal.is_all_members and each.pk in named)
            for each in shown
        ],
        texts=[
            Text("說明", proposal.explanation),
            Text("具體作法", proposal.actions),
            Text("合作效益", proposal.benefits),
        ],
        ministries="、".join(proposal.ministries),
        contact=contact_line(contact),
    )


def _type_label(box: ProposalType, proposal: Proposal) -> str:
    if box.takes_words and box.code in proposal.types and proposal.type_words:
        return f"{box.name}：{proposal.type_words}"
    return box.name


def _all_members(platform: Platform, count: int) -> str:
    return f"{platform.short_name}{to_chinese(count)}縣市" if count else "全部縣市"


def contact_line(contact: ProposalContact | None) -> str:
    """Return whom to ask, in one line."""
    if contact is None:
        return ""
    parts = (contact.unit, contact.name, contact.phone, contact.email)
    return "　".join(part for part in parts if part)


def sheets_of(
    platform: Platform,
    proposals: Sequence[Proposal],
    *,
    contacts: bool = False,
) -> list[ProposalSheet]:
    """Return the forms of a platform's proposals, in their order; few queries for all.

    Each comes with its ``group__parent``, ``municipality`` and ``agency``. ``contacts``
    says whether the reader may know whom to ask.
    """
    wanted = {pk for proposal in proposals for pk in proposal.partners}
    members = set(platform.memberships.values_list("municipality", flat=True))
    cities = list(
        Municipality.objects.filter(pk__in=wanted | members).order_by("order", "slug")
    )
    types = list(platform.proposal_types.order_by("order", "pk"))
    known: dict[int, ProposalContact] = {}
    if contacts:
        known = ProposalContact.objects.in_bulk([each.pk for each in proposals])
    return [
        proposal_sheet(each, cities=cities, types=types, contact=known.get(each.pk))
        for each in proposals
    ]


def proposals_html(
    platform: Platform, sheets: Sequence[ProposalSheet], *, title: str
) -> str:
    """The forms before they are laid out, each from a page of its own."""
    return render_to_string(
        "pdf/proposal_forms.html",
        {"platform": platform, "sheets": sheets, "title": title},
    )


# For word processors --------------------------------------------------------------


def proposal_document(
    platform: Platform, sheets: Sequence[ProposalSheet], *, title: str
) -> Document:
    """Return the forms as word processors know them, each from a page of its own."""
    blocks: list[Block] = []
    for count, sheet in enumerate(sheets):
        blocks += sheet_blocks(sheet, begins_page=count > 0)
    return Document(title=title, author=platform.name, subject=title, blocks=blocks)


def sheet_blocks(sheet: ProposalSheet, *, begins_page: bool = False) -> list[Block]:
    """Return one form: two lines of heading, then the box, its name at every page's head."""
    rows: list[list[list[Paragraph]]] = [
        [_cell("提案單位"), _cell(sheet.proposer)],
        [
            _cell("合作縣市"),
            [
                *_cell(*(_spaced(box) for box in sheet.scope)),
                *_in_lines(sheet.partners),
            ],
        ],
        *([_cell(part.label), outlined(part.text)] for part in sheet.texts),
    ]
    if sheet.types:
        boxes = _cell(*(_spaced(box) for box in sheet.types))
        rows.insert(1, [_cell("提案類型"), boxes])
    if sheet.ministries:
        rows.append([_cell("對應中央部會"), _cell(sheet.ministries)])
    if sheet.contact:
        rows.append([_cell("提案聯絡窗口"), _cell(sheet.contact)])
    return [
        Paragraph(sheet.heading, Style.TITLE, leads=True, begins_page=begins_page),
        Paragraph(sheet.subheading, Style.TITLE, leads=True),
        Table(sheet.title, (0.19, 0.81), ("合作提案", sheet.title), rows),
    ]


def _in_lines(boxes: Sequence[Box]) -> list[Paragraph]:
    """Return boxes a few a line, so that no name is torn apart."""
    lines = [boxes[at : at + ACROSS] for at in range(0, len(boxes), ACROSS)]
    return [Paragraph("　".join(map(str, line)), Style.CELL, depth=2) for line in lines]


def _spaced(box: Box) -> str:
    return f"{box.sign} {box.label}"


def _cell(*lines: str) -> list[Paragraph]:
    return [Paragraph(line, Style.CELL) for line in lines]


def outlined(text: str, style: Style = Style.CELL) -> list[Paragraph]:
    """Return a text's lines, each hung by the width of its number."""
    lines: list[Paragraph] = []
    hangs: dict[int, int] = {0: 0}  # where the words of each depth begin
    for line in place(text):
        start = hangs.get(line.depth - 1, 0) if line.marker else 0
        if line.marker:
            hang = width(line.marker)
            hangs[line.depth] = start + hang
            lines.append(
                Paragraph(line.text, style, line.marker, depth=start, hang=hang)
            )
        else:
            under = hangs.get(line.depth, 0)
            lines.append(Paragraph(line.text, style, depth=under))
    return lines or [Paragraph("", style)]
