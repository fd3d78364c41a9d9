"""What an announcement needs, for whom it is, and how much waits, in words."""

from collections.abc import Iterable

from accounts.enums import Duty
from ceportal.kernel.rules.queueing import QUEUED_AT_MOST, Queue
from ceportal.kernel.rules.refusal import Refusal
from ceportal.office.rules.announcing import (
    BODY_LIMIT,
    MOST_FILES,
    TITLE_LIMIT,
    audiences_of,
    reasons_not_to_attach,
    reasons_not_to_publish,
    reasons_not_to_withdraw,
    reasons_not_to_write,
)


def _codes(reasons: Iterable[Refusal]) -> list[str]:
    return [reason.code for reason in reasons]


def test_what_it_needs() -> None:
    assert _codes(reasons_not_to_write("题", "", "文")) == []
    assert _codes(reasons_not_to_write("", "\u202e", "")) == ["document_no_strange", "no_title", "no_body"]
    assert _codes(reasons_not_to_write("题" * (TITLE_LIMIT + 1), "", "文" * (BODY_LIMIT + 1))) == [
        "title_too_long", "body_too_long",
    ]  # fmt: skip


def test_its_files_are_few_and_looked_at_and_its_end_has_a_reason() -> None:
    assert _codes(reasons_not_to_attach(MOST_FILES - 1)) == []
    assert _codes(reasons_not_to_attach(MOST_FILES)) == ["too_many_files"]
    assert _codes(reasons_not_to_publish([])) == []
    assert _codes(reasons_not_to_publish(["通知"])) == ["file_waits"]
    assert [_codes(reasons_not_to_withdraw(said)) for said in ("", "理" * 301, "有新通知")] == [
        ["no_reason"], ["reason_too_long"], [],
    ]  # fmt: skip


def test_for_whom_it_is() -> None:
    assert audiences_of({Duty.TEACH}, is_professional=True) == ["everybody", "people", "teaching"]
    assert audiences_of((), is_professional=False) == ["everybody"]


def test_how_much_waits() -> None:
    assert [Queue(count, None).words for count in (0, 1, QUEUED_AT_MOST + 1)] == [
        "没有待办", "1 项待办", f"{QUEUED_AT_MOST} 项以上待办",
    ]  # fmt: skip
