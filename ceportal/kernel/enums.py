"""Words of the ground floor."""

from django.db.models import TextChoices


class NoticeStatus(TextChoices):
    PUBLISHED = "published", "已公布"
    PROVISIONAL = "provisional", "暂定"


class JobState(TextChoices):
    WAITING = "waiting", "等待"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class FileState(TextChoices):
    """Nobody is shown a file before it is clean."""

    QUARANTINED = "quarantined", "安全检查中"
    CLEAN = "clean", "可以查看"
    INFECTED = "infected", "未通过安全检查"
