"""What can be appealed: once, by its person, as long as nothing else was made of it (order 25, arts. 20 and 25)."""

from collections.abc import Iterator

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import DeclarationState

# Calendar days in which an appeal is answered.
LIMIT_DAYS = 30
APPEALABLE = frozenset({DeclarationState.REJECTED, DeclarationState.REVERSED})


def reasons_not_to_appeal(
    state: str, *, is_appealed: bool, is_renewed: bool, has_next_level: bool
) -> Iterator[Refusal]:
    """`is_renewed`: its person has declared it again, which is another way to the same end."""
    if state not in APPEALABLE:
        yield Refusal("not_appealable", "只有未通过的申报和已被撤销的学时可以申诉。")
    if is_appealed:
        yield Refusal("appealed_once", "这一项已经申诉过。同一项只能申诉一次。")
    if is_renewed:
        yield Refusal("renewed", "这一项您已重新申报，请等新的审核结果。")
    if not has_next_level:
        yield Refusal("no_next_level", "作出决定的已是最高一级，没有再上一级可以申诉。")
