"""The field's terms with their definitions, for the page that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.balance import NUMBERS
from cases.models import LedgerEntry
from cases.status import DEFINITIONS
from meetings.models import Platform

Kind = LedgerEntry.Kind


@dataclass(frozen=True)
class Term:
    """A term; ``slug`` is its place on the page."""

    slug: str
    name: str
    definition: str


@dataclass(frozen=True)
class Chapter:
    """Terms that belong together."""

    slug: str
    heading: str
    terms: Sequence[Term]


BODIES = (
    Term("platform", "平臺", "數個縣市為推動跨域合作而共同設立的常設合作機制。"),
    Term("municipality", "縣市", "平臺的成員，即參與合作的地方政府。"),
    Term("agency", "局處", "縣市政府所屬、主辦或協辦合作案的機關。"),
    Term(
        "group",
        "議題小組",
        "平臺依政策領域所設的分組，如交通組；合作案各屬一個小組，小組之下可再分組。",
    ),
    Term("secretariat", "幕僚", "承辦平臺行政事務的機關，登錄會議紀錄並彙整辦理情形。"),
    Term(
        "series",
        "會議系列",
        "同一層級歷次召開的會議，如首長、副首長層級會議與各小組的工作會議；"
        "次別或累計編列，或每年度重新起算。",
    ),
    Term(
        "deciding",
        "決定列管的會議",
        "有權決定合作案列管與解列的會議系列；其他會議只能提案或建議。",
    ),
)
PAPERS = (
    Term("minutes", "會議紀錄", "記載一次會議的時間、地點、主席、議程與決議的文件。"),
    Term(
        "decision-words",
        "決定與決議",
        "報告事項的結論稱「決定」，討論事項的結論稱「決議」。",
    ),
    Term(
        "case-decision", "案件決議", "一項決議對一個合作案的效果，逐案登載為一筆紀錄。"
    ),
    Term("motion", "臨時動議", "議程以外、於會議中提出的事項，可能成為新的提案。"),
    Term(
        "inferred",
        "推定",
        "會議紀錄未取得或未載明，依其他文件推知的內容；均標明「推定」並附依據。",
    ),
    Term(
        "erratum",
        "勘誤",
        "已確認的紀錄不得修改；有誤時另行登錄勘誤，原紀錄與更正並列可查。",
    ),
)
CASES = (
    Term(
        "case", "合作案", "平臺追蹤辦理的事項，各有案號，案號終身不變，也不重複使用。"
    ),
    Term("proposal", "提案", "合作案進入平臺的起點，由小組同意後送決定列管的會議。"),
    Term(
        "part",
        "母案與子案",
        "合作案的一部分另立名稱者為子案；子案隨母案列管，不另計案數。",
    ),
    Term("theme", "共同議題", "跨越各小組、由多個合作案共同推動的主題。"),
    Term("progress", "辦理情形", "各縣市就合作案在一輪填報中所報告的進度。"),
    Term("as-of", "資料時間", "一輪辦理情形所反映的日期；之後的進度載於下一輪。"),
    Term(
        "status-report",
        "合作方案辦理情形",
        "將某日列管中各案的最新辦理情形依小組彙編而成的報告。",
    ),
)

# What each decision does to a case.
DECISIONS: dict[Kind, str] = {
    Kind.CARRY_IN: "會議紀錄中首見而當時已在列管中的案件，登載為補登；較現存紀錄更早，或先前漏載。",
    Kind.AGREE: "議題小組同意提案，送決定列管的會議。",
    Kind.LIST: "自該次會議起列管。",
    Kind.CONTINUE: "仍予列管，繼續追蹤。",
    Kind.PROPOSE_DELIST: "議題小組建議解列，由決定列管的會議決定；決定前仍列管。",
    Kind.DELIST: "自該次會議起不再列管，並載明原因，如已辦理完成或轉為常態交流。",
    Kind.RELIST: "解列後再度列管，沿用原案號，中斷期間照實顯示。",
    Kind.RENAME: "同一案件改用新名稱，舊名稱仍可查得。",
    Kind.MERGE: "案件併入另一案，由他案繼續辦理，本案結束。",
    Kind.SPLIT: "一案結束，改由數個新案繼續辦理。",
    Kind.WITHDRAW: "提案在列管之前撤回。",
    Kind.DEFER: "暫不決定，留待下次再議，案件狀態不變。",
    Kind.VOID: "原登載有誤而註銷，註銷前後均可查得。",
}


def chapters(platforms: Iterable[Platform]) -> list[Chapter]:
    """Return all terms; what the platforms call differently is said with the term."""
    others = {
        "case": _otherwise(platforms, "case_word", "合作案"),
        "status-report": _otherwise(platforms, "report_name", "合作方案辦理情形"),
    }
    groups = _otherwise(platforms, "group_word", "議題小組")
    bodies = [_with(term, groups if term.slug == "group" else "") for term in BODIES]
    cases = [_with(term, others.get(term.slug, "")) for term in CASES]
    decisions = [
        Term(f"decision-{kind.value}", str(kind.label), definition)
        for kind, definition in DECISIONS.items()
    ]
    delisting = _otherwise(platforms, "delist_word", "解列")
    return [
        Chapter("bodies", "平臺與會議", bodies),
        Chapter("papers", "紀錄與決議", PAPERS),
        Chapter("cases", "合作案", cases),
        Chapter(
            "standings",
            "列管狀態",
            [
                Term(f"standing-{code.value}", str(code.label), f"{definition}。")
                for code, definition in DEFINITIONS.items()
            ],
        ),
        Chapter(
            "decisions",
            "案件決議的種類",
            [
                _with(term, delisting if term.slug == "decision-delist" else "")
                for term in decisions
            ],
        ),
        Chapter(
            "counts",
            "列管結算",
            [
                Term(f"count-{number}", str(label), f"{definition}。")
                for number, (label, definition) in NUMBERS.items()
            ],
        ),
    ]


def _with(term: Term, more: str) -> Term:
    return Term(term.slug, term.name, term.definition + more)


def _otherwise(platforms: Iterable[Platform], field: str, usual: str) -> str:
    """Say which platforms have another word than the usual one: …稱「合作方案」。"""
    said = [
        f"{platform.name}稱「{word}」"
        for platform in platforms
        if (word := getattr(platform, field)) != usual
    ]
    return f"{'，'.join(said)}。" if said else ""
