"""Words of what is counted and exported."""

from django.db.models import TextChoices


class Standing(TextChoices):
    """How a person's year stands. HALF and LESS are of those who owe the year and have not met it."""

    MET = "met", "已达标"
    HALF = "half", "在途（已满一半）"
    LESS = "less", "落后（不足一半）"
    EXCUSED = "excused", "不作要求"


class By(TextChoices):
    """By what the yearly report has its rows."""

    AREA = "area", "地区"
    TRADE = "trade", "职称系列"
    NATURE = "nature", "单位性质"
    LEVEL = "level", "职称级别"
    UNIT = "unit", "单位"


class Grade(TextChoices):
    """How well one part of a unit's year was found."""

    GOOD = "good", "好"
    FAIR = "fair", "一般"
    POOR = "poor", "需要改进"


class ExportKind(TextChoices):
    """Which list is exported."""

    STAFF = "staff", "人员达标情况"
    APPRAISAL = "appraisal", "评聘考核名单"
    REGISTER = "register", "学习登记册"


class ExportState(TextChoices):
    """Whether an export may be made; how far it is, its job says."""

    ASKED = "asked", "等待核准"
    GRANTED = "granted", "已核准"
    REFUSED = "refused", "未核准"
    WITHDRAWN = "withdrawn", "已取消"


class AnnouncementKind(TextChoices):
    """What a bureau or an authority publishes."""

    DOCUMENT = "document", "文件通知"
    GUIDE = "guide", "办事指南"
    FREE = "free", "公需科目免费学习"
    NAMED = "named", "表彰和通报"


class Audience(TextChoices):
    """On whose home an announcement stands."""

    EVERYBODY = "everybody", "所有人（不登录也能看）"
    PEOPLE = "people", "专业技术人员"
    STAFF = "staff", "单位经办和审核人员"
    TEACHING = "teaching", "基地和学习平台"
    OFFICES = "offices", "人社部门和行业主管部门"


class TakenKind(TextChoices):
    """What is taken over from another system, in the order in which it has to come."""

    UNITS = "units", "单位"
    PEOPLE = "people", "人员"
    HOURS = "hours", "往年学时"
    CERTIFICATES = "certificates", "往年证书"


class TakeOverState(TextChoices):
    """Where a file of what is taken over stands."""

    CHECKED = "checked", "待核对"
    ASKED = "asked", "待另一人确认"
    TAKING = "taking", "正在接收"
    DONE = "done", "已接收"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"
    DROPPED = "dropped", "已作废"


class TakenState(TextChoices):
    """What a row is found to be before anything is taken over, and what became of it."""

    NEW = "new", "新增"
    KNOWN = "known", "平台已有"
    WRONG = "wrong", "有错误"
    DOUBTED = "doubted", "接收后待核实"
    TAKEN = "taken", "已接收"
    HELD = "held", "待核实"
    REFUSED = "refused", "未接收"
    UNDONE = "undone", "已撤销"
    KEPT = "kept", "没有撤销"


class LetterKind(TextChoices):
    """What a bureau writes to a person or a unit under a number (公文)."""

    CORRECTION = "correction", "补正通知书"
    REVERSAL = "reversal", "学时撤销决定书"
    CIRCULAR = "circular", "通报"
    NOTICE = "notice", "告知书"


class LetterStep(TextChoices):
    """What the addressee did with a letter: the proof of its delivery."""

    OPENED = "opened", "查看"
    FETCHED = "fetched", "下载"


class RollKind(TextChoices):
    """What a published list of names is for."""

    COMMEND = "commend", "表彰"
    SANCTION = "sanction", "通报处理"
