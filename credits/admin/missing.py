"""学时没到的查询: what platforms have not answered, for the bureaus over them and of the people's places."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.web.desks import Column, Filter, Register
from credits.models import MissingHours
from credits.selectors.missing import overseen_by
from credits.web.regulators import reader


@admin.register(MissingHours)
class MissingDesk(Register):
    lead = "学员在平台上学了、学时却没到的查询，等平台在 5 个工作日内答复。超期的排在前面，请督促平台。"
    nothing = ("没有等平台答复的查询", "学员在“学时明细”里提出后，等待答复期间会出现在这里。")
    order = ("due_at", "id")
    filters = (Filter("unit", "学习平台", "platform__name_key__startswith", read=comparable),)
    columns = (
        Column("学习平台", lambda row: row.platform.name),
        Column("联系电话", lambda row: row.platform.contact_phone or "没有登记", is_short=True),
        Column("学员", lambda row: row.professional.name, is_short=True),
        Column("课程", "title"),
        Column("学完日期", lambda row: row.learned_on.isoformat(), is_short=True),
        Column("提出", lambda row: timezone.localdate(row.asked_at).isoformat(), is_short=True),
        Column("期限", lambda row: _limit(row), is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "oversees_missing"):
            keeper.oversees_missing = units_for(reader(request), Act.OVERSEE_MISSING).exists()
        return bool(keeper.oversees_missing)

    def rows(self, request: HttpRequest) -> QuerySet[MissingHours]:
        return overseen_by(reader(request))

    def queue(self, request: HttpRequest) -> QuerySet[MissingHours]:
        return self.rows(request)


def _limit(row: MissingHours) -> str:
    if row.due_at is None:
        return ""
    last = timezone.localdate(row.due_at - timedelta(microseconds=1))
    return f"已超期（{last}）" if row.due_at <= timezone.now() else str(last)
