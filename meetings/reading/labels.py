"""The headings of minutes, and what kind of section each begins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.reading.words import Words


def _spread(*words: str) -> str:
    """A pattern of the words, with room between their characters: 主　席."""
    return "|".join(r"\s{0,6}".join(word) for word in words)


_TIME = _spread(
    *(a + b for a in ("會議", "開會", "召開", "") for b in ("時間", "日期")),
    "會議日期時間",
)
_PLACE = _spread(
    *(a + b for a in ("會議", "開會", "召開", "") for b in ("地點", "場所"))
)
_CHAIRS = _spread(
    "會議主席",
    "會議主持人",
    "共同主席",
    "共同主持人",
    "共同主持",
    "主持人",
    "主席",
    "召集人",
)
_RECORDER = _spread(
    *(
        a + b + c
        for a in ("會議", "")
        for b in ("紀錄", "記錄")
        for c in ("人員", "單位", "人", "")
    )
)
_S = r"\s{0,6}"
_ATTENDANCE = (
    rf"(?:出{_S}\(?列?\)?{_S}席|列{_S}席|與{_S}會|參{_S}[加與]|請{_S}假|缺{_S}席)"
    rf"(?:{_S}(?:\([出列]席\)|單{_S}位|機{_S}關|縣{_S}市|人{_S}員|者|代{_S}表|委{_S}員|[及暨與、]))*"
)
_HEADER = [
    (
        kind,
        re.compile(
            rf"(?P<label>{words})(?P<qualifier>\s?\([^()]{{1,20}}\))?(?P<stop>\s*:|\s+(?!致|結論|裁示|指示|報告)|$)"
        ),
    )
    for kind, words in (
        ("time", _TIME),
        ("place", _PLACE),
        ("chairs", _CHAIRS),
        ("recorder", _RECORDER),
        ("attendance", _ATTENDANCE),
    )
]
# A label further on in a line: 出席人員：詳如簽到表 紀錄：詹韻蓉.
_INLINE = re.compile(
    rf"(?:(?<=[\s)。、;])|(?<=表)|(?<=單)|(?<=略))(?:{_TIME}|{_PLACE}|{_CHAIRS}|{_RECORDER}|{_ATTENDANCE})\s*:"
)

_KINDS = [
    ("adjournment", re.compile(r"散會|閉會|會議結束")),
    ("motions", re.compile(r"臨時(?:動議|提案|議案)")),
    (
        "remarks",
        re.compile(
            r"主席.{0,4}(?:結論|指示|裁示|總結|講評|提示)|(?:首長|副首長|與會.{0,6}|各[縣市]{1,2}.{0,6})(?:發言|致詞|意見|回應)"
            r"|發言(?:紀要|摘要|要點|重點)|綜合(?:討論|座談|發言)|結論暨指示"
        ),
    ),
    ("opening", re.compile(r"致詞|致辭|主席報告|開場|長官勉勵")),
    (
        "report",
        re.compile(r"[前上歷]次.{0,8}(?:決議|結論|裁示|決定).{0,6}(?:辦理|執行|追蹤)"),
    ),
    (
        "discussion",
        re.compile(r"決議|討論|結論|裁示|決定|提案|議案|審議|協商|合作案|列管"),
    ),
    ("report", re.compile(r"報告|確認.{0,12}[紀記]錄|辦理情形|執行情形|說明|洽悉")),
    ("attachment", re.compile(r"^附[件檔表錄]")),
]
# Headings that need no number to be known for one.
_BODY = re.compile(
    rf"(?P<label>(?:{_spread('主席致詞', '主席致辭', '主持人致詞', '主持人致辭', '報告事項', '工作報告', '討論事項', '討論提案', '臨時動議', '臨時提案', '決議事項', '會議決議', '會議結論', '裁示事項', '主席結論暨指示', '主席結論與指示', '主席結論', '主席裁示', '散會', '提案討論', '綜合討論')})(?:[及暨與](?:決議|結論|裁示|指示|討論|報告)(?:事項)?)?)"
    r"(?P<qualifier>\s?\([^()]{1,24}\))?\s*(?P<stop>:|$|。?$|\s)"
)


_EARLY = re.compile(
    rf"(?P<label>{_spread('決議', '結論', '討論', '裁示', '決定')})\s*(?::|$)"
)


_REPORT = re.compile(
    r"(?P<label>[^,。;:()]{2,28}(?:報告|致詞|致辭)(?:事項)?)\s*:\s*(?=洽悉|略|\(略|准予|知悉|無|$)"
)


_LONGEST_LABEL = 16


@dataclass(frozen=True)
class Label:
    """A heading found at the head of a text."""

    kind: str
    end: int  # where the label's words end
    after: int  # where what it heads begins
    closed: bool  # whether a colon or the end of the line stands behind it


def header_label(words: Words) -> Label | None:
    """The label of time, place, chair, minute-taker or attendance at the head."""
    folded = words.folded
    for kind, pattern in _HEADER:
        found = pattern.match(folded)
        if found:
            closed = ":" in found["stop"] or found.end() == len(folded)
            return Label(kind, found.end("label"), found.end(), closed)
    return None


def inline_labels(words: Words) -> list[int]:
    """Where in a line of the header further labels begin."""
    return [found.start() for found in _INLINE.finditer(words.folded)]


def labels_in_cells(words: Words) -> list[int]:
    """Where in a row of a table a cell holds only a label of the header."""
    places = []
    place = words.text.find("\t")
    while place >= 0:
        end = words.text.find("\t", place + 1)
        cell = words[place + 1 : end if end >= 0 else len(words)].strip()
        label = header_label(cell) if 0 < len(cell) <= _LONGEST_LABEL else None
        if label and not cell[label.after :]:
            places.append(place + 1)
        place = end
    return places


def body_label(words: Words) -> Label | None:
    """A heading of the body that needs no number to be one."""
    found = _BODY.match(words.folded)
    if not found:
        return None
    kind = kind_of("".join(found["label"].split()))
    closed = ":" in found["stop"] or found.end() == len(words.folded)
    return Label(kind, found.end("label"), found.end(), closed)


def early_label(words: Words) -> Label | None:
    """決議： right below the header; further down it answers a matter."""
    found = _EARLY.match(words.folded)
    if not found:
        return None
    return Label("discussion", found.end("label"), found.end(), closed=True)


def report_label(words: Words) -> Label | None:
    """A report or address in a paper without numbers: 幕僚單位工作報告：洽悉."""
    found = _REPORT.match(words.folded)
    if not found:
        return None
    kind = kind_of("".join(found["label"].split()))
    return Label(kind, found.end("label"), found.end(), closed=True)


def kind_of(heading: str) -> str:
    """The kind of section a heading of the body begins; ``heading`` is folded."""
    for kind, pattern in _KINDS:
        if pattern.search(heading):
            return kind
    return "other"
