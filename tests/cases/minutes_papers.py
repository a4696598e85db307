"""Papers in the manner of clerks of many bodies, and what a careful person read.

The sentences, names and facts are our own. ``papers/NAME.txt`` is the paper,
``papers/NAME.json`` the reading.
"""

import json
import unicodedata
from pathlib import Path

from cases.reading.minutes import read
from platform_site.reading.document import Document

FOLDER = Path(__file__).parent / "papers"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
HEADER = (
    "title",
    "platform",
    "series",
    "group",
    "roc_year",
    "number",
    "starts_at",
    "ends_at",
    "place",
    "recorder",
)


def paper(name):
    return (FOLDER / f"{name}.txt").read_bytes().decode()


def expected(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def read_text(text):
    return read(Document("txt", text))


def only_meeting(text):
    (meeting,) = read_text(text)["meetings"]
    return meeting


def folded(text):
    """The text without white space, half and full width made equal."""
    if not isinstance(text, str):
        return text
    return "".join(unicodedata.normalize("NFKC", text).split())


def told(meeting, wanted):
    """What was read of a meeting, in the shape of the expected file.

    Of a decision's further facts only those are told that ``wanted`` names.
    """
    more = {tuple(each[:3]): each[3] for each in wanted["decisions"] if each[3:]}
    decisions = []
    for found in meeting["decisions"]:
        key = [found["group"], folded(found["case"]), found["action"]]
        asked = next(
            (facts for (g, c, a), facts in more.items() if [g, folded(c), a] == key),
            None,
        )
        if asked:
            key.append({name: found[name] for name in asked})
        decisions.append(key)
    return {
        **{name: folded(meeting[name]) for name in HEADER},
        "chairs": [
            [chair["name"], chair["title"], chair["organization"]]
            for chair in meeting["chairs"]
        ],
        "sections": [folded(section["heading"]) for section in meeting["sections"]],
        "claims": [
            [claim["group"], claim["listed"], claim["delisted"], claim["continued"]]
            for claim in meeting["claims"]
        ],
        "decisions": decisions,
        "remarks": [
            [remark["speaker"], len(remark["items"])] for remark in meeting["remarks"]
        ],
        "motions": len(meeting["motions"]),
        "attachments": [folded(each["title"]) for each in meeting["attachments"]],
        "warnings": [warning["message"] for warning in meeting["warnings"]],
        "unread": [folded(line["text"]) for line in meeting["unread"]],
    }


def wanted(name):
    """The expected reading, folded as ``told`` folds."""
    meetings = expected(name)
    for meeting in meetings:
        meeting.update({field: folded(meeting[field]) for field in HEADER})
        for field in ("sections", "attachments", "unread"):
            meeting[field] = [folded(each) for each in meeting[field]]
        meeting["decisions"] = [
            [each[0], folded(each[1]), *each[2:]] for each in meeting["decisions"]
        ]
    return meetings
