"""Whose data a secretariat sees: people who have to do with its platform."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import Http404
from django.urls import reverse

from meetings.coverage import people_of
from meetings.models import Platform


def known_person(platform: Platform, key: int) -> User:
    """Return somebody who has, had or is to have a task on the platform, or 404."""
    found = people_of(platform).filter(pk=key).first()
    if found is None:
        raise Http404("沒有這位人員，或這位人員與本平臺無關；請由人員與指派查找。")
    return found


def person_address(platform: Platform, person: User) -> str:
    """Return the address of a person's page."""
    return reverse("desk:person", args=[platform.slug, person.pk])


def name_of(person: User) -> str:
    """Return what somebody is called."""
    return person.get_full_name() or person.get_username()
