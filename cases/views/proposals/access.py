"""Who finds which proposal; everybody else finds no such page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cases.models import Proposal, ProposalContact
from cases.proposals.forms import places_of
from meetings.models import Platform

View = Callable[..., HttpResponseBase]
NO_SUCH = "沒有這份提案單，或您不能閱讀；請由提案單清單選擇。"


def proposals_view(view: View) -> View:
    """Let a view be used by those who are logged in, uncached."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


@dataclass(frozen=True)
class Seen:
    """A proposal as somebody finds it: his or hers to write, to judge, or to read."""

    proposal: Proposal
    contact: ProposalContact | None
    day: date
    is_own: bool
    is_kept: bool

    @property
    def may_write(self) -> bool:
        """Whether the form may be filled in now."""
        return self.is_own and self.proposal.state in (
            Proposal.State.DRAFT,
            Proposal.State.RETURNED,
        )

    @property
    def may_edit(self) -> bool:
        """Whether the secretariat may mend what was handed in."""
        return self.is_kept and (
            self.proposal.is_pending or self.proposal.state == Proposal.State.AGREED
        )


def seen_proposal(request: HttpRequest, platform: str, key: str) -> Seen:
    """Return the proposal at an address if the user may read it, or 404."""
    day = timezone.localdate()
    year, _, serial = key.partition("-")
    asked = Proposal.objects.filter(
        platform__slug=platform, roc_year=int(year), serial=int(serial)
    )
    proposal = (
        asked.readable_by(request.user, day)
        .with_standing(day)
        .select_related(
            "platform",
            "group__parent",
            "municipality",
            "agency",
            "case",
            "merged_into__platform",
            "merged_into_case__platform",
            "came_from_motion__minutes__meeting__series",
            "saved_by",
        )
        .first()
    )
    if proposal is None:
        raise Http404(NO_SUCH)
    return Seen(
        proposal,
        ProposalContact.objects.filter(proposal=proposal).first(),
        day,
        asked.written_by(request.user, day).exists(),
        is_kept(request, proposal.platform),
    )


def is_kept(request: HttpRequest, platform: Platform) -> bool:
    """Whether the user is of the platform's secretariat."""
    return Platform.objects.kept_by(request.user).filter(pk=platform.pk).exists()


def known_platform(request: HttpRequest, slug: str) -> Platform:
    """Return a platform in which the user proposes or reads proposals, or 404."""
    platform = Platform.objects.filter(slug=slug).first()
    if platform is not None and (
        may_propose(request, platform)
        or Proposal.objects.readable_by(request.user, timezone.localdate())
        .filter(platform=platform)
        .exists()
    ):
        return platform
    raise Http404("沒有這個平臺，或您不是該平臺的幕僚人員或小組窗口。")


def may_propose(request: HttpRequest, platform: Platform) -> bool:
    """Whether the user may begin a proposal on the platform."""
    groups, cities = places_of(platform, request.user, timezone.localdate())
    return groups.exists() and cities.exists()


def user_of(request: HttpRequest) -> AbstractBaseUser:
    """Return who is logged in, where somebody is."""
    assert request.user.is_authenticated
    return request.user


def proposals_page(
    request: HttpRequest,
    template: str,
    title: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page."""
    return render(request, template, {"title": title, **context}, status=status)
