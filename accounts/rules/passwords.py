"""What a password must be, under either of two readings: 等级保护三级 (GB/T 22239 8.1.4.1 a) or NIST SP 800-63B-4."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ceportal.kernel.rules.refusal import Refusal

LONGEST = 128
_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^a-zA-Z0-9]"))


@dataclass(frozen=True)
class PasswordPolicy:
    """`shortest` is in characters, for those without a second factor `shortest_alone`; of the four classes (small and
    capital letters, digits, others) `classes` must occur; the last `history` passwords do not come back. `ages` says
    whether the passwords of those on duty run out.
    """

    shortest: int
    shortest_alone: int
    classes: int
    history: int
    ages: bool

    def in_words(self, *, has_factor: bool = False) -> str:
        least = self.shortest if has_factor else self.shortest_alone
        classes = "，大写字母、小写字母、数字、符号中至少有三种" if self.classes else ""
        return f"至少 {least} 位{classes}，不要用常见的密码。"


POLICIES = {
    "djbh3": PasswordPolicy(shortest=10, shortest_alone=10, classes=3, history=5, ages=True),
    "nist": PasswordPolicy(shortest=8, shortest_alone=15, classes=0, history=0, ages=False),
}
CAME_BACK = Refusal("password_came_back", "这个密码最近用过，请换一个没有用过的。", field="password")
# From so many days before it runs out, each sign-in says so.
WARNED_DAYS = 14


def reasons_not_to_choose(password: str, policy: PasswordPolicy, *, has_factor: bool) -> Iterator[Refusal]:
    """Length and classes. What is common or looks like the name is asked of Django's validators beside."""
    least = policy.shortest if has_factor else policy.shortest_alone
    if len(password) < least:
        yield Refusal("password_too_short", f"密码太短，至少 {least} 位。", field="password")
    elif sum(bool(kind.search(password)) for kind in _CLASSES) < policy.classes:
        message = "密码太简单：大写字母、小写字母、数字、符号中至少要有三种。"
        yield Refusal("password_too_simple", message, field="password")


def days_left(set_at: datetime, *, now: datetime, max_days: int) -> int:
    """Whole days until a password runs out, rounded up; zero or less when it has."""
    return -((now - (set_at + timedelta(days=max_days))) // timedelta(days=1))
