"""The counties and cities of the country, as papers name them."""

import re

# As of 2014: six special municipalities, three cities, thirteen counties.
COUNTIES = (
    *("臺北市", "新北市", "桃園市", "臺中市", "臺南市", "高雄市"),
    *("基隆市", "新竹市", "嘉義市"),
    *("宜蘭縣", "新竹縣", "苗栗縣", "彰化縣", "南投縣", "雲林縣", "嘉義縣"),
    *("屏東縣", "花蓮縣", "臺東縣", "澎湖縣", "金門縣", "連江縣"),
)
# 新竹 and 嘉義 may be the city or the county.
_OF_SHORT = {
    name[:2]: name
    for name in COUNTIES
    if sum(other.startswith(name[:2]) for other in COUNTIES) == 1
}

_NAME = re.compile(
    "(?:"
    + "|".join(sorted((n.replace("臺", "[臺台]") for n in COUNTIES), reverse=True))
    + ")(?:政府)?"
    + "|(?:"
    + "|".join(sorted(n.replace("臺", "[臺台]") for n in _OF_SHORT))
    + ")"
)
_BETWEEN = re.compile(r"\s*[、,，及和與/／]\s*")


def official(name: str) -> str:
    """Return the official name of one county: 台北市政府 and 臺北 are 臺北市."""
    plain = name.strip().removesuffix("政府").replace("台", "臺")
    return _OF_SHORT.get(plain, plain)


def read_counties(text: str, start: int = 0) -> tuple[list[str], int]:
    """Return the counties named in a row at ``start``, and where the row ends.

    臺北市、新北市及基隆市 are three. Nothing is found where other words come first.
    """
    names: list[str] = []
    end = place = start
    while found := _NAME.match(text, place):
        names.append(official(found[0]))
        end = found.end()
        between = _BETWEEN.match(text, end)
        if between is None:
            break
        place = between.end()
    return names, end
