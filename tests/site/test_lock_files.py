"""The locks name every file by its hash and no host to take it from."""

import re

import pytest

from tests.site.commands import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock"]


def pins(name):
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==([^ ;\\]+)", text, re.M))


@pytest.mark.parametrize("name", [*LOCKS, "pyproject.toml"])
def test_no_host_is_named(name):
    assert (
        re.findall(r"https?://\S*|--\S*(?:index|links)\S*", (ROOT / name).read_text())
        == []
    )


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name):
    requirements = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())[1:]

    assert len(requirements) > 20
    assert [text for text in requirements if "--hash=sha256:" not in text] == []


def test_runtime_versions_are_those_that_were_tested():
    runtime, tested = (pins(name) for name in LOCKS)

    assert runtime.items() <= tested.items()
