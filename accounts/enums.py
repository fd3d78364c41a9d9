"""Words of people and units."""

from django.db.models import TextChoices


class AreaKind(TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    ZONE = "zone", "功能区"


class Level(TextChoices):
    """The level of a bureau or an authority."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


class TitleLevel(TextChoices):
    """Levels of professional titles. 高级 is the first two, 初级 the fourth and fifth (facts b7)."""

    FULL_SENIOR = "正高级", "正高级"
    DEPUTY_SENIOR = "副高级", "副高级"
    MIDDLE = "中级", "中级"
    ASSISTANT = "助理级", "助理级"
    CLERK = "员级", "员级"
    NONE = "无", "无"


class UnitNature(TextChoices):
    GOVERNMENT = "government", "机关"
    INSTITUTION = "institution", "事业单位"
    STATE_COMPANY = "state_company", "国有企业"
    PRIVATE = "private", "非公有制单位"
    SOCIAL = "social", "社会组织"


class OrganizationKind(TextChoices):
    """What a unit can be, several at once: the flags `is_<value>` of Organization."""

    EMPLOYER = "employer", "用人单位"
    AUTHORITY = "authority", "行业主管部门"
    BUREAU = "bureau", "人社部门"
    PLATFORM = "platform", "学习平台"
    BASE = "base", "继续教育基地"
    ASSOCIATION = "association", "行业协会（学会）"


class UnitState(TextChoices):
    PENDING = "pending", "待核准"
    ACTIVE = "active", "正常"
    REFUSED = "refused", "未核准"
    CLOSED = "closed", "已注销"


class MandateState(TextChoices):
    """How the managing of certificates for the province stands at another office."""

    COMING = "coming", "未开始"
    IN_FORCE = "in_force", "委托中"
    OVER = "over", "已到期"
    ENDED = "ended", "已终止"


class IdKind(TextChoices):
    RESIDENT = "resident", "居民身份证"
    HMT_PERMIT = "hmt_permit", "港澳台居民居住证或通行证"
    FOREIGN_PERMIT = "foreign_permit", "外国人永久居留身份证"


class Duty(TextChoices):
    """What a membership lets a person do for an organization. Each app's `rules/duties` says with what."""

    APPROVE_PEOPLE = "approve_people", "核准人员注册"
    REVIEW_HOURS = "review_hours", "审核学时"
    MANAGE_UNIT = "manage_unit", "管理单位信息"
    APPROVE_UNITS = "approve_units", "核准单位注册"
    FILE_MONTHS = "file_months", "每月备案"
    REVERSE_HOURS = "reverse_hours", "撤销学时"
    OVERSEE = "oversee", "查看辖区情况"
    MANAGE_CLIENTS = "manage_clients", "管理接口"
    TEACH = "teach", "办班与名单"
    OPERATE = "operate", "系统运行"
    REGULATE = "regulate", "维护规则和日历"
    GRANT_EXCEPTIONS = "grant_exceptions", "批准补报和减免"


class RegistrationState(TextChoices):
    """A person's or a unit's application to be registered."""

    WAITING = "waiting", "等待核准"
    APPROVED = "approved", "已核准"
    REFUSED = "refused", "未核准"
    WITHDRAWN = "withdrawn", "已撤回"


class InvitationState(TextChoices):
    """An invitation to act for a unit. One that has run out is still waiting, and can no longer be taken up."""

    WAITING = "waiting", "等待接受"
    ACCEPTED = "accepted", "已接受"
    DECLINED = "declined", "未接受"
    WITHDRAWN = "withdrawn", "已收回"


class StaffRowState(TextChoices):
    """What a row of a unit's list of people comes to, before anybody is asked."""

    NEW = "new", "将邀请"
    HERE = "here", "不用邀请"
    ASKED = "asked", "已邀请过"
    WRONG = "wrong", "有错误"


class StaffState(TextChoices):
    """Somebody asked to belong to a unit. One that has run out lapses by the clock, and counts as lapsed before."""

    WAITING = "waiting", "等本人答复"
    ACCEPTED = "accepted", "已接受"
    DECLINED = "declined", "已谢绝"
    LAPSED = "lapsed", "已过期"
    WITHDRAWN = "withdrawn", "已收回"


class RequestState(TextChoices):
    """Something asked of an office with a reason and a document, in the words of who asked."""

    DRAFT = "draft", "填写中"
    WAITING = "waiting", "等待处理"
    RETURNED = "returned", "退回补正"
    GRANTED = "granted", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class Move(TextChoices):
    """What a hand can do to something routed."""

    SUBMIT = "submit", "提交"
    APPROVE = "approve", "通过"
    RETURN = "return", "退回补正"
    REJECT = "reject", "不予通过"
    WITHDRAW = "withdraw", "撤回"
    REVERSE = "reverse", "撤销"


class NoticeEvent(TextChoices):
    """What a message in the portal tells."""

    REGISTRATION_WAITING = "registration_waiting", "有人等待核准注册"
    REGISTRATION_DECIDED = "registration_decided", "注册申请有结果"
    REVIEW_WAITING = "review_waiting", "有学时等待审核"
    REVIEW_DUE = "review_due", "审核即将到期"
    REVIEW_OVERDUE = "review_overdue", "审核已超期"
    REVIEW_DIGEST = "review_digest", "每日待审汇总"
    DECLARATION_DECIDED = "declaration_decided", "学时申报有结果"
    HOURS_REVERSED = "hours_reversed", "学时被撤销"
    HOURS_CREDITED = "hours_credited", "学时已计入"
    REVERSAL_WAITING = "reversal_waiting", "有学时等待撤销"
    CERTIFICATE_ISSUED = "certificate_issued", "证书已生成"
    CERTIFICATE_REVOKED = "certificate_revoked", "证书已撤销"
    REQUEST_WAITING = "request_waiting", "有申请等待处理"
    REQUEST_DECIDED = "request_decided", "申请有结果"
    SPOT_CHECK = "spot_check", "学时抽查"
    TEACHING = "teaching", "施教和培训班"
    YEAR_BEHIND = "year_behind", "学时未达标提醒"
    RULES_CHANGED = "rules_changed", "学时规定有变动"
    ACCOUNT_SAFETY = "account_safety", "账号安全提醒"
    INVITED = "invited", "邀请和职责变动"
    LETTER = "letter", "收到公文"


class CodePurpose(TextChoices):
    """What a code that is sent lets a person do."""

    RESET = "reset", "找回密码"
    MAIL = "mail", "登记邮箱"


class CodeChannel(TextChoices):
    PHONE = "phone", "短信"
    MAIL = "mail", "邮件"


class PersonField(TextChoices):
    """What of a person is followed through time."""

    NAME = "name", "姓名"
    AREA = "area", "工作地"
    EMPLOYER = "employer", "单位"
    TITLE = "title", "职称"
    ID_NUMBER = "id_number", "证件号码"
    ACCOUNT = "account", "合并账号"


class TransferKind(TextChoices):
    """What becomes of the employer one has when another is asked for."""

    MOVE = "move", "调入"
    JOIN = "join", "增加任职单位"
    LEAD = "lead", "改为主要单位"


class UnitChangeKind(TextChoices):
    """What about a unit can be changed by asking."""

    RENAME = "rename", "更名"
    SUPERVISOR = "supervisor", "变更主管部门"
    MERGE = "merge", "并入其他单位"


class CorrectionKind(TextChoices):
    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "手机号码"


class Leaving(TextChoices):
    """Why somebody is no longer at work."""

    LEFT = "left", "离职"
    RETIRED = "retired", "退休"
    DIED = "died", "去世"
