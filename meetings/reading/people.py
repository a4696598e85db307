"""Names with their offices, as minutes print them: 劉副市長和然, 劉和然副市長."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from meetings.reading.words import Words, join

_OFFICES = (
    "主任委員",
    "副主任委員",
    "主任秘書",
    "專門委員",
    "總工程司",
    "執行秘書",
    "副秘書長",
    "秘書長",
    "市長",
    "縣長",
    "局長",
    "處長",
    "署長",
    "司長",
    "院長",
    "部長",
    "次長",
    "科長",
    "課長",
    "股長",
    "組長",
    "所長",
    "室主任",
    "主任",
    "校長",
    "館長",
    "執行長",
    "總經理",
    "董事長",
    "委員長",
    "委員",
    "議長",
    "鄉長",
    "鎮長",
    "區長",
    "大隊長",
    "總隊長",
    "隊長",
    "分局長",
    "簡任技正",
    "技正",
    "專員",
    "參事",
    "參議",
    "顧問",
    "秘書",
    "督察",
    "督導",
    "政務官",
    "主席",
    "召集人",
    "理事長",
    "教授",
    "老師",
    "主委",
    "科員",
)
_CLERKS = (
    "約聘企劃師",
    "約聘研究員",
    "約聘人員",
    "約僱人員",
    "約用人員",
    "助理研究員",
    "副研究員",
    "研究員",
    "企劃師",
    "規劃師",
    "管理師",
    "分析師",
    "工程師",
    "辦事員",
    "助理員",
    "組員",
    "幹事",
    "科員",
    "技士",
    "技佐",
    "書記",
    "工程員",
    "助理管理師",
    "約聘企劃員",
    "企劃員",
    "科技管理師",
    "助理",
    "實習員",
    "佐理員",
    "里幹事",
    "聘用人員",
)
_TITLE = (
    r"(?:代理|代|前)?副?(?:"
    + "|".join(sorted({*_OFFICES, *_CLERKS}, key=len, reverse=True))
    + ")"
)
_HAN = r"[\u4e00-\u9fff\u3400-\u4dbf○〇◯Ｏ]"
_LONGEST = 48
_SIGNS = tuple("市縣局處署部院室科所館隊組")
# In this order: what the first can read, the others are not asked.
_FORMS = [
    re.compile(rf"(?P<a>{_HAN}{{1,2}}?)(?P<title>{_TITLE})(?P<b>{_HAN}{{1,2}})"),
    re.compile(
        rf"(?P<a>{_HAN}{{1,4}}?|{_HAN}{{1,6}}[·‧．.]{_HAN}{{1,8}}?)(?P<title>{_TITLE})"
    ),
    re.compile(
        rf"(?P<title>{_TITLE})(?P<a>{_HAN}{{2,4}}|{_HAN}{{1,6}}[·‧．.]{_HAN}{{1,8}})"
    ),
]
_NAME = re.compile(rf"{_HAN}{{2,4}}|{_HAN}{{1,6}}[·‧．.]{_HAN}{{1,8}}")
_ENDS_ORGANIZATION = re.compile(
    r"(?:政府|公所|委員會|基金會|協會|公會|大學|公司|中心|[局處署部院室科所館會隊組市縣])$"
)
_DEPUTY = re.compile(
    r"\(\s?(?:[^()]{0,20}?由)?(?P<deputy>[^(),。]{2,40}?)\s?(?:代理主持|代為主持|代理主席|代理|代表主持|代表|代主持|代)\s?\)"
)
_INSTEAD = re.compile(
    r"(?:請假|公出|另有要公|公務|不克出席)?[,，]?\s?由(?P<deputy>[^,。()]{2,40}?)(?:代理主持|代為主持|代理主席|代理|代主持|主持)"
)
_BODY_BEHIND = re.compile(
    r"(?P<name>[^\s、,;()]{2,12})\s?\((?P<body>[^()\s]{2,24}(?:政府|公所|委員會|局|處|會|市|縣))\)"
)
_ACTING = re.compile(r"由?(?P<who>.{3,40}?)(?:代理主持|代為主持|代理主席|代理|代)")
_LABEL = re.compile(r"共\s?同\s?主\s?(?:持\s?人?|席)\s*:?")
_GOVERNMENT = re.compile(r"(?:政府|公所)$")
_HEAD = re.compile(r"[市縣]長$")
_BETWEEN = re.compile(r"[\s、,;/]+")
_AND = re.compile(r"以及|[及暨與和]")


@dataclass(frozen=True)
class Person:
    """A name with its office and the body it is of, as far as printed."""

    name: str
    title: str
    organization: str
    surname_only: bool = False
    deputy_for: str = ""


def read_person(text: str) -> Person | None:
    """Read one person; ``text`` is folded and without white space."""
    splits = _splits(text)
    for read in (_named, _named_after_sign):
        for organization, rest in splits:
            person = read(rest, organization)
            if person:
                return person
    return None


def _splits(text: str) -> list[tuple[str, str]]:
    """How ``text`` may divide into a body and a person: none, then the longest."""
    if len(text) > _LONGEST:
        return []
    ends = [
        place
        for place in range(2, len(text))
        if _ENDS_ORGANIZATION.search(text, max(place - 3, 0), place)
    ]
    return [("", text), *((text[:end], text[end:]) for end in reversed(ends))]


def _named(text: str, organization: str) -> Person | None:
    for pattern in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            parts = found.groupdict()
            name = found["a"] + parts.get("b", "")
            return Person(name, found["title"], organization, len(name) == 1)
    return None


def _named_after_sign(text: str, organization: str) -> Person | None:
    """新北市長侯友宜: the last sign of the body is the first of the office."""
    found = re.fullmatch(rf"長(?P<a>{_HAN}{{2,4}})", text)
    if not found or organization[-1:] not in _SIGNS:
        return None
    return Person(found["a"], f"{organization[-1]}長", organization)


def read_chairs(lines: list[Words]) -> tuple[list[Person], list[Words]]:
    """Read the chairs of a meeting, line by line; return also what was not read."""
    chairs: list[Person] = []
    unread: list[Words] = []
    organization = ""
    persons_above = False  # whether the line above named persons
    for words in _mended_lines(lines):
        text = _LABEL.sub(" ", words.folded)
        text, deputies = _take_deputies(text)
        read = False
        beside = False  # whether a body is named on this line
        after_body = False  # whether a government was named just before
        line_chairs: list[Person] = []
        for token in _tokens(text):
            acting = _ACTING.fullmatch(token)
            if acting and _is_full(acting["who"]):
                deputies += [
                    person for person in [read_person(acting["who"])] if person
                ]
                continue
            person = read_person(token)
            if person is None and _NAME.fullmatch(token) and not _is_body(token):
                # 市長　蔣萬安: the office stood alone before its name.
                person = Person(token, "", "")
            if person is None:
                if _is_body(token):
                    # 新北市政府 經濟發展局: a government and its agency.
                    of_it = after_body and not _GOVERNMENT.search(token)
                    organization = organization + token if of_it else token
                    after_body = bool(_GOVERNMENT.search(token))
                    beside = read = True
                elif re.fullmatch(_TITLE, token):
                    line_chairs.append(Person("", token, organization))
                    read = True
                continue
            read, after_body = True, False
            if person.organization:
                organization, beside = person.organization, True
            # A head of government does not sit for the body of the line above.
            known = beside or not persons_above or not _HEAD.search(person.title)
            line_chairs.append(
                replace(person, organization=organization if known else "")
            )
        line_chairs = _mend(line_chairs)
        for deputy in deputies:
            absent = line_chairs.pop() if line_chairs else None
            stands_for = f"{absent.name}{absent.title}" if absent else ""
            line_chairs.append(
                Person(
                    deputy.name,
                    deputy.title,
                    deputy.organization
                    or (absent.organization if absent else organization),
                    deputy.surname_only,
                    stands_for,
                )
            )
        chairs.extend(chair for chair in line_chairs if chair.name)
        persons_above = bool(line_chairs)
        if not read and not deputies and text.strip(" :。"):
            unread.append(words)
    return chairs, unread


def _mended_lines(lines: list[Words]) -> list[Words]:
    """Join lines that were too short for a name: 張局長 / 苡甄, 王三中副局 / 長."""
    mended: list[Words] = []
    for words in lines:
        above = mended[-1] if mended else None
        if above and _is_torn_name(above.folded, words.folded):
            mended[-1] = join([above, words])
        else:
            mended.append(words)
    return mended


def _is_torn_name(above: str, below: str) -> bool:
    if above.count("(") > above.count(")"):
        return True
    last, first = _BETWEEN.split(above.strip())[-1], _BETWEEN.split(below.strip())[0]
    both = read_person(last + first) if last and first else None
    if both is None or both.surname_only or _LABEL.match(first) or _LABEL.search(last):
        return False
    if read_person(last) is None and not _is_body(last):
        return True
    return read_person(first) is None and not _is_body(first)


def _tokens(text: str) -> list[str]:
    """What stands between commas and spaces; 及 divides only two persons."""
    tokens: list[str] = []
    for part in _BETWEEN.split(text):
        pairs = (
            (part[: found.start()], part[found.end() :])
            for found in _AND.finditer(part[: 2 * _LONGEST])
        )
        both = next((pair for pair in pairs if all(map(_is_full, pair))), None)
        parts = both or ([part] if part else [])
        if len(parts) == 1 and tokens and _is_one_name(tokens[-1], part):
            parts = [tokens.pop() + part]
        tokens += parts
    return tokens


def _is_one_name(first: str, second: str) -> bool:
    """Whether a space stands in a name: 劉副 市長和然, 林奕華 副市長."""
    if _is_body(first) or (_is_full(first) and _is_full(second)):
        return False
    return _is_full(first + second)


def _is_full(text: str) -> bool:
    person = read_person(text)
    return bool(
        person and not person.surname_only and not _AND.search(person.organization)
    )


def _take_deputies(text: str) -> tuple[str, list[Person]]:
    deputies = []
    for pattern in (_DEPUTY, _INSTEAD):
        found = pattern.search(text)
        if found:
            person = read_person("".join(found["deputy"].split()))
            if person:
                deputies.append(person)
                text = text[: found.start()] + " " + text[found.end() :]
                break
    text = _BODY_BEHIND.sub(r"\g<body>\g<name>", text)
    return re.sub(r"\([^()]*\)", " ", text).replace("。", " "), deputies


def _is_body(token: str) -> bool:
    return bool(
        re.search(
            r"(?:政府|公所|委員會|基金會|協會|公會|大學|公司|中心|[市縣局處署部院館會])$",
            token,
        )
    )


def _mend(chairs: list[Person]) -> list[Person]:
    """Put an office that stands alone to the name beside it."""
    mended: list[Person] = []
    for chair in chairs:
        before = mended[-1] if mended else None
        if before and not before.name and not chair.title:
            mended[-1] = Person(chair.name, before.title, before.organization)
        elif before and not chair.name and not before.title:
            mended[-1] = Person(before.name, chair.title, before.organization)
        else:
            mended.append(chair)
    return mended


def find_chair(speaker: Person, chairs: list[Person]) -> Person | None:
    """The one chair that a surname and an office mean."""
    same = [
        chair
        for chair in chairs
        if chair.name.startswith(speaker.name)
        and (not speaker.title or chair.title == speaker.title)
        and (not speaker.organization or speaker.organization in chair.organization)
    ]
    return same[0] if len(same) == 1 else None
