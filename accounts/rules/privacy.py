"""What people are told of the handling of their data, for what a number may be looked at, how long what is kept.

The notice has a version: whoever agreed to an older one is asked anew. Its words are data, so that the page, the
download and the tests say the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal

VERSION = "2026-11-20"
# How the trail calls a look at numbers in full, and a machine's at a year; what stands in place of a name that is gone.
UNMASK, LOOKED_UP = "person.unmask", "person.look_up"
ERASED = "已清除"


@dataclass(frozen=True)
class Kept:
    """`what` is kept until `until` for the reason `why`; with `is_record` it stays as a record, without the person."""

    what: str
    until: str
    why: str
    is_record: bool = False


@dataclass(frozen=True)
class Part:
    """A heading of the notice and its sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """What is agreed to, and by what it is known."""

    version: str
    parts: tuple[Part, ...]


NOTICE: tuple[Part, ...] = (
    Part(
        "谁在处理您的信息",
        (
            "本平台由人力资源社会保障部门用于专业技术人员继续教育的申报、审核、备案和发证。",
            "您的用人单位、行业主管部门和所在地人社部门在各自职责范围内查看和审核。",
        ),
    ),
    Part(
        "处理哪些信息、为什么",
        (
            "姓名、证件号码：确认是您本人，避免学时重复或记错人。证件号码属于敏感个人信息，加密保存，页面只显示头尾几位。",
            "手机号码、邮箱：登录、找回密码、通知审核结果。",
            "单位、工作地、职称：决定由谁审核、适用哪里的学时要求。",
            "学时申报和佐证材料、审核意见、证书：计算和证明您的继续教育情况。",
            "登录时间、地址和设备：保护账号，发现他人冒用。",
        ),
    ),
    Part(
        "不会做什么",
        (
            "不出售，不用于广告，不做画像和评分：申报由审核人员决定，平台和基地报送的学时按公布的规则登记。",
            "证件号码和手机号码不出现在网址、日志和一般的导出文件里；工作人员查看完整号码要说明用途，并留下记录，您可以看到。",
        ),
    ),
    Part(
        "您的权利",
        (
            "在“我的数据”里查看、下载您的全部信息，查看谁看过您的资料。",
            "信息有误可以申请更正；不同意或要撤回同意，请联系所在地人社部门，已依法形成的审核和备案记录会保留。",
        ),
    ),
)


def notice(operated_by: str, contact: str) -> Notice:
    """The notice of a portal that is run by `operated_by` (empty: not said yet). Its version changes with them."""
    if not operated_by:
        return Notice(VERSION, NOTICE)
    first, *others = NOTICE
    said = f"个人信息处理者：{operated_by}。" + (f"联系方式：{contact}。" if contact else "")
    digest = hashlib.sha256(said.encode("utf-8")).hexdigest()
    return Notice(f"{VERSION}-{digest[:6]}", (Part(first.title, (said, *first.lines)), *others))


def terms(years: int) -> tuple[Kept, ...]:
    """How long what is kept; `years` after somebody has left (a setting)."""
    after = f"离开（退休、离职、去世）满 {years} 年后，由人社部门两人核对清除"
    record = "作为审核和备案的依据长期保留；每月备案清单里当时的姓名不改"
    return (
        Kept("姓名、证件号码、手机号码、邮箱", after, "登记和联系所必需；期满后不再需要（个人信息保护法 19、47）"),
        Kept("登录、设备、消息、验证方式", after, "保护账号所必需"),
        Kept("没有核准的注册", f"最后一次申请满 {years} 年后清除", "未形成继续教育关系"),
        Kept("学时、审核意见、每月备案", record, "审核和每月备案的依据，属应当归档的材料（档案法 13）", is_record=True),
        Kept("已发的证书", "长期保留当时的内容，仍可凭编号和姓名查验", "证书是已经交付的证明", is_record=True),
        Kept("操作记录", "不少于六个月，作为备案依据的长期保留", "网络安全法 21", is_record=True),
    )


PURPOSES = {
    "identity": "核对身份证件",
    "title": "办理职称或证书",
    "asked": "本人要求核实",
    "other": "其他工作需要",
}
_LEAST, _MOST = 4, 100


def reasons_not_to_unmask(purpose: str, why: str) -> Iterator[Refusal]:
    """A purpose of the list, and a few words that the person concerned will read."""
    if purpose not in PURPOSES:
        yield Refusal("no_purpose", "请选择查看完整号码的用途。", field="purpose", clause="个人信息保护法 6")
    if not _LEAST <= len(why.strip()) <= _MOST:
        yield Refusal("no_reason", f"请用 {_LEAST} 至 {_MOST} 个字说明事由，本人可以看到。", field="why")
