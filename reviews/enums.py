"""Words of review."""

from django.db.models import TextChoices

from accounts.enums import Duty

STAGE_EMPLOYER = 1
STAGE_AUTHORITY = 2


class ReasonCode(TextChoices):
    """Why a declaration was not simply approved. Each can stand with a free text."""

    EVIDENCE_MISSING = "evidence_missing", "佐证材料不全"
    EVIDENCE_UNREADABLE = "evidence_unreadable", "材料看不清"
    FACTS_DIFFER = "facts_differ", "填写内容与材料不符"
    WRONG_SUBJECT = "wrong_subject", "科目类别不对"
    NOT_RECOGNISED = "not_recognised", "不属于可认定的继续教育"
    NOT_PASSED = "not_passed", "未通过考核"
    HOURS_TOO_MANY = "hours_too_many", "学时计算偏多"
    DUPLICATE = "duplicate", "重复申报"
    FALSE = "false", "材料不真实"
    OTHER = "other", "其他"


REVIEWING = Duty.REVIEW_HOURS
