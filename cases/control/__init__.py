"""Control reports: what the secretariat watches, each as a page and as files."""

from cases.control import moving, owing, spread
from cases.control.report import Asked, Report, Subject
from meetings.words import say_later

SUBJECTS = {
    subject.slug: subject
    for subject in (
        Subject(
            "unreported",
            "未填報名單",
            "一期中還沒有送出的辦理情形，附窗口與電話。",
            ["round"],
            owing.unreported,
        ),
        Subject(
            "late",
            "逾期統計",
            "一期中逾期送出與逾期未送的段數，依縣市與局處。",
            ["round"],
            owing.late,
        ),
        Subject(
            "unchanged",
            "連續無變動",
            "最近數期都沒有新進度的辦理情形。",
            ["rounds"],
            moving.unchanged,
        ),
        Subject(
            "movements",
            say_later("新增與解列"),
            say_later("一段期間內新增、解列、併案與分案的案件及原因。"),
            ["since", "until"],
            moving.movements,
        ),
        Subject(
            "waiting",
            say_later("提請解列待決定"),
            say_later("小組已提請解列，決定列管的會議尚未決定的案件。"),
            [],
            moving.waiting,
        ),
        Subject(
            "spread",
            say_later("縣市與小組案數"),
            say_later("列管中的案件依議題小組與縣市分布，每個數字都可開啟清單。"),
            [],
            spread.spread,
        ),
        Subject(
            "corrections",
            "勘誤與更正",
            "會議紀錄確認後的勘誤，以及因此更正的案件決議。",
            ["since", "until"],
            moving.corrections,
        ),
    )
}

__all__ = ["SUBJECTS", "Asked", "Report", "Subject"]
