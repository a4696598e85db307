"""What the tests of the contacts' pages share: addresses and forms as a browser sends them."""

from django.test import Client
from django.urls import reverse

from tests.cases.rounds import fresh

JSON = {"accept": "application/json"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def of_round(round_, view):
    kwargs = {"platform": round_.platform.slug, "as_of": round_.as_of}
    return reverse(f"reporting:{view}", kwargs=kwargs)


def address(slot):
    return reverse(
        "reporting:slot",
        kwargs={
            "platform": slot.round.platform.slug,
            "as_of": slot.round.as_of,
            "number": slot.case.number,
            "writer": slot.municipality.slug if slot.municipality else "joint",
        },
    )


def send(client, slot, do, *, headers=None, **said):
    """Open a slot's page, change some fields and press a button."""
    sent = {"version": fresh(slot).version, "kind": "text", "text": "", **said}
    return client.post(address(slot), {**sent, "do": do}, headers=headers)


def said(slot):
    """Return state and text as they stand."""
    found = fresh(slot)
    return found.state, "本季無變動" if found.is_unchanged else found.text
