"""Imports point one way: platform_site.urls, cases, meetings, platform_site.lib."""

import ast

import pytest

from tests.site.commands import ROOT

# What modules whose name begins so may not import.
FORBIDDEN = {
    "platform_site.lib": ("cases", "meetings", "platform_site"),
    "platform_site": ("cases", "meetings"),
    "meetings": ("cases",),
    "cases": ("platform_site.urls", "tests"),
}
ALLOWED = {
    "platform_site.urls": ("cases", "meetings"),
    "platform_site.lib": ("platform_site.lib",),
}


def begins(name, prefixes):
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def imported(source):
    """The modules that ``source`` imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def wrong_imports(module, source):
    rule = next((rule for rule in FORBIDDEN if begins(module, [rule])), None)
    forbidden = FORBIDDEN[rule] if rule else ()
    allowed = next((ALLOWED[name] for name in ALLOWED if begins(module, [name])), ())
    return sorted(
        name
        for name in imported(source)
        if begins(name, forbidden) and not begins(name, allowed)
    )


def modules():
    for package in ("platform_site", "meetings", "cases"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path.read_text("utf-8")


def test_every_import_points_down():
    found = {name: wrong_imports(name, source) for name, source in modules()}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert {"platform_site.settings", "meetings.apps", "cases.apps"} <= found.keys()


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("meetings.views", "from cases.models import Case", ["cases.models.Case"]),
        ("meetings.views", "def f():\n    import cases", ["cases"]),
        ("platform_site.lib.roc", "import platform_site.env", ["platform_site.env"]),
        ("platform_site.lib.a", "from platform_site.lib import b", []),
        ("platform_site.env", "from meetings import x", ["meetings.x"]),
        ("platform_site.urls", "import cases.urls", []),
        ("cases.views", "from meetings.models import Meeting", []),
    ],
)
def test_the_rule_itself(module, source, wrong):
    assert wrong_imports(module, source) == wrong
