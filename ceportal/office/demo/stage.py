"""Where the demo plays: its people and units, and the moment it is at."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import Organization, User


class Stage:
    """The demo's people and units, by name, and the moment the play is at."""

    def __init__(self, *, now: datetime, password: str) -> None:
        self.now = now
        self.today = timezone.localdate(now)
        self.password = password
        self.users: dict[str, User] = {}
        self.units: list[Organization] = []
        self.reviewers: dict[int, User] = {}

    def at(self, day: date, hour: int = 10) -> datetime:
        """That hour of `day`, never later than now."""
        moment = timezone.make_aware(datetime.combine(day, time(hour)))
        return min(moment, self.now)

    def ago(self, days: int) -> date:
        """So many days ago, but in this year (on 2 January hardly anything lies behind us)."""
        return max(self.today - timedelta(days=days), date(self.today.year, 1, 1))
