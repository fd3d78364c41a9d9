"""Places: their codes, and how bureaus and authorities of a place are called where no document says otherwise."""

import re

from accounts.enums import AreaKind

_CODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)


def is_code(text: str) -> bool:
    """Whether `text` has the shape of a place's code."""
    return _CODE.fullmatch(text) is not None


def bureau_name(place: str, kind: AreaKind, above: str) -> str:
    return f"{full_place(place, kind, above)}人力资源和社会保障局"


def authority_name(suffix: str, place: str, kind: AreaKind, above: str) -> str:
    return f"{full_place(place, kind, above)}{suffix}"


def full_place(place: str, kind: AreaKind, above: str) -> str:
    """开封市鼓楼区, but 兰考县: districts and zones of several cities share their names, counties do not."""
    if kind == AreaKind.CITY or not place.endswith("区") or above.removesuffix("市") in place:
        return place
    return above + place
