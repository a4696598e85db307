"""What the tests of the desk share: a clerk at it, and forms as a browser sends them."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from meetings.models import SecretariatMember
from tests.factories import UserFactory

PLAIN = re.compile(r"<(input|select|textarea|option)\b([^>]*)>([^<]*)")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def sit_down(platform):
    """Return a client of somebody of the platform's secretariat."""
    user = UserFactory(is_staff=True)
    SecretariatMember.objects.create(platform=platform, user=user)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def address(meeting, view, **more):
    return reverse(
        f"desk:{view}",
        kwargs={"platform": meeting.platform.slug, "meeting": meeting.slug, **more},
    )


def form_of(response):
    """Return what a browser would send of the page's form, untouched."""
    page = response.content.decode()
    html = page[page.index('class="desk-form') :]
    html = re.sub(r"<template.*?</template>", "", html, flags=re.DOTALL)
    html = html[: html.index("</form>")]
    sent = {}
    select = None
    for tag, inside, text in PLAIN.findall(html):
        has = {name: unescape(value) for name, value in ATTRIBUTE.findall(inside)}
        name = has.get("name", "")
        if tag == "select":
            select = name
        elif tag == "option":
            if select and ("selected" in has or select not in sent):
                sent[select] = has.get("value", "")
        elif tag == "textarea":
            sent[name] = unescape(text).removeprefix("\n")
        elif has.get("type") in ("checkbox", "radio"):
            if "checked" in has:
                sent[name] = has.get("value", "on")
        elif name:
            sent[name] = has.get("value", "")
    return sent


def faults(response):
    """Return the sentences at the fields: what is wrong and what is missing."""
    page = response.content.decode()
    found = re.findall(
        r'<p class="fault(?: wrong)?" id="[^"]*" data-fault="([^"]*)">([^<]+)</p>', page
    )
    return {unescape(name): unescape(words) for name, words in found}


def send(client, where, *, follow=False, **changes):
    """Open a page, change some fields and post its form."""
    sent = form_of(client.get(where)) | changes
    response = client.post(where, sent, follow=follow)
    assert response.status_code != 404
    return response
