"""What people type, made comparable, and characters that no name or title may hold (inputs.md C)."""

import re
import unicodedata

from ceportal.kernel.rules.refusal import Refusal

NAME_LIMIT = 50
TITLE_LIMIT = 120
# Middle dots met in the names of minority people; all are written as U+00B7.
_BLANKS, _NO_WORDS = re.compile(r"\s+"), re.compile(r"[\W_]+")
_DOTS = str.maketrans({"•": "·", "・": "·", "‧": "·", "∙": "·", "．": "·", ".": "·", "●": "·"})
# U+FFFD last: it stands where bytes were no UTF-8, and the person typed something else (C48).
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\u115f\u1160\u3164\uffa0\ufffd")


def strange_character(value: str) -> str | None:
    """The first control, bidi, zero-width, private, surrogate, unassigned or lost character of `value`."""
    if value.isprintable() and _UNSEEN.isdisjoint(value):
        return None
    for character in value:
        if character in _UNSEEN or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            return character
    return None


def person_name(value: str) -> str:
    """A name as it is kept: trimmed, inner blanks single, middle dots written as one sign."""
    return value if value.isalpha() else _BLANKS.sub(" ", value.strip()).translate(_DOTS)


def comparable(value: str) -> str:
    """A title or a unit's name for comparison: NFKC, folded, without blanks and punctuation."""
    return _NO_WORDS.sub("", unicodedata.normalize("NFKC", value).casefold())


def is_acceptable(value: str) -> bool:
    """Whether `value` can stand as a name or a title, however long it may be."""
    return bool(value.strip()) and strange_character(value) is None


def reasons_not_to_accept(value: str, *, field: str, label: str, limit: int) -> list[Refusal]:
    """Why `value` cannot stand as a name or a title of at most `limit` characters."""
    if not value.strip():
        return [Refusal("blank", f"请填写{label}。", field=field)]
    if len(value) > limit:
        return [Refusal("too_long", f"{label}最多 {limit} 个字，现在有 {len(value)} 个字。", field=field)]
    if strange_character(value) is not None:
        return [Refusal("strange_character", f"{label}中有无法显示的字符，请重新输入。", field=field)]
    return []
