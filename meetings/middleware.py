"""Every answer to the address of a platform speaks in that platform's words."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from meetings.models import Platform
from meetings.words import speaking_for_address

Answer = Callable[[HttpRequest], HttpResponse]


class WordsMiddleware:
    """Speak for the platform that the address names; elsewhere in the common words.

    A view that has fetched the platform says so (``speak_for``); for the others it is
    looked up once a word is needed.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def find() -> Platform | None:
            try:
                slug = resolve(request.path_info).kwargs.get("platform")
            except Resolver404:
                return None
            try:
                return Platform.objects.filter(slug=slug).first() if slug else None
            except DatabaseError:  # the page that says so must not fail too
                return None

        with speaking_for_address(find):
            return self.get_response(request)
