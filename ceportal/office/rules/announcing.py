"""What an announcement needs, and for whom it is."""

from collections.abc import Collection, Iterator

from accounts.enums import Duty
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from ceportal.office.enums import Audience

TITLE_LIMIT, NUMBER_LIMIT, BODY_LIMIT, REASON_LIMIT = 120, 60, 20_000, 300
MOST_FILES = 5
_DUTIES = {
    Audience.STAFF: {Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE, Duty.REVIEW_HOURS, Duty.APPROVE_UNITS},
    Audience.TEACHING: {Duty.TEACH, Duty.MANAGE_CLIENTS},
    Audience.OFFICES: {Duty.OVERSEE, Duty.REGULATE, Duty.FILE_MONTHS, Duty.REVERSE_HOURS, Duty.GRANT_EXCEPTIONS},
}


def audiences_of(duties: Collection[Duty], *, is_professional: bool) -> list[Audience]:
    """Whose announcements somebody reads; without a role those for everybody."""
    own = [audience for audience, wanted in _DUTIES.items() if wanted & set(duties)]
    return [Audience.EVERYBODY, *([Audience.PEOPLE] if is_professional else []), *own]


def reasons_not_to_write(title: str, document_no: str, body: str) -> Iterator[Refusal]:
    """Each beside its field."""
    said = (("title", "标题", title, TITLE_LIMIT), ("document_no", "文号", document_no, NUMBER_LIMIT))
    for name, label, text, limit in said:
        if len(text) > limit:
            yield Refusal(f"{name}_too_long", f"{label}最多 {limit} 个字，现在是 {len(text)} 个字。", field=name)
        elif strange_character(text):
            yield Refusal(f"{name}_strange", f"{label}中有无法显示的字符，请重新输入。", field=name)
    if not title:
        yield Refusal("no_title", "请填写标题。", field="title")
    if not body:
        yield Refusal("no_body", "请填写正文。", field="body")
    elif len(body) > BODY_LIMIT:
        yield Refusal("body_too_long", f"正文最多 {BODY_LIMIT} 个字，更长的请放在附件里。", field="body")


def reasons_not_to_attach(count: int) -> Iterator[Refusal]:
    """`count` are there already."""
    if count >= MOST_FILES:
        yield Refusal("too_many_files", f"最多 {MOST_FILES} 个附件，请合并后再传。", field="document")


def reasons_not_to_publish(waiting: Collection[str]) -> Iterator[Refusal]:
    """`waiting` are the attachments that the virus scanner has not passed."""
    for name in waiting:
        yield Refusal("file_waits", f"附件《{name}》还没有通过病毒检查，请稍后再发布。")


def reasons_not_to_withdraw(reason: str) -> Iterator[Refusal]:
    if not reason:
        yield Refusal("no_reason", "请写明为什么撤下。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"理由最多 {REASON_LIMIT} 个字。", field="reason")
