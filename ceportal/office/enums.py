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
