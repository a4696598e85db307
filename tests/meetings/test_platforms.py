"""Platforms and their members."""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import PlatformFactory


@pytest.mark.parametrize("code", ["admin", "login", "glossary", "sitemap"])
def test_no_platform_takes_an_address_of_the_site(code):
    platform = PlatformFactory.build(slug=code)

    with pytest.raises(ValidationError, match="與本站的網址相同"):
        platform.clean()


def test_a_platform_has_any_other_code():
    PlatformFactory.build(slug="central-taiwan").clean()
