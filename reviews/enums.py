"""Words of review."""

from django.db.models import TextChoices

from accounts.enums import Duty

REVIEWING = Duty.REVIEW_HOURS
# How many characters a written reason may have.
REASON_LIMIT = 500


class ReasonCode(TextChoices):
    """Why a declaration was not simply approved. Each stands with a free text."""

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


# Where it is written that such hours do not count, or how they are reviewed.
REASON_CLAUSES = {
    ReasonCode.EVIDENCE_MISSING: "S3-07",
    ReasonCode.EVIDENCE_UNREADABLE: "S3-06",
    ReasonCode.FACTS_DIFFER: "S4-15",
    ReasonCode.WRONG_SUBJECT: "S4-03",
    ReasonCode.NOT_RECOGNISED: "S4-07",
    ReasonCode.NOT_PASSED: "S2-13",
    ReasonCode.HOURS_TOO_MANY: "A17",
    ReasonCode.DUPLICATE: "A13",
    ReasonCode.FALSE: "S4-16",
}


class ReversalCode(TextChoices):
    """Why hours that were credited are taken back."""

    BORROWED = "borrowed", "冒用他人证书"
    COMPOSED = "composed", "合成、涂改证书"
    FALSE = "false", "提交虚假申报资料"
    CONVERSION = "conversion", "学时折算中弄虚作假"
    WRONGLY_REVIEWED = "wrongly_reviewed", "抽查发现审核有误"
    COUNTED_TWICE = "counted_twice", "同一培训重复计入"
    SOURCE_CORRECTED = "source_corrected", "报送单位更正或撤回"


class DueGroup(TextChoices):
    """How pressing something waiting is."""

    OVERDUE = "overdue", "已超期"
    TODAY = "today", "今天到期"
    SOON = "soon", "两个工作日内"
    LATER = "later", "以后到期"


class Share(TextChoices):
    """Whose of a divided desk is shown."""

    MINE = "mine", "分给我的"
    FREE = "free", "还没有人办的"


class CampaignState(TextChoices):
    """A spot check: everything that can be drawn is published, then it is drawn, then all of it is settled."""

    PUBLISHED = "published", "已公布，待抽取"
    DRAWN = "drawn", "核查中"
    CLOSED = "closed", "已办结"


class InspectionState(TextChoices):
    OPEN = "open", "待核查"
    EVIDENCE = "evidence", "等待补充材料"
    HEARING = "hearing", "听取意见"
    CLOSED = "closed", "已办结"


class Finding(TextChoices):
    """What an inspection came to."""

    SOUND = "sound", "属实"
    WRONG = "wrong", "认定有误"
    FALSE = "false", "弄虚作假"


class InspectionMove(TextChoices):
    """What can happen in an inspection."""

    DRAW = "draw", "抽中"
    TAKE = "take", "分给核查人员"
    ASK = "ask", "要求补充材料"
    ANSWER = "answer", "补充材料"
    LAPSE = "lapse", "逾期未答复"
    INTEND = "intend", "拟作认定，听取意见"
    STATE = "state", "陈述意见"
    FIND = "find", "作出认定"


class Asked(TextChoices):
    """Of whom more evidence is asked."""

    PERSON = "person", "申报人本人"
    UNIT = "unit", "用人单位"


class Measure(TextChoices):
    """What follows for a person or a unit beside the hours."""

    RECORD = "record", "记入审核记录"
    WARN = "warn", "警示"
    ANNOUNCE = "announce", "通报"


class SignalKind(TextChoices):
    """Signs of fraud. The last one is a mere hint."""

    SAME_FILE = "same_file", "同一份材料用于两人"
    SAME_NUMBER = "same_number", "同一证书编号用于两人"
    OUR_PAPER = "our_paper", "本平台证书被改动或冒用"
    UNKNOWN_CLASS = "unknown_class", "办班单位没有这一期培训"
    TOO_MANY = "too_many", "学时或速度异常"
    CLASSMATES = "classmates", "同班学员材料相同（仅提示）"


# Told to reviewers alone: nobody has to decide on them.
HINTS = (SignalKind.CLASSMATES,)


class Verdict(TextChoices):
    """What a person of the bureau makes of a sign."""

    DISMISSED = "dismissed", "没有问题"
    CONFIRMED = "confirmed", "确有问题"
