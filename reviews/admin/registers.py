"""The registers of what was decided and recorded, and the trail. They are read, never written."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.enums import Move
from accounts.models import User
from accounts.selectors.reach import Reach, reach_of
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.rules.trail_words import in_words
from ceportal.kernel.web.desks import Column, Filter, Register, years_back
from ceportal.kernel.web.keyset import OfFew
from credits.enums import EntryKind
from reviews.models import Decision, RecordedHours
from reviews.selectors.registers import decisions_in, entries_in, sees_the_trail, trail_seen_by
from reviews.web.overseers import OverseersRegister, moment_of

_UNIT = Filter(
    "unit", "单位", "organization__name_key__startswith", read=comparable, owner="organization", has_few_each=False
)
_DECIDED = (Move.APPROVE, Move.RETURN, Move.REJECT)


class _RegisterOfUnits(OverseersRegister):
    """What units decided or have: one authority sees that of a few units among all."""

    def reach(self, request: HttpRequest) -> Reach:
        if not hasattr(request, "reach_above"):
            request.reach_above = reach_of(cast(User, request.user), self.act)  # type: ignore[attr-defined]
        return cast(Reach, request.reach_above)  # type: ignore[attr-defined]

    def found(self, request: HttpRequest) -> QuerySet[Any] | OfFew[Any]:
        found, units = super().found(request), self.reach(request).units_alone
        if isinstance(found, OfFew) or units is None:
            return found
        return OfFew(found, "organization", units, has_few_each=False)


@admin.register(Decision)
class DecisionRegister(_RegisterOfUnits):
    lead = "辖区内用人单位、主管部门和人社部门作出的每一次审核，最近的在最前。记录不能修改或删除。"
    nothing = ("辖区内还没有审核记录", "有单位审核学时后会出现在这里。")
    filters = (
        _UNIT,
        Filter("name", "申报人", "subject__professional__name__startswith", owner="subject__professional"),
        Filter("state", "决定", "move", tuple((str(move), str(move.label)) for move in _DECIDED)),
    )
    columns = (
        Column("时间", lambda d: moment_of(d.at), is_short=True),
        Column("审核单位", lambda d: d.organization.name),
        Column("审核人", lambda d: d.by.name, is_short=True),
        Column("申报人", lambda d: d.subject.professional.name, is_short=True),
        Column("申报内容", lambda d: d.subject.title),
        Column("决定", lambda d: d.get_move_display(), is_short=True),
        Column("认定学时", "hours_recognised", is_number=True),
        Column("理由", "reason"),
        Column("时限", lambda d: "超期" if d.at > d.was_due_at else "按期", is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Decision]:
        return decisions_in(self.reach(request))


@admin.register(RecordedHours)
class EntryRegister(_RegisterOfUnits):
    lead = "辖区内每一笔记入和撤销，最近的在最前。记错了只能另记一笔撤销，原来的记录不会消失。"
    nothing = ("辖区内还没有学时记录", "学时审核通过后会出现在这里。")
    filters = (
        Filter("name", "姓名", "professional__name__startswith", owner="professional"),
        _UNIT,
        Filter("year", "年度", "year", years_back, int),
        Filter("kind", "类型", "kind", tuple(EntryKind.choices)),
    )
    columns = (
        Column("时间", lambda e: moment_of(e.recorded_at), is_short=True),
        Column("姓名", lambda e: e.professional.name, is_short=True),
        Column("单位", lambda e: e.organization.name if e.organization else "—"),
        Column("年度", "year", is_short=True),
        Column("科目", lambda e: e.get_subject_display(), is_short=True),
        Column("名称", "title"),
        Column("类型", lambda e: e.get_kind_display(), is_short=True),
        Column("学时", "hours", is_number=True),
        Column("原因", "reason"),
        Column("经手", "by_label", is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[RecordedHours]:
        return entries_in(self.reach(request))


@admin.register(AuditEvent)
class TrailRegister(Register):
    lead = "全省的操作记录，供省级监督人员查阅。记录只增不改，不含身份证号码和电话。"
    columns = (
        Column("时间", lambda e: moment_of(e.at), is_short=True),
        Column("谁", "actor_label", is_short=True),
        Column("身份", "role"),
        Column("做了什么", lambda e: in_words(e.action), is_short=True),
        Column("对象编号", lambda e: str(e.subject_ref)[:8], is_short=True),
        Column("从何处", "address", is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "sees_the_trail"):
            request.sees_the_trail = sees_the_trail(cast(User, request.user))  # type: ignore[attr-defined]
        return bool(request.sees_the_trail)  # type: ignore[attr-defined]

    def rows(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return trail_seen_by(cast(User, request.user))
