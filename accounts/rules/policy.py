"""Who may do what to whose: the one table of duty × action × scope. Selectors and doors are built on it.

To add an action, add a line; `make policy` writes docs/policy.md. What people do with their own (declare, ask, read,
withdraw) needs no duty and stands in no line. Nobody ever decides on what is their own (A24).
"""

from dataclasses import dataclass
from enum import StrEnum

from accounts.enums import Duty, OrganizationKind


class Scope(StrEnum):
    """Whose things an action reaches, from the unit at which the duty is held."""

    WAITING = "交本单位处理、由本单位处理过的"
    UNIT = "本单位的"
    PEOPLE = "本单位人员的"
    REGISTERED = "本单位人员的、由本单位核准注册的"
    REACH = "本行业下属单位、本地区及以下的"
    PLACE = "本地区及以下的"
    MANDATED = "受委托期间，本地区及以下的或本部门所属单位人员的"
    PROVINCE = "全省的"
    SYSTEM = "系统的，不含个人信息"


class Act(StrEnum):
    """What a duty lets a person do; the name says it in code."""

    APPROVE_PEOPLE = "核准人员注册"
    SEE_PEOPLE = "查看人员名单"
    INVITE_PEOPLE = "按名单邀请人员加入本单位"
    REMIND_PEOPLE = "提醒未达标的人员、设置部门"
    URGE_PEOPLE = "通知辖区、本行业未达标的人员"
    EXPORT_PEOPLE = "导出人员名单"
    APPROVE_UNITS = "核准单位注册"
    ASK_STATIONING = "申请变更职称评审归属"
    PROPOSE_STATIONING = "提出把单位划归本地区评审"
    SEE_STATIONINGS = "查看职称评审归属"
    CHANGE_UNITS = "申请单位更名、合并或变更主管"
    SEE_UNIT_CHANGES = "查看单位变更"
    HOLD_PEOPLE = "接收单位尚未注册的人员"
    SEE_HAND_OVERS = "查看单位管理交接"
    APPOINT_SUCCESSORS = "核准单位管理交接"
    STAFF_UNIT = "邀请、收回承担本单位职责的人员"
    ACT_ON_PEOPLE = "查看、办理人员调动和信息更正"
    RECORD_LEAVING = "登记本地区人员离职、退休、去世"
    ERASE_PEOPLE = "提出、确认清除期满人员的信息"
    UNMASK = "查看完整的证件号码和手机号"
    PROPOSE_MERGES = "提出合并重复账号"
    SEE_HOURS = "查看本单位人员的学时"
    REVIEW_HOURS = "审核学时"
    APPOINT_DEPUTIES = "请人代审学时"
    OVERSEE_DEPUTIES = "查看、安排本单位人员的代审"
    RULE_ON_APPEALS = "处理申诉"
    SEE_REQUESTS = "查看减免、补报和外省学时申请"
    SEE_OUTSIDE_HOURS = "查看外省学时申请"
    RULE_ON_REQUESTS = "处理减免、补报和外省学时申请"
    GRANT_EXCEPTIONS = "批准往年补报"
    KEEP_STANDARDS = "制定认定标准"
    TEACH = "办班、上传名单"
    CONSENT_TO_CLASSES = "同意基地办班"
    ENROL_PEOPLE = "为本单位人员报名培训班"
    FOLLOW_CLASSES = "填写培训班的跟踪问效"
    FILE_PLANS = "报送年度培训计划"
    FILE_PLANS_OF_BASES = "报送基地的年度培训计划"
    RULE_ON_PLANS = "审核、备案年度培训计划"
    SEE_PLANS = "查看年度培训计划"
    INSPECT_PLANS = "检查已备案的培训计划"
    RUN_TRAININGS = "登记本单位组织的培训"
    RULE_ON_TRAININGS = "审核单位登记的培训"
    RULE_ON_COMPLAINTS = "答复投诉"
    SEE_COMPLAINTS = "查看投诉"
    ASSESS_BASES = "考核评估基地"
    COMMENT_ON_BASES = "对所属基地提出评价意见"
    DISCLOSE = "维护本机构的公开信息"
    KEEP_KEYS = "管理本平台的接口密钥"
    ANSWER_MISSING = "答复学员查询的学时"
    OVERSEE_MISSING = "查看平台没有答复的学时查询"
    OVERSEE_KEYS = "启用、停用接口密钥"
    RULE_ON_HELD = "处理待核实学时"
    KEEP_LISTS = "维护认定名单"
    APPLY_FOR_RECOGNITION = "申请认定为基地、备案平台"
    RECOMMEND_BASES = "推荐所属单位为基地"
    RULE_ON_RECOGNITIONS = "审核、认定基地和平台"
    KEEP_TEACHERS = "维护、选用师资库"
    SEE_TEACHERS = "查看师资库"
    PLAN_SEMINARS = "下达高级研修项目计划"
    HOLD_SEMINARS = "承办高级研修项目"
    REGULATE = "起草、核准学时规则"
    KEEP_CALENDAR = "维护工作日历"
    FILE_MONTHS = "集中备案"
    SEE_FILINGS = "查看备案清单"
    REVERSE_HOURS = "撤销学时"
    PLAN_SPOT_CHECKS = "组织抽查"
    INSPECT = "核查抽中的学时"
    ANSWER_INSPECTIONS = "回复抽查要求"
    JUDGE_SIGNALS = "处理疑点线索"
    OVERSEE = "查看审核和学时记录"
    EVALUATE_UNITS = "评估单位的继续教育工作"
    SEE_EVALUATIONS = "查看对本单位的评估"
    PUBLISH_STATISTICS = "固定、公布年度统计"
    ANNOUNCE = "发布通知公告"
    SEND_LETTERS = "发出公文、查看送达"
    RECEIVE_LETTERS = "查看发给本单位的公文"
    KEEP_ROLLS = "起草、公布表彰和通报名单"
    NAME_OFFICER = "登记本单位的继续教育专职人员和应参加人数"
    OVERSEE_OFFICERS = "查看单位的专职人员和注册率、登记管理人员培训"
    TAKE_OVER = "接收原系统的单位、人员、学时和证书"
    KEEP_FUNDING = "登记教育经费"
    SEE_CERTIFICATES = "查看证书登记"
    RULE_ON_SUSPICIONS = "处理可疑证书举报"
    MANDATE_CERTIFICATES = "委托市县或主管部门管理、发放证书"
    KEEP_MANDATED = "管理受委托发放的证书、处理可疑证书举报"
    READ_TRAIL = "查看操作日志"
    OPERATE = "查看运行状态、重试"


