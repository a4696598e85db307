"""The table of a round, row by row: thousands of cells, so drawn without a template."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from cases.rounds.overview import Cell, Row
from meetings.models import Municipality

register = template.Library()

JOINTLY = "共同填報"


@register.simple_tag
def matrix_row(
    row: Row,
    cities: Sequence[Municipality],
    base: str,
    query: str,
    may_accept: bool,
    ticked: Collection[str],
) -> SafeString:
    """Return the row of a case: each cell a sign and a word that lead to the slot."""

    def draw(cell: Cell | None, name: str, span: int = 1) -> SafeString:
        if cell is None:
            return format_html('<td class="none" data-label="{}">－</td>', name)
        return format_html(
            '<td class="is-{}{}"{} data-label="{}">{}{}</td>',
            cell.slot.state,
            "" if cell.is_wanted else " unwanted",
            format_html(' colspan="{}"', span) if span > 1 else "",
            name,
            tick(cell, name),
            link(cell, name),
        )

    def tick(cell: Cell, name: str) -> str:
        if not (may_accept and cell.is_wanted and cell.is_waiting):
            return ""
        key = key_of(cell)
        return format_html(
            '<input type="checkbox" name="slot" value="{}" aria-label="勾選{}{}"{}>',
            key,
            row.case.number,
            name,
            " checked" if key in ticked else "",
        )

    def link(cell: Cell, name: str) -> SafeString:
        said = "無變動" if cell.slot.is_unchanged else ""
        late = f"逾期{cell.days_late}日" if cell.days_late else ""
        return format_html(
            '<a href="{}{}/{}/{}">{}<span aria-hidden="true">{}</span> {}</a>{}{}',
            base,
            row.case.number,
            cell.owner,
            query,
            f"{JOINTLY}　" if name == JOINTLY else "",
            cell.sign,
            cell.word,
            format_html("<small>{}</small>", said) if said else "",
            format_html('<small class="late">{}</small>', late) if late else "",
        )

    def cells() -> Iterator[SafeString]:
        if row.joint is not None:
            yield draw(row.joint, JOINTLY, len(cities))
            return
        for city, cell in zip(cities, row.cells, strict=True):
            yield draw(cell, city.short_name)

    return format_html(
        '<tr><th scope="row" class="matrix-case"><span class="case-number">{}</span>'
        " {}</th>{}</tr>\n",
        row.case.number,
        row.name,
        mark_safe("".join(cells())),  # noqa: S308  each is escaped above
    )


def key_of(cell: Cell) -> str:
    """Return what a tick says: which slot, as the version that was seen."""
    return f"{cell.slot.case.number}/{cell.owner}/{cell.slot.version}"
