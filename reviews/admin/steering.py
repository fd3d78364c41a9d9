"""集中于一家机构的线索: whether people who pay themselves were free to choose, a bureau finds out (S4-18)."""

from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.access import recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.desks import Column
from reviews.forms.signals import JudgeForm
from reviews.models import Steering
from reviews.selectors.steering import steering_judged_by
from reviews.services.steering import judge_steering
from reviews.web.overseers import OverseersRegister, moment_of


@admin.register(Steering)
class SteeringDesk(OverseersRegister):
    act = Act.JUDGE_SIGNALS
    lead = "自费学习的人员几乎都在同一家机构的单位，请核实是不是强制指定。数字只是提示，有没有问题由您认定。"
    nothing = ("没有线索", "系统每天查看一次。自费人数少于 10 人的单位不在其中。")
    order = ("verdict", "-id")
    columns = (
        Column("单位", lambda sign: sign.organization.name),
        Column("年度", "year", is_short=True),
        Column("机构", "organiser"),
        Column("自费人数", "payers", is_short=True),
        Column("其中在这一家", "people", is_short=True),
        Column("发现时间", lambda sign: moment_of(sign.found_at), is_short=True),
        Column("认定", lambda sign: sign.get_verdict_display() or "待核实", is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Steering]:
        return steering_judged_by(cast(User, request.user))

    def queue(self, request: HttpRequest) -> QuerySet[Steering]:
        return self.rows(request).filter(verdict="")

    def link(self, row: Steering) -> str:
        return reverse("admin:reviews_steering_judge", args=[row.ref])

    def pages(self) -> list[URLPattern]:
        return [path("<uuid:ref>/", self.door(recently_proved(self.judge)), name=self.address("judge"))]

    def judge(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        user = cast(User, request.user)
        sign = get_object_or_404(steering_judged_by(user), ref=ref)
        form = JudgeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                judge_steering(sign, **form.cleaned_data, by=user, now=timezone.now())
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused.reasons)
            else:
                messages.success(request, "已记录您的认定。")
                return redirect("admin:reviews_steering_judge", ref)
        context = {"title": sign.organization.name, "sign": sign, "form": None if sign.verdict else form}
        return render(request, "reviews/admin/steering.html", context, status=422 if form.is_bound else 200)
