"""Words of the teaching side (施教机构)."""

from django.db.models import IntegerChoices, TextChoices


class RecognitionKind(TextChoices):
    PROVINCIAL_BASE = "provincial_base", "省级继续教育基地"
    MUNICIPAL_BASE = "municipal_base", "市级继续教育基地"
    TRADE_BASE = "trade_base", "行业继续教育基地"
    PLATFORM = "platform", "学习平台"


class RecognitionStatus(TextChoices):
    VERIFIED = "verified", "有文件依据"
    ASSUMED = "assumed", "沿用上一年度，待确认"


class AbsenceKind(TextChoices):
    """How an institution does not stand by its place on the lists, for a time or for good."""

    SUSPENDED = "suspended", "暂停资格"
    EXITED = "exited", "取消资格"


class CourseApproval(TextChoices):
    """By what an online course may be offered (S4-06: one of three)."""

    AUTHORITY = "authority", "省级以上行业主管部门审核同意"
    INSTITUTION = "institution", "授权的专业权威机构推荐"
    PRESS = "press", "省级出版行政部门审核同意"


class FilingState(TextChoices):
    """Where a course stands that a platform has sent by the interface, in the platform's words."""

    WAITING = "waiting", "等人社部门备案"
    FILED = "filed", "已备案"
    REFUSED = "refused", "未予备案"
    REPLACED = "replaced", "平台已改报"


class FilingOutcome(TextChoices):
    """What became of one course of a call."""

    WAITING = "waiting", "等人社部门备案"
    DUPLICATE = "duplicate", "已经报过"
    CONFLICT = "conflict", "与等待备案的内容不同"
    INVALID = "invalid", "内容有误"


class ClassKind(TextChoices):
    """办班种类, as the yearly report counts it (S1-11)."""

    PUBLIC = "public", "公需科目面授班"
    POST = "post", "岗位专业培训班"
    URGENT = "urgent", "急需紧缺人才培训班"
    ADVANCED = "advanced", "高级研修班"
    MANAGERS = "managers", "继续教育管理人员培训班"
    OTHER = "other", "其他"


class ClassForm(TextChoices):
    FACE = "face", "面授"
    ONLINE = "online", "网上直播"
    MIXED = "mixed", "面授和网上结合"


class ClassState(TextChoices):
    """Where a class stands, in the base's words."""

    DRAFT = "draft", "筹备中"
    ASKED = "asked", "等主管部门同意"
    OPEN = "open", "已公布"
    CANCELLED = "cancelled", "已取消"


class Result(TextChoices):
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"


class Funding(TextChoices):
    """Who pays for a planned training (S0-15, S4-18)."""

    UNIT = "unit", "单位承担"
    FISCAL = "fiscal", "财政经费"
    SHARED = "shared", "单位和个人分担"
    PERSONAL = "personal", "个人承担"
    FREE = "free", "不需要经费"


class PlanStage(IntegerChoices):
    """With whom a plan waits: the industry authority, then the bureau of the same level (S3-04)."""

    AUTHORITY = 0, "行业主管部门审核"
    BUREAU = 1, "人社部门备案"


class Finding(TextChoices):
    """What an inspection of a filed plan comes to."""

    GOOD = "good", "未发现问题"
    ADVICE = "advice", "有改进建议"
    MEND = "mend", "要求整改"


class ComplaintKind(TextChoices):
    """What the documents forbid, in their words; by which clause says rules.complaints.CLAUSES."""

    CLASSES = "classes", "乱办班"
    FEES = "fees", "乱收费"
    RAISED = "raised", "擅自提高收费标准"
    SINGLE = "single", "指定单一的施教机构或学习形式"
    FORCED = "forced", "个人出钱却强制指定施教机构"
    FALSE = "false", "弄虚作假，虚报学时"
    SECRET = "secret", "不公开内容、教师、收费等情况"
    QUALITY = "quality", "教学管理混乱、质量低劣"
    OTHER = "other", "其他"


class CreditNoteKind(TextChoices):
    """What later stages found of an institution or a unit, as its credit record tells it."""

    STEERED = "steered", "强制自费学习人员到指定机构"
    FAVOURED = "favoured", "有单位强制指定到本机构学习"
    SANCTION = "sanction", "抽查处理"


class AssessmentKind(TextChoices):
    """考核 each year, 综合评估 every second one (S0-17)."""

    YEARLY = "yearly", "年度考核"
    FULL = "full", "综合评估"


class Grade(TextChoices):
    EXCELLENT = "excellent", "优秀"
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"


class ClassPaperKind(TextChoices):
    """What is kept of a class (教学档案)."""

    SCHEDULE = "schedule", "教学计划、课程表"
    COURSEWARE = "courseware", "教材、课件"
    ATTENDANCE = "attendance", "签到表"
    RESULT = "result", "考核材料"
    PICTURE = "picture", "现场照片"
    REPORT = "report", "总结"
    OTHER = "other", "其他"


class Effect(TextChoices):
    """What came of a class at work."""

    CLEAR = "clear", "效果明显，已用于工作"
    SOME = "some", "有一些效果"
    LITTLE = "little", "效果不明显"


class RecognitionStage(IntegerChoices):
    """With whom an application waits: the industry authority, then the bureau that keeps the list (S2-09)."""

    AUTHORITY = 0, "行业主管部门审核"
    BUREAU = 1, "人社部门认定"


class SeminarLevel(TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"


class SeminarFunding(TextChoices):
    """Who pays for a 高级研修项目 (S0-15): the treasury, the unit, or both."""

    FISCAL = "fiscal", "财政资助"
    OWN = "own", "单位自筹"
    SHARED = "shared", "财政资助和单位自筹"
