"""Words of what is counted."""

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
