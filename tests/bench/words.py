"""Made-up Chinese: names of cases, progress in the papers' outline, a report."""

import datetime as dt
from dataclasses import replace

from cases.reports import GroupTable, ProgressBlock, ReportRow, StatusReport

GROUPS = (
    "交通組",
    "災防組",
    "教育文化組",
    "產業民生組",
    "都會發展組",
    "衛生社福組",
    "環境資源組",
    "觀光文創組",
)
CITIES = ("東川市", "南嶺市", "西湖市", "北港市")
PLACES = ("河岸", "山腳", "港區", "車站", "舊城", "工業區", "校園", "市場", "園區")
WORKS = ("道路", "排水", "課程", "資訊平臺", "票證", "稽查", "宣導", "路線", "論壇")
DOINGS = ("改善工程", "合作計畫", "交流案", "共享機制", "聯合行動", "整合方案")
WHO = ("本府工務局", "交通局", "本市教育局", "衛生局", "環保局", "承攬廠商", "主辦機關")
DID = ("召開研商會議", "完成期中審查", "辦理現地會勘", "函報中央審議", "舉辦觀摩活動")
THEN = (
    "各單位意見已納入修正，並持續追蹤後續辦理進度",
    "計有12家業者及260名民眾參與，成果良好",
    "經費由四市依比例分攤，餘依契約規定辦理",
    "惟用地取得尚待協調，將再邀集相關單位研議",
    "預計下一季完成驗收後開放使用",
)

# Words to search for: one in a few texts of ten thousand, one in about half of all.
RARE, COMMON = "隧道", "環保"


def case_name(rng):
    return "".join(rng.choice(words) for words in (PLACES, WORKS, DOINGS))


def sentence(rng):
    date = f"{rng.randint(110, 114)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    return f"{rng.choice(WHO)}於{date}{rng.choice(DID)}，{rng.choice(THEN)}。"


def progress_text(rng, lines):
    """Return an outline of ``lines`` numbered lines of one or two sentences."""
    return "\n".join(
        f"{number}. " + "".join(sentence(rng) for _ in range(rng.randint(1, 2)))
        for number in range(1, lines + 1)
    )


def report(rng, cases=56):
    """Return a status report of about the size of a real one, 56 cases."""
    groups = []
    for place, name in enumerate(GROUPS):
        rows = [
            ReportRow(
                number=f"{chr(65 + place) * 2}-{number:03d}",
                name=case_name(rng),
                note="",
                origin="【113年12月22日第40次副市長層級會議同意新增】"
                if number % 7 == 0
                else "",
                blocks=tuple(
                    ProgressBlock(city, progress_text(rng, rng.randint(1, 2)))
                    for city in CITIES
                ),
            )
            for number in range(1, cases // len(GROUPS) + 1)
        ]
        groups.append(GroupTable(f"({'一二三四五六七八'[place]})", name, tuple(rows)))
    return StatusReport(
        title="「四市合作交流平臺」合作方案辦理情形",
        platform_name="四市合作交流平臺",
        as_of=dt.date(2024, 12, 31),
        groups=tuple(groups),
    )


def times(report, factor):
    """Return the report with every group's cases ``factor`` times over."""
    groups = (replace(group, rows=group.rows * factor) for group in report.groups)
    return replace(report, groups=tuple(groups))
