"""The papers of a platform: uploading several, having them read, and their list."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cases.models import Reading
from cases.readings.intake import (
    ENDINGS,
    MOST_FILES,
    read_again,
    read_next,
    take_in,
    waiting,
)
from cases.views.desk.access import desk_page, desk_view, kept_platform
from cases.views.readings.access import kept_reading, reading_address
from meetings.models import Platform
from platform_site.lib.record_admin import refusal
from platform_site.lib.uploads import (
    LARGEST_FILE,
    LARGEST_UPLOAD,
    dropped,
    is_cut,
)

TOO_LARGE = 413
PER_PAGE = 50
SECONDS = 6  # how long a page without a script reads on before it answers
MB = 1024 * 1024


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def readings(request: HttpRequest, platform: str) -> HttpResponseBase:
    """Show the papers of a platform; POST takes some in, all or none."""
    body = kept_platform(request, platform)
    if request.method != "POST":
        return _page(request, body, [])
    kind = request.POST.get("kind", "")
    files = request.FILES.getlist("files")
    if too_large := _too_large(request):
        return _page(request, body, too_large, kind, TOO_LARGE)
    refused = _form_refusals(kind, len(files))
    if refused:
        return _page(request, body, refused, kind, 400)
    assert request.user.is_authenticated
    try:
        taken = take_in(body, kind, files, by=request.user)
    except (ValidationError, IntegrityError) as error:
        return _page(request, body, refusal(error), kind, 400)
    new = sum(not each.is_known for each in taken)
    if new:
        messages.success(request, f"已上傳 {new} 份文件，等待讀取。")
    for each in taken:
        if each.is_known:
            at = reading_address(each.reading, "reading")
            messages.info(request, f"「{each.reading.name}」先前已上傳，未重複收下。")
            if len(taken) == 1:
                return HttpResponseRedirect(at)
    return HttpResponseRedirect(f"{request.path}#progress")


def _too_large(request: HttpRequest) -> list[str]:
    said = [
        f"「{name}」超過 {LARGEST_FILE // MB} MB，請縮小或分成數個檔案。"
        for name in dropped(request)
        if not is_cut(request)
    ]
    if is_cut(request):
        said.append(f"一次上傳的檔案合計超過 {LARGEST_UPLOAD // MB} MB，請分次上傳。")
    return [*said, "這次的檔案都沒有收下。"] if said else []


def _form_refusals(kind: str, count: int) -> list[str]:
    refused = []
    if kind not in Reading.Kind.values:
        refused.append("請選擇文件種類。")
    if not count:
        refused.append("請選擇要上傳的檔案。")
    if count > MOST_FILES:
        refused.append(f"一次最多上傳 {MOST_FILES} 個檔案，請分次上傳。")
    return refused


def _page(
    request: HttpRequest,
    platform: Platform,
    refused: Sequence[str],
    kind: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = (
        Reading.objects.without_content()
        .filter(platform=platform)
        .select_related("uploaded_by", "platform")
        .counted()
        .order_by("-uploaded_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return desk_page(
        request,
        "readings/list.html",
        f"讀入文件：{platform.short_name}",
        {
            "platform": platform,
            "page": page,
            "refused": refused,
            "kinds": [
                (value, label, "、".join(ENDINGS[Reading.Kind(value)]))
                for value, label in Reading.Kind.choices
            ],
            "kind": kind or Reading.Kind.MINUTES,
            "accepted": ",".join(
                sorted({e for each in ENDINGS.values() for e in each})
            ),
            "most_files": MOST_FILES,
            "largest": LARGEST_FILE // MB,
            "largest_upload": LARGEST_UPLOAD // MB,
            **_progress(platform, request),
        },
        status=status,
    )


# Reading on --------------------------------------------------------------------------


def _progress(platform: Platform, request: HttpRequest) -> dict[str, Any]:
    """Return how far a run is; ``of`` says how many there were when it began."""
    left = waiting(platform)
    said = request.POST.get("of", "") or request.GET.get("of", "")
    of = int(said) if said.isdecimal() and len(said) < 6 else 0
    return {"left": left, "of": max(of, left), "done": max(of, left) - left}


@desk_view
@require_POST
def read_on(request: HttpRequest, platform: str) -> HttpResponseBase:
    """Read the next paper for the script, or as many as a few seconds hold."""
    body = kept_platform(request, platform)
    if request.headers.get("Accept", "").startswith("application/json"):
        reading = read_next(body)
        progress = _progress(body, request)
        key = reading.pk if reading is not None else 0
        shown = Reading.objects.without_content().counted().filter(pk=key).first()
        row = ""
        if shown is not None:
            row = render_to_string(
                "readings/_reading.html", {"reading": shown}, request
            )
        return JsonResponse({**progress, "key": key or None, "row": row})
    until = time.monotonic() + SECONDS
    while read_next(body) is not None and time.monotonic() < until:
        pass
    progress = _progress(body, request)
    at = reverse("desk:readings", args=[body.slug])
    return HttpResponseRedirect(f"{at}?of={progress['of']}#progress")


# One paper ---------------------------------------------------------------------------


@desk_view
@require_safe
def original(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Give the file as it came, to be stored and never shown by the browser."""
    reading = kept_reading(request, platform, key, with_content=True)
    response = HttpResponse(bytes(reading.content), content_type=reading.media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=reading.name)
        or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@desk_view
@require_POST
def again(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Let a paper that was refused be read once more."""
    reading = kept_reading(request, platform, key)
    read_again(reading)
    messages.success(request, f"「{reading.name}」將重新讀取。")
    return HttpResponseRedirect(_list_of(reading) + "#progress")


@desk_view
@require_POST
def remove(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Throw away a paper that nothing was made of."""
    reading = kept_reading(request, platform, key)
    try:
        with transaction.atomic():
            reading.delete()
    except IntegrityError as error:
        for sentence in refusal(error):
            messages.error(request, sentence)
    else:
        messages.success(request, f"「{reading.name}」已移除。")
    return HttpResponseRedirect(_list_of(reading))


def _list_of(reading: Reading) -> str:
    return reverse("desk:readings", args=[reading.platform.slug])
