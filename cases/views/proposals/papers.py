"""The printed form of a proposal."""

from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from cases.exports.proposal_form import (
    STYLESHEETS,
    proposal_document,
    proposals_html,
    sheets_of,
)
from cases.views.proposals.access import (
    proposals_page,
    proposals_view,
    seen_proposal,
)
from platform_site.lib.odf import ODT_TYPE, odt
from platform_site.lib.pdf import PaperError, render_pdf
from platform_site.lib.serve import refusal_status


@proposals_view
@require_safe
def form(
    request: HttpRequest, platform: str, key: str, extension: str
) -> HttpResponseBase:
    """Return the form as it is printed, for who may know whom to ask; kept nowhere."""
    if extension not in ("pdf", "odt"):
        raise Http404("提案單提供 PDF 與 ODT 兩種格式。")
    seen = seen_proposal(request, platform, key)
    proposal = seen.proposal
    sheets = sheets_of(proposal.platform, [proposal], contacts=True)
    title = f"合作提案單 {proposal.key} {proposal.title}".strip()
    file = BytesIO()
    try:
        if extension == "pdf":
            html = proposals_html(proposal.platform, sheets, title=title)
            file.write(render_pdf(html, stylesheets=STYLESHEETS))
        else:
            odt(file, proposal_document(proposal.platform, sheets, title=title))
    except PaperError as error:
        return proposals_page(
            request,
            "proposals/refused.html",
            "無法製作提案單",
            {
                "platform": proposal.platform,
                "proposal": proposal,
                "sentence": str(error),
            },
            status=refusal_status(error),
        )
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=extension != "pdf",
        content_type="application/pdf" if extension == "pdf" else ODT_TYPE,
        filename=f"{title}.{extension}",
    )
