"""Duties: what each lets a person do, and at which kinds of unit it can be held. The one readable table."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from accounts.enums import Duty, OrganizationKind
from ceportal.kernel.rules.refusal import Refusal

_EMPLOYER = OrganizationKind.EMPLOYER
_AUTHORITY = OrganizationKind.AUTHORITY
_BUREAU = OrganizationKind.BUREAU
_PLATFORM = OrganizationKind.PLATFORM
_BASE = OrganizationKind.BASE
_ASSOCIATION = OrganizationKind.ASSOCIATION
_ANY = frozenset(OrganizationKind)


@dataclass(frozen=True)
class DutyRule:
    """`lets` says in plain words what a holder may do; `held_at` the kinds of unit that can have such a holder."""

    lets: str
    held_at: frozenset[OrganizationKind]
    clause: str = ""


DUTIES: dict[Duty, DutyRule] = {
    Duty.APPROVE_PEOPLE: DutyRule("核准申请在本单位（本地区）注册的人员", frozenset({_EMPLOYER, _BUREAU}), "S4-08"),
    Duty.REVIEW_HOURS: DutyRule(
        "审核本单位、本行业或本地区人员申报的学时", frozenset({_EMPLOYER, _AUTHORITY, _BUREAU}), "S4-17"
    ),
    Duty.MANAGE_UNIT: DutyRule("维护单位信息，指定承担职责的人员", _ANY, "S1-16"),
    Duty.APPROVE_UNITS: DutyRule("核准下属单位或本地区单位的注册", frozenset({_AUTHORITY, _BUREAU})),
    Duty.FILE_MONTHS: DutyRule("每月底集中备案", frozenset({_BUREAU}), "S2-07"),
    Duty.REVERSE_HOURS: DutyRule("抽查后撤销不实学时", frozenset({_AUTHORITY, _BUREAU}), "S4-16"),
    Duty.OVERSEE: DutyRule("查看本行业或本地区的总体情况", frozenset({_AUTHORITY, _BUREAU}), "S1-13"),
    Duty.MANAGE_CLIENTS: DutyRule("管理学习平台的接口密钥", frozenset({_PLATFORM, _BASE, _BUREAU})),
    Duty.TEACH: DutyRule("办培训班、上传学员名单", frozenset({_BASE, _ASSOCIATION}), "S2-04"),
    Duty.OPERATE: DutyRule("查看系统运行状态", frozenset({_BUREAU})),
    Duty.REGULATE: DutyRule("维护学时规则和工作日历，核准他人起草的规则", frozenset({_BUREAU}), "S1-13"),
    Duty.GRANT_EXCEPTIONS: DutyRule("批准往年补报、学时减免和外省学时认定，须两人经手", frozenset({_BUREAU}), "S0-14"),
}

# What the person who registered a unit may do there once it is approved.
OF_A_NEW_UNIT = (Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE, Duty.REVIEW_HOURS)


def reasons_not_to_grant(duty: Duty, kinds: Collection[OrganizationKind], unit_name: str) -> Iterator[Refusal]:
    """Why nobody can hold `duty` at a unit of these kinds."""
    if not DUTIES[duty].held_at.intersection(kinds):
        message = f"“{unit_name}”不能设“{duty.label}”这一职责。"
        yield Refusal("duty_not_of_this_unit", message, field="duty", clause=DUTIES[duty].clause)
