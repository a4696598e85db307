"""The site's addresses, and an empty one to hold them against."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("bench-empty/", lambda request: HttpResponse()),
    path("", include("platform_site.urls")),
]
