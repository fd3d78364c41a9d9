"""Values that no honest person types, by the kind of field they are typed into (design: bad inputs A to F).

Bytes where no text can say it: half a character, another encoding. `None` leaves the field out; a tuple sends it twice.
"""

import random
import uuid

from tests.kernel import zoo

Value = str | bytes | None | tuple[str | bytes, ...]

ANYWHERE: tuple[Value, ...] = (
    None,
    "",
    " ",
    "\x00",
    "张三\x00",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    "\ufeff",
    ("a", "b"),
    "a" * 3_000,
    "\r\nSet-Cookie: a=1",
)
NUMBERS: tuple[Value, ...] = (
    "-1",
    "0",
    "0.4",
    "8.05",
    "NaN",
    "Infinity",
    "-Infinity",
    "sNaN",
    "1e1",
    "1e400",
    "1E-400",
    "true",
    "[8]",
    '{"a":1}',
    "８",
    "٨",
    "9" * 5_000,
    "0" * 400 + "8",
    "8,0",
    "8.",
    ".5",
    "+8",
    "0x8",
    "9223372036854775808",
    "99999999999.5",
    "8 8",
)
DAYS: tuple[Value, ...] = (
    "2025-02-30",
    "2025-W01-1",
    "20251231",
    "2025-1-1",
    "0001-01-01",
    "0000-01-01",
    "9999-12-31",
    "99999-01-01",
    "2026-12-31T16:00:00Z",
    "2025-12-31T23:59:60+08:00",
    "２０２５-01-01",
    "2025-01-01\n",
    "-2025-01-01",
    "明天",
)
TEXTS: tuple[Value, ...] = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "{% debug %}",
    "%s%n",
    "${x}",
    "' OR 1=1--",
    "=cmd|'/C calc'!A0",
    "字" * 100_000,
    "\u202e开封",
    "👩‍🏫" * 60,
    "张三\u200b",
    "../../etc/passwd",
    "a\tb",
    "%00",
    "a" * 51,
    "<link rel=attachment href=file:///etc/passwd>",
    "\ud7ff\ue000\U0010ffff",
)
CHOICES: tuple[Value, ...] = (
    "nothing",
    "-1",
    "0",
    "1",
    "9223372036854775808",
    "99999999999999999999",
    "１",
    "../..",
    "None",
    "[]",
    "true",
    "approve",
    "a-b-c",
    "410000",
    "000000",
)
PEOPLE: tuple[Value, ...] = (
    "410203198502300017",
    "000000198503121234",
    "41020319850312123",
    "４１０２０３１９８５０３１２１２３Ｘ",
    "410203850312123",
    "13800000000",
    "１３８００００００００",
    "+8613800000000",
    "138 0000 0000",
    "a@b",
    "a@b\nBcc: c@d",
    "@",
    "a@" + "b" * 300 + ".cn",
)
FILES = {
    "empty": lambda: ("a.pdf", b""),
    "program": lambda: ("a.pdf", b"MZ" + b"\x00" * 400),
    "page": lambda: ("a.pdf", b"<html><script>alert(1)</script>"),
    "picture with a script": lambda: ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "half a picture": lambda: ("a.jpg", zoo.jpeg()[:200]),
    "honest": lambda: ("结业证书.png", zoo.png()),
    "a name": lambda: ("../../\u202egnp.exe\x00.pdf", zoo.pdf()),
    "an archive": lambda: ("a.xlsx", b"PK\x03\x04" + b"\x00" * 200),
    "lines": lambda: ("a.csv", b"=1+1,\xff\xfe\x00\n" * 40),
}
# What a page does not ask for and nobody may set.
BESIDE = (
    "is_active",
    "is_superuser",
    "is_staff",
    "state",
    "stage",
    "duty",
    "duties",
    "organization",
    "professional",
    "user",
    "declarant",
    "hours_recognised",
    "approved_at",
    "waiting_on",
    "ref",
    "id",
    "pk",
    "version",
    "round",
    "by",
    "now",
    "year",
)
_KINDS = {
    "number": NUMBERS,
    "date": DAYS,
    "tel": PEOPLE,
    "email": PEOPLE,
    "text": TEXTS,
    "textarea": TEXTS,
    "search": TEXTS,
}


def value(choice: random.Random, kind: str, own: list[str], refs: list[str]) -> Value:
    """Something hostile for a field of `kind`, whose honest values are `own`; `refs` are things of others."""
    pools: list[tuple[Value, ...]] = [ANYWHERE, _KINDS.get(kind, CHOICES)]
    if kind in {"text", "tel", "search"}:
        pools += [NUMBERS, PEOPLE, DAYS]
    if kind in {"hidden", "select", "radio", "checkbox", "submit", "text"}:
        pools += [tuple(refs), (str(uuid.UUID(int=choice.getrandbits(128))),), tuple(own) or ("",)]
    return choice.choice(choice.choice(pools))
