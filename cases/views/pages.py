"""Pages about the site itself: its terms, its notices, and where everything is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.glossary import chapters
from meetings.models import Platform
from platform_site.lib.page_cache import public_page


@public_page
def glossary(request: HttpRequest) -> HttpResponse:
    """The terms with their definitions."""
    context = {"chapters": chapters(list(Platform.objects.all()))}
    return render(request, "cases/glossary.html", context)


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of visitors, and how the record is guarded."""
    return render(request, "about/privacy.html")


@public_page
def open_data(request: HttpRequest) -> HttpResponse:
    """On which terms the data may be used."""
    context = {"platforms": Platform.objects.all()}
    return render(request, "about/open_data.html", context)


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site does so that everybody can use it."""
    return render(request, "about/accessibility.html")


@public_page
def site_map(request: HttpRequest) -> HttpResponse:
    """Every list of the site, and the access keys."""
    return render(request, "site_map.html", {"platforms": Platform.objects.all()})


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines need not visit, and where they find the rest."""
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Disallow: {reverse('login')}",
        f"Sitemap: {request.build_absolute_uri(reverse('cases:sitemap-xml'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
