"""Words of hours."""

from django.db.models import TextChoices

# Where a declaration waits: with the employer, then with the authority or the bureau (S0-20, A11).
STAGE_EMPLOYER = 1
STAGE_AUTHORITY = 2


class Subject(TextChoices):
    """公需科目 and 专业科目 (S0-06, S0-09); 选修 exists in other provinces' rules (Guangdong)."""

    PUBLIC = "public", "公需科目"
    PROFESSIONAL = "professional", "专业科目"


class PublicKind(TextChoices):
    COMPULSORY = "compulsory", "必修课"
    ELECTIVE = "elective", "选修课"


class DeclarationState(TextChoices):
    """Where a declaration stands, in the declarant's words."""

    DRAFT = "draft", "草稿"
    AT_EMPLOYER = "at_employer", "单位审核中"
    AT_AUTHORITY = "at_authority", "主管部门审核中"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"
    REVERSED = "reversed", "已撤销"


class Payer(TextChoices):
    """Who paid (S4-18)."""

    UNIT = "unit", "单位承担"
    PERSON = "person", "个人承担"
    SHARED = "shared", "单位和个人共同承担"
    FREE = "free", "免费"


class Door(TextChoices):
    """Through which door hours came in."""

    DECLARATION = "declaration", "个人申报"
    PLATFORM = "platform", "学习平台"
    ROSTER = "roster", "基地名单"


class ClaimState(TextChoices):
    LIVE = "live", "已计入"
    HELD = "held", "待核实"
    WITHDRAWN = "withdrawn", "已撤销"
    TOMBSTONE = "tombstone", "先行撤销"
    CONFLICT = "conflict", "有冲突"


class EntryKind(TextChoices):
    CREDIT = "credit", "计入"
    REVERSAL = "reversal", "撤销"
    HOLD = "hold", "暂停计入"
    RELEASE = "release", "恢复计入"


class FieldStatus(TextChoices):
    """How sure a number of the regulation is."""

    VERIFIED = "verified", "有文件依据"
    ASSUMED = "assumed", "暂按上一份文件执行"
    CANDIDATE = "candidate", "依据待核实"