@dataclass(frozen=True)
class Permission:
    """`duties`: any of them is enough. `at`: the kinds of unit where it counts; none: wherever the duty can be held.
    `proof`: who acts proves once more who they are. `two`: a second person has to agree.
    """

    duties: tuple[Duty, ...]
    scope: Scope
    at: tuple[OrganizationKind, ...] = ()
    proof: bool = False
    two: bool = False


_EMPLOYER, _BUREAU = OrganizationKind.EMPLOYER, OrganizationKind.BUREAU
_AUTHORITY = OrganizationKind.AUTHORITY
_BASE, _PLATFORM = OrganizationKind.BASE, OrganizationKind.PLATFORM
_OF_PEOPLE = (Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE)

POLICY: dict[Act, Permission] = {
    Act.APPROVE_PEOPLE: Permission((Duty.APPROVE_PEOPLE,), Scope.WAITING),
    Act.SEE_PEOPLE: Permission(_OF_PEOPLE, Scope.PEOPLE),
    Act.INVITE_PEOPLE: Permission((Duty.APPROVE_PEOPLE,), Scope.UNIT, at=(_EMPLOYER,), proof=True),
    Act.REMIND_PEOPLE: Permission(_OF_PEOPLE, Scope.PEOPLE),
    Act.URGE_PEOPLE: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY, _BUREAU)),
    Act.EXPORT_PEOPLE: Permission((*_OF_PEOPLE, Duty.OVERSEE), Scope.REACH, proof=True, two=True),
    Act.APPROVE_UNITS: Permission((Duty.APPROVE_UNITS,), Scope.WAITING),
    Act.ASK_STATIONING: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,), two=True),
    Act.PROPOSE_STATIONING: Permission((Duty.APPROVE_UNITS,), Scope.PLACE, at=(_BUREAU,), two=True),
    Act.SEE_STATIONINGS: Permission((Duty.MANAGE_UNIT, Duty.APPROVE_UNITS), Scope.WAITING),
    Act.CHANGE_UNITS: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,), two=True),
    Act.SEE_UNIT_CHANGES: Permission((Duty.MANAGE_UNIT, Duty.APPROVE_UNITS), Scope.WAITING),
    Act.HOLD_PEOPLE: Permission((Duty.APPROVE_PEOPLE,), Scope.WAITING, at=(_BUREAU,)),
    Act.SEE_HAND_OVERS: Permission((Duty.MANAGE_UNIT, Duty.APPROVE_UNITS), Scope.WAITING),
    Act.APPOINT_SUCCESSORS: Permission((Duty.APPROVE_UNITS,), Scope.REACH),
    Act.STAFF_UNIT: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, proof=True),
    Act.ACT_ON_PEOPLE: Permission(_OF_PEOPLE, Scope.PEOPLE),
    Act.RECORD_LEAVING: Permission((Duty.APPROVE_PEOPLE,), Scope.PLACE, at=(_BUREAU,)),
    Act.ERASE_PEOPLE: Permission((Duty.APPROVE_PEOPLE,), Scope.PLACE, at=(_BUREAU,), proof=True, two=True),
    Act.UNMASK: Permission(_OF_PEOPLE, Scope.REGISTERED),
    Act.PROPOSE_MERGES: Permission((Duty.APPROVE_PEOPLE,), Scope.PLACE, at=(_BUREAU,), two=True),
    Act.SEE_HOURS: Permission(_OF_PEOPLE, Scope.PEOPLE),
    Act.REVIEW_HOURS: Permission((Duty.REVIEW_HOURS,), Scope.WAITING),
    Act.RULE_ON_APPEALS: Permission((Duty.REVIEW_HOURS,), Scope.WAITING),
    Act.OVERSEE_DEPUTIES: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, proof=True),
    Act.APPOINT_DEPUTIES: Permission((Duty.REVIEW_HOURS, Duty.MANAGE_UNIT), Scope.UNIT, proof=True),
    Act.SEE_REQUESTS: Permission((*_OF_PEOPLE, Duty.GRANT_EXCEPTIONS), Scope.WAITING),
    Act.SEE_OUTSIDE_HOURS: Permission((*_OF_PEOPLE, Duty.GRANT_EXCEPTIONS, Duty.REVIEW_HOURS), Scope.WAITING),
    Act.RULE_ON_REQUESTS: Permission((Duty.GRANT_EXCEPTIONS, Duty.REVIEW_HOURS), Scope.WAITING),
    Act.GRANT_EXCEPTIONS: Permission((Duty.GRANT_EXCEPTIONS,), Scope.WAITING, two=True),
    Act.KEEP_STANDARDS: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,)),
    Act.TEACH: Permission((Duty.TEACH,), Scope.UNIT, at=(_BASE,)),
    Act.CONSENT_TO_CLASSES: Permission((Duty.REVIEW_HOURS,), Scope.WAITING, at=(_AUTHORITY, _BUREAU)),
    Act.ENROL_PEOPLE: Permission(_OF_PEOPLE, Scope.PEOPLE),
    Act.FOLLOW_CLASSES: Permission((Duty.MANAGE_UNIT, Duty.REVIEW_HOURS), Scope.PEOPLE, at=(_EMPLOYER, _AUTHORITY)),
    Act.FILE_PLANS: Permission((Duty.MANAGE_UNIT, Duty.REVIEW_HOURS), Scope.UNIT, at=(_EMPLOYER, _AUTHORITY)),
    Act.FILE_PLANS_OF_BASES: Permission((Duty.TEACH,), Scope.UNIT, at=(_BASE,)),
    Act.RULE_ON_PLANS: Permission((Duty.REVIEW_HOURS,), Scope.WAITING, at=(_AUTHORITY, _BUREAU)),
    Act.SEE_PLANS: Permission((Duty.REVIEW_HOURS, Duty.OVERSEE), Scope.REACH, at=(_AUTHORITY, _BUREAU)),
    Act.INSPECT_PLANS: Permission((Duty.OVERSEE,), Scope.PLACE, at=(_BUREAU,)),
    Act.RUN_TRAININGS: Permission((Duty.MANAGE_UNIT, Duty.REVIEW_HOURS), Scope.UNIT, at=(_EMPLOYER, _AUTHORITY)),
    Act.RULE_ON_TRAININGS: Permission((Duty.REVIEW_HOURS,), Scope.WAITING, at=(_AUTHORITY, _BUREAU)),
    Act.RULE_ON_COMPLAINTS: Permission((Duty.OVERSEE,), Scope.WAITING, at=(_BUREAU,)),
    Act.SEE_COMPLAINTS: Permission((Duty.OVERSEE,), Scope.PLACE, at=(_BUREAU,)),
    Act.ASSESS_BASES: Permission((Duty.REGULATE,), Scope.PLACE, at=(_BUREAU,)),
    Act.COMMENT_ON_BASES: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY,)),
    Act.DISCLOSE: Permission((Duty.TEACH, Duty.MANAGE_CLIENTS), Scope.UNIT),
    Act.KEEP_KEYS: Permission((Duty.MANAGE_CLIENTS,), Scope.UNIT, at=(_PLATFORM,), proof=True),
    Act.ANSWER_MISSING: Permission((Duty.MANAGE_CLIENTS,), Scope.WAITING, at=(_PLATFORM,)),
    Act.OVERSEE_MISSING: Permission((Duty.MANAGE_CLIENTS,), Scope.PLACE, at=(_BUREAU,)),
    Act.OVERSEE_KEYS: Permission((Duty.MANAGE_CLIENTS,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.RULE_ON_HELD: Permission((Duty.REVERSE_HOURS,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.KEEP_LISTS: Permission((Duty.REGULATE,), Scope.PLACE, at=(_BUREAU,)),
    Act.APPLY_FOR_RECOGNITION: Permission(
        (Duty.MANAGE_UNIT, Duty.TEACH, Duty.MANAGE_CLIENTS), Scope.UNIT, at=(_EMPLOYER, _BASE, _PLATFORM)
    ),
    Act.RECOMMEND_BASES: Permission((Duty.REVIEW_HOURS,), Scope.REACH, at=(_AUTHORITY,)),
    Act.RULE_ON_RECOGNITIONS: Permission((Duty.REVIEW_HOURS, Duty.REGULATE), Scope.WAITING, at=(_AUTHORITY, _BUREAU)),
    Act.KEEP_TEACHERS: Permission((Duty.TEACH,), Scope.UNIT, at=(_BASE,)),
    Act.SEE_TEACHERS: Permission((Duty.TEACH, Duty.OVERSEE, Duty.REGULATE), Scope.PROVINCE),
    Act.PLAN_SEMINARS: Permission((Duty.REGULATE,), Scope.PROVINCE, at=(_BUREAU,)),
    Act.HOLD_SEMINARS: Permission((Duty.TEACH, Duty.MANAGE_UNIT), Scope.UNIT),
    Act.REGULATE: Permission((Duty.REGULATE,), Scope.PLACE, at=(_BUREAU,), proof=True, two=True),
    Act.KEEP_CALENDAR: Permission((Duty.REGULATE,), Scope.PROVINCE, at=(_BUREAU,)),
    Act.FILE_MONTHS: Permission((Duty.FILE_MONTHS,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.SEE_FILINGS: Permission((Duty.FILE_MONTHS, Duty.OVERSEE), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.REVERSE_HOURS: Permission((Duty.REVERSE_HOURS,), Scope.REACH, proof=True),
    Act.PLAN_SPOT_CHECKS: Permission((Duty.OVERSEE,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.INSPECT: Permission((Duty.REVERSE_HOURS,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.ANSWER_INSPECTIONS: Permission((Duty.REVIEW_HOURS, Duty.MANAGE_UNIT), Scope.UNIT),
    Act.JUDGE_SIGNALS: Permission((Duty.REVERSE_HOURS,), Scope.PLACE, at=(_BUREAU,), proof=True),
    Act.OVERSEE: Permission((Duty.OVERSEE,), Scope.REACH),
    Act.EVALUATE_UNITS: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY, _BUREAU)),
    Act.SEE_EVALUATIONS: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,)),
    Act.PUBLISH_STATISTICS: Permission((Duty.OVERSEE,), Scope.UNIT, at=(_AUTHORITY, _BUREAU), proof=True),
    Act.KEEP_FUNDING: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,)),
    Act.ANNOUNCE: Permission((Duty.OVERSEE,), Scope.UNIT, at=(_AUTHORITY, _BUREAU)),
    Act.SEND_LETTERS: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY, _BUREAU)),
    Act.RECEIVE_LETTERS: Permission((*_OF_PEOPLE, Duty.REVIEW_HOURS), Scope.UNIT),
    Act.KEEP_ROLLS: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY, _BUREAU), proof=True, two=True),
    Act.NAME_OFFICER: Permission((Duty.MANAGE_UNIT,), Scope.UNIT, at=(_EMPLOYER,)),
    Act.OVERSEE_OFFICERS: Permission((Duty.OVERSEE,), Scope.REACH, at=(_AUTHORITY, _BUREAU)),
    Act.TAKE_OVER: Permission((Duty.GRANT_EXCEPTIONS,), Scope.PLACE, at=(_BUREAU,), proof=True, two=True),
    Act.SEE_CERTIFICATES: Permission((Duty.OVERSEE,), Scope.PLACE, at=(_BUREAU,)),
    Act.RULE_ON_SUSPICIONS: Permission((Duty.OVERSEE,), Scope.PLACE, at=(_BUREAU,)),
    Act.MANDATE_CERTIFICATES: Permission((Duty.REGULATE,), Scope.PROVINCE, at=(_BUREAU,), proof=True),
    Act.KEEP_MANDATED: Permission((Duty.OVERSEE,), Scope.MANDATED, at=(_AUTHORITY, _BUREAU)),
    Act.READ_TRAIL: Permission((Duty.OVERSEE,), Scope.PROVINCE, at=(_BUREAU,)),
    Act.OPERATE: Permission((Duty.OPERATE,), Scope.SYSTEM),
}


def duties_for(*acts: Act) -> tuple[Duty, ...]:
    """Any of which lets a person do any of `acts`."""
    return tuple(dict.fromkeys(duty for act in acts for duty in POLICY[act].duties))
