"""No code asks which platform it is, and none writes a platform's words by itself."""

import ast
import re

import pytest
import yaml

from meetings.words import CASE, DELIST, FORM, GROUP, REPORT
from tests.site.commands import ROOT

PLATFORMS = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "fixtures").glob("*/platform.yaml"))
]
NAMES = re.compile(
    "|".join(
        rf"\b{re.escape(platform['slug'])}\b|{platform['name']}|{platform['short_name']}"
        for platform in PLATFORMS
    )
)
WORDS = re.compile("|".join([REPORT, FORM, GROUP, CASE, DELIST, "小組"]))

# What speaks of all platforms, reads papers of any, or speaks to those who run the site.
COMMON_FOLDERS = {"migrations", "reading", "record", "management"}
COMMON = (
    "meetings/words.py",
    "meetings/admin.py",
    "meetings/models/platforms.py",
    "cases/admin.py",
    "cases/apps.py",
    "cases/demo.py",
    "cases/glossary.py",
    "cases/roles.py",
    "cases/readings/texts.py",  # a pattern that reads papers
    "meetings/models/minutes.py",  # the name of a right
)
COMMON_TEMPLATES = (
    "admin/*",
    "about/*",
    "registration/*",
    "cases/landing.html",
    "cases/glossary.html",
    "site_map.html",
)


def is_one_of(path, patterns):
    return any(path.match(pattern) for pattern in patterns)


def code():
    for package in ("platform_site", "meetings", "cases"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def texts(source):
    """Return the texts in code, with whether each is given to say; no docstrings."""
    tree = ast.parse(source)
    documents, said = set(), set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            documents.add(body[0].value)
        says = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if says and node.func.id in ("say", "say_later"):
            said.update(ast.walk(node))
    return [
        (node.value, node in said)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in documents
    ]


def unsaid(source):
    return [
        text for text, is_said in texts(source) if WORDS.search(text) and not is_said
    ]


def static(template):
    """Return what of a template is neither tag nor comment."""
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", template, flags=re.DOTALL)


def test_no_code_knows_a_platform_by_its_name():
    found = {
        str(path): named
        for path, source in code()
        # Readers know what papers call whole regions.
        if not {"migrations", "reading"}.intersection(path.parts)
        and (named := [text for text, _ in texts(source) if NAMES.search(text)])
    }

    assert found == {}
    assert len(PLATFORMS) == 2


@pytest.mark.parametrize("folder", ["templates", "platform_site/static/js"])
def test_no_page_or_script_knows_a_platform_by_its_name(folder):
    found = [
        path.name
        for path in (ROOT / folder).rglob("*.*")
        if NAMES.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_code_says_what_platforms_call_differently():
    found = {
        str(path): words
        for path, source in code()
        if not is_one_of(path, COMMON)
        and not COMMON_FOLDERS.intersection(path.parts)
        and (words := unsaid(source))
    }

    assert found == {}


def test_templates_say_what_platforms_call_differently():
    folder = ROOT / "templates"
    found = {
        str(path.relative_to(folder)): words
        for path in sorted(folder.rglob("*.html"))
        if not is_one_of(path.relative_to(folder), COMMON_TEMPLATES)
        and "admin" not in path.relative_to(folder).parts
        and (words := WORDS.findall(static(path.read_text(encoding="utf-8"))))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""解列"""\nx = "新增"', []),
        ('x = "請選擇解列原因"', ["請選擇解列原因"]),
        ('x = say("請選擇解列原因")', []),
        ('x = f"{y}合作案"', ["合作案"]),
        ('class A:\n    x = say_later("小組" "會議")', []),
    ],
)
def test_the_rule_itself(source, found):
    assert unsaid(source) == found
