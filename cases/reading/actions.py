"""The fixed phrases by which meetings decide, and what weakens them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

LIST, AGREE, CONTINUE = "list", "agree", "continue"
PROPOSE, DELIST, RELIST = "propose_delist", "delist", "relist"
RENAME, MERGE, WITHDRAW, DEFER = "rename", "merge", "withdraw", "defer"

_DELIST = (
    r"解列|解除列管|解除管制|解除追蹤|(?:解|除|撤)管(?![理道線路控束])|解除管考|結案"
    r"|(?:免[予除]?|毋須|無須|無需|不再|不續|停止|取消|撤銷)(?:再|續|予|以|單獨|另行){0,3}列管|不再追蹤"
)
# In this order: what the first finds, the others are not asked.
# A proposal that is not taken up; of a case on the list it says that it leaves it.
NOT_LISTED = r"不(?:予|同意)(?:納入|列入)?列管|不(?:納入|列入)列管"
_VERBS = [
    (RELIST, re.compile(r"重新列管|恢復列管|再次列管|重啟列管")),
    (
        WITHDRAW,
        re.compile(
            r"撤案|撤回|取消提案|撤銷提案|不予立案|不予新增|不同意新增|同意撤(?!管)|撤除提案|不予提案|"
            + NOT_LISTED
        ),
    ),
    (
        DEFER,
        re.compile(
            r"緩議|再議|暫緩|(?:予以|本案|提案)保留|保留(?:提案|本案)|暫不|下次(?:工作)?會議再(?:行|次)?(?:討論|提出|提案|提報|提|議|審)(?![^,。;]{0,6}(?:解|列管|辦理|報告|成果|進度))"
        ),
    ),
    (DELIST, re.compile(_DELIST)),
    (
        CONTINUE,
        re.compile(
            r"持續列管|繼續列管|賡續列管|維持列管|續行列管|續予列管|仍予列管|續列管|仍列管|持續追蹤|同意展延|展延至|(?<![持後繼陸延接手])續管(?![理道線路控])|(?<![持後繼陸延接手])續列(?![席入為])|留管(?![理道線路控])|(?:移|改由)[^,。;]{0,14}列管"
        ),
    ),
    (
        LIST,
        re.compile(
            r"新增(?!\s?[0-9]{0,2}\s?[子次](?:計畫|案|項)|工作項目|場次|據點|路線|站點|成員|縣市|功能|人力|經費|預算|服務)|(?<!成員)(?<!單位)(?<!機關)增列|納入列管|同意列管|列入列管|列入追蹤|同意立案|立案|(?:[納列]入|(?<![改移])由)[\u4e00-\u9fff]{2,8}組(?:予以)?列管|准予列管|予以列管|提[^,。;]{0,14}列管"
        ),
    ),
]
# Words under which a case simply goes on, weaker than any decision.
_GOES_ON = re.compile(r"持續|繼續|賡續|續辦|續行|滾動|維持|更新辦理情形|下(?:一|次)")
# A decision put off, asked for or not yet made is none.
_UNCERTAIN = re.compile(
    r"是否|可行性|再行?(?:提|研議|評估|研商|檢討|議|予|請|決定)|(?<!經)(?:研議|研商|評估)|研擬|視.{0,12}(?:情形|結果|狀況)"
    r"|(?:俟|待|等|於|至).{0,24}?(?:完成|完竣|完畢|完工|確定|核定|通過|屆滿|共識|成熟|年底|期滿|結束)(?:後|時|再|始|方|,|為止|$)"
    r"|如.{0,16}(?:則|再|得)|倘|若(?!干)|屆[時期]|逾期|仍未|下(?:一|次)?次?會議[^,。;]{0,6}逕|後再|始得|方得|辦畢後"
)
_CONDITION = re.compile(
    r"^[^,]{0,8}?(?:俟|待(?!遇)|屆[時期]|逾期|倘|若(?!干)|視(?!訊|同|為)|如(?!下|期|附|上|有))"
)
# Asking the next deciding meeting is a request with a date, not a condition.
_ASKS_NEXT = re.compile(
    r"(?:俟|待|於|至|在|提|送|提至|提報|提請|並)?(?:下次|下一次|本次|次一|[0-9]{0,3}年度?|本年度|第[0-9]{1,2}次)?[^,。;再是]{0,10}?"
    r"(?:首長|市長|縣長|大會|層級)[^,。;再是]{0,4}?(?:會議|大會)時?(?:提出|提請|提報|提案|報告|討論|申請|建請|提)?"
)
_NOT = re.compile(
    r"(?:暫不|不予|不同意|未同意|尚不宜|不宜|尚無法|無法|尚未|未能|暫緩|毋須|無須|並未|不|撤銷|取消)(?:予以|即|能|得|宜|再|同意|建議)?[^,。;]{0,4}$|無$"
)
_PLANNED = re.compile(r"原(?:訂|定|擬|預計|規劃)[^,。;]{0,12}$")
_NEVER_REACHED = re.compile(
    r"(?:未|尚未|未曾|從未|不曾)(?:經|曾|能)?(?:提至|提報|提送|提請|提經|送|列入|納入|提案至)[^,。;]{0,16}(?:會議|列管|大會)"
    r"|逕[於由予行]?[^,。;]{0,10}(?:" + _DELIST + ")"
)
_PROPOSES = re.compile(
    r"(?:建議|提請|提報|擬|擬請|建請|送請|提出|申請|擬予|爰請|擬提|建議予以)(?:同意|予以|准予|於[^,。;]{0,12})?$"
)
_REASONS = [
    ("merged", re.compile(r"併案|併入|合併|整併|整合為")),
    (
        "routine",
        re.compile(r"常態|例行|經常|回歸.{0,8}業務|日常業務|既有機制|定期辦理"),
    ),
    ("no_need", re.compile(r"無.{0,6}需求|無需|已無必要|無此需要|無合作需要|毋需")),
    (
        "policy_changed",
        re.compile(
            r"政策.{0,4}(?:變更|調整|改變|轉變)|(?:法令|法規|規定)[^,。;]{0,4}(?:修正|變更)|修正[^,。;]{0,6}(?:法規|法令|規定)|修法|中央[^,。;]{0,6}已(?:訂定|修正)"
        ),
    ),
    (
        "infeasible",
        re.compile(
            r"窒礙難行|難以執行|無法執行|不可行|執行困難|難以推動|無法推動|不具可行性"
        ),
    ),
    (
        "completed",
        re.compile(
            r"(?:已|均|皆|全數|業已|業經|將已)[^,。;]{0,12}(?:完成|完畢|完竣|竣工|竣事|辦竣|結束|達成|完工|啟用|通車)|辦理完[成畢竣]|達成[^,。;]{0,8}(?:目標|目的|任務)|上線|執行完[成畢竣]|如期完成"
        ),
    ),
]
_INTO_GROUP = re.compile(
    r"(?:[納列]入|[移改]由|歸[由入]|交由|由|請)(?P<group>[\u4e00-\u9fff]{2,8}(?<!小)組)[^,。;]{0,4}列管"
)
_RESERVE = re.compile(r",\s*(?:惟|但|然)(?P<said>[^。;]{2,80})")
_WHOLE = re.compile(r"[^。;]+")
_CLAUSE = re.compile(r"[^,。;!?]*[,。;!?]?")


NEW_NAME = re.compile(
    r"(?:更名|改名|定名|改稱|易名)(?:為|作|成)?|(?:名稱|案名)(?:修正|調整|變更|修改|更改|更正|改)(?:為|成)|(?:修正|調整|變更|更正)(?:案名|名稱)(?:為|成)"
)


@dataclass(frozen=True)
class Found:
    """A verb in a clause, and whether the words around it let it stand."""

    action: str
    start: int
    end: int
    stands: bool


def find_verbs(mask: str) -> list[Found]:
    """Every deciding verb in a masked, folded sentence, in order."""
    found: list[Found] = []
    waiting = False  # a clause before in the same sentence is a condition
    for clause in _CLAUSE.finditer(mask):
        text = clause[0]
        if not text:
            continue
        uncertain = is_uncertain(text) or waiting
        taken = bytearray(len(text))
        for action, pattern in _VERBS:
            for verb in pattern.finditer(text):
                if any(taken[verb.start() : verb.end()]) or _is_date(verb, text):
                    continue
                for place in range(*verb.span()):
                    taken[place] = 1
                found.append(_judged(action, verb, text, clause.start(), uncertain))
        bare = _ASKS_NEXT.sub("", "".join(text.split()))
        waiting = text[-1] == "," and (waiting or bool(_CONDITION.match(bare)))
    return _without_reserved(mask, sorted(found, key=lambda verb: verb.start))


def _without_reserved(mask: str, found: list[Found]) -> list[Found]:
    """The verbs, those unsettled that a later clause takes back: 惟俟…後再提."""
    reserves: dict[int, int] = {}  # where a sentence begins, where it is taken back
    for sentence in _WHOLE.finditer(mask):
        for reserve in _RESERVE.finditer(sentence[0]):
            if is_uncertain(reserve["said"]):
                reserves[sentence.start()] = sentence.start() + reserve.start()
    if not reserves:
        return found
    begins = sorted(reserves)
    return [
        replace(verb, stands=False)
        if verb.action in (DELIST, PROPOSE, LIST)
        and (place := bisect_right(begins, verb.start)) > 0
        and verb.start < reserves[begins[place - 1]]
        else verb
        for verb in found
    ]


def _is_date(verb: re.Match[str], text: str) -> bool:
    """Whether the verb only says when: 於解列後併同辦理."""
    before, after = (
        text[max(verb.start() - 6, 0) : verb.start()],
        text[verb.end() : verb.end() + 2],
    )
    return bool(re.match(r"後(?!續)", after) and re.search(r"[於俟待]", before))


def _judged(
    action: str, verb: re.Match[str], text: str, offset: int, uncertain: bool
) -> Found:
    before = text[max(verb.start() - 20, 0) : verb.start()]
    stands = True
    if action in (DELIST, LIST, RELIST):
        is_off = _NOT.search(before[-16:]) or _PLANNED.search(before)
        stands = not is_off and not uncertain
        if action == DELIST and _PROPOSES.search(before[-20:]):
            action = PROPOSE
    return Found(action, offset + verb.start(), offset + verb.end(), stands)


def is_uncertain(clause: str) -> bool:
    """Whether a clause speaks of the future or under a condition."""
    text = "".join(clause.split())
    # 案名 of feasibility studies are quoted and so blotted out already.
    return bool(_UNCERTAIN.search(_ASKS_NEXT.sub("", text)))


def into_group(text: str) -> str | None:
    """The group into whose list a case is taken: 納入交通組列管."""
    found = _INTO_GROUP.search("".join(text.split()))
    return found["group"] if found else None


def never_reached(text: str) -> bool:
    """Whether the text says the case never came before the deciding meeting."""
    return bool(_NEVER_REACHED.search("".join(text.split())))


def reason_of(text: str) -> str | None:
    """Why a case leaves the list: the last reason given before the words end."""
    text = "".join(text.split())
    last: tuple[int, str] | None = None
    for reason, pattern in _REASONS:
        for found in pattern.finditer(text):
            if last is None or found.end() > last[0]:
                last = (found.end(), reason)
    return last[1] if last else None


def goes_on(text: str) -> bool:
    """Whether the words let a case go on as it is."""
    return bool(_GOES_ON.search(text))
