"""Every answer forbids what the site does not use."""

import pytest
from django.conf import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/login/", 200),
        ("/no-such-page/", 404),
        ("/static/admin/css/base.css", 200),
    ],
)
def test_every_answer_carries_the_headers(client, address, status):
    response = client.get(address)
    response.close()

    names = (
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
    )
    assert response.status_code == status
    assert [response.headers[name] for name in names] == [
        POLICY,
        "nosniff",
        "same-origin",
        "same-origin",
    ]


def test_nothing_inline_is_allowed():
    sources = {source for given in settings.SECURE_CSP.values() for source in given}

    assert sources == {"'none'", "'self'", "data:"}
