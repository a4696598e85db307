"""What templates show of proposals."""

from __future__ import annotations

from django import template

from cases.models import Proposal, Standing

register = template.Library()


@register.simple_tag
def proposal_state(proposal: Proposal) -> str:
    """Say where a proposal stands: what was agreed stands as the ledger says."""
    state = proposal.get_state_display()
    if proposal.case is None:
        return state
    if proposal.standing is None:
        return f"{state}（列管紀錄已更正，請查案件）"
    return f"{state}（{Standing.Code(proposal.standing).label}）"
