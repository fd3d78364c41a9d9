"""What a year still lacks before it opens, and before it closes: line by line, each with where it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, TitleLevel, UnitState
from accounts.models import Area, Membership, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from bases.enums import RecognitionStatus
from bases.models import Recognition
from bases.selectors.complaints import complaints_waiting_for
from ceportal.kernel.selectors.calendar import published_years, work_calendar
from ceportal.office.models import FixedReport
from ceportal.office.selectors.agreement import agreement_of, differing
from ceportal.office.selectors.overview import COUNTED_AT_MOST, counted, waiting
from ceportal.office.selectors.statistics import Asked, Scope, total_of
from certificates.enums import CertificateState
from certificates.selectors import certificates_overseen_by
from credits.rules.closing import closes_on, deadline_of
from credits.selectors.holding import held_seen_by
from credits.selectors.regulation import requirements
from reviews.selectors.filings import filing_bureaus, months_behind

# From this month on the coming year is what is prepared.
_AHEAD_FROM = 10


@dataclass(frozen=True)
class Check:
    """One line: `tone` is ok, warn (works, but look at it) or bad (it holds up); `href` mends it, if anything."""

    name: str
    says: str
    tone: str
    href: str = ""
    action: str = ""


def year_to_open(today: date) -> int:
    """The year that opens next, or that has just opened."""
    return today.year + 1 if today.month >= _AHEAD_FROM else today.year


def year_to_close(today: date) -> int:
    """The running year from October on, before that the one that is over."""
    return today.year if today.month >= _AHEAD_FROM else today.year - 1


def opening(place: Area, year: int) -> Iterator[Check]:
    """Of a place: its rules, themes, lists, calendar and reviewers. Fonts and keys are asked elsewhere."""
    yield from _rules(place, year)
    yield _recognised(place, year)
    if year in published_years():
        yield Check("工作日历", f"{year} 年放假安排已导入。", "ok")
    else:
        href = reverse("admin:kernel_calendarnotice_changelist")
        words = f"{year} 年放假安排还没有导入，审核期限按“暂定”计算，导入后自动重算。"
        yield Check("工作日历", words, "warn", href, "导入放假安排")
    yield _reviewers(place)


def closing(user: User, scope: Scope, place: Area, year: int, *, now: datetime) -> Iterator[Check]:
    """Of a place, for who oversees it: what is still open in the year. Of what others do there nothing is said."""
    asked = requirements(place, year, TitleLevel.MIDDLE)
    last, until = deadline_of(year, asked), closes_on(year, asked, work_calendar(deadline_of(year, asked)))
    is_over = timezone.localdate(now) > until
    yield Check("截止日期", f"申报到 {last} 为止，审核和补正最晚到 {until}。", "ok" if is_over else "warn")
    yield from _open_matters(user, scope, now)
    if may(user, Act.FILE_MONTHS):
        yield _months(user, now)
    yield _certificates(user, year, timezone.localdate(now))
    yield from _figures(scope, place, year, now)


def _rules(place: Area, year: int) -> Iterator[Check]:
    asked, href = requirements(place, year, TitleLevel.MIDDLE), reverse("admin:credits_ruleset_changelist")
    if asked is None:
        yield Check("学时规则", f"{year} 年度没有规则，学时无法核算。", "bad", href, "起草规则")
        return
    if asked.is_assumed:
        yield Check(
            "学时规则", f"{year} 年度没有专门文件，{_assumed(asked.document)}执行。", "warn", href, "查看、起草规则"
        )
    else:
        yield Check("学时规则", f"{year} 年度按{asked.document}执行。", "ok", href, "查看规则")
    theme = asked.settings.get("themes") or asked.settings.get("themes_compulsory")
    if theme is None:
        yield Check("公需科目主题", "规则里没有写明公需科目的主题。", "warn", href, "写进规则")
    else:
        tone = "ok" if theme.status == "verified" else "warn"
        words = f"{theme.value}。" if tone == "ok" else f"还没有新文件，沿用：{theme.value}。"
        yield Check("公需科目主题", words, tone, href, "查看规则")


def _assumed(document: str) -> str:
    return document if document.startswith("暂按") else f"暂按{document}"


def _recognised(place: Area, year: int) -> Check:
    rows = Recognition.objects.filter(year=year, area__path__startswith=place.path, ended_on__isnull=True)
    assumed = rows.filter(status=RecognitionStatus.ASSUMED).count()
    href, total = f"{reverse('admin:bases_recognition_changelist')}?year={year}", rows.count()
    if not total:
        return Check("基地和平台", f"{year} 年度还没有认定名单，跨年时自动沿用上一年的。", "warn", href, "维护认定名单")
    if assumed:
        words = f"共 {total} 家，其中 {assumed} 家是沿用的、还没有确认；确认前照常计入。"
        return Check("基地和平台", words, "warn", href, "逐家确认")
    return Check("基地和平台", f"共 {total} 家，都已确认。", "ok", href, "查看名单")


def _reviewers(place: Area) -> Check:
    able = Membership.objects.filter(ended_at__isnull=True, user__is_active=True, duty=Duty.REVIEW_HOURS)
    units = Organization.objects.filter(state=UnitState.ACTIVE, is_bureau=True, area__path__startswith=place.path)
    without = units.exclude(pk__in=able.filter(organization__in=units).values("organization"))
    names = list(without.order_by("area__path").values_list("name", flat=True)[:4])
    if not names:
        return Check("审核人员", "各级人社部门都有人审核学时。", "ok")
    words = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    return Check("审核人员", f"{words}没有人承担“审核学时”，请单位管理员登记职责。", "bad")


def _open_matters(user: User, scope: Scope, now: datetime) -> Iterator[Check]:
    count = counted(waiting(scope, "", now=now))
    yield _count("待审核的学时", count, "件还没有审完", reverse("office:waiting"), "看在哪个单位")
    if may(user, Act.RULE_ON_HELD):
        yield _held(user)
    complaints = complaints_waiting_for(user).count()
    yield _count("投诉", complaints, "件等您答复", reverse("bases:complaints"), "去答复")


def _held(user: User) -> Check:
    held = len(held_seen_by(user).order_by("pk").values_list("pk")[: COUNTED_AT_MOST + 1])
    return _count("待核实学时", held, "条等人社部门核实", reverse("admin:credits_heldhours_changelist"), "去核实")


def _months(user: User, now: datetime) -> Check:
    today = timezone.localdate(now)
    months = [month for bureau in filing_bureaus(user) for month in months_behind(bureau, today=today)]
    return _count("每月备案", len(months), "个月还没有备案", reverse("admin:reviews_filing_changelist"), "去备案")


def _certificates(user: User, year: int, today: date) -> Check:
    rows = certificates_overseen_by(user, today=today).filter(state=CertificateState.INTENDED, year=year)
    count = len(rows.order_by("pk").values_list("pk")[: COUNTED_AT_MOST + 1])
    href = f"{reverse('admin:certificates_certificate_changelist')}?year={year}&state={CertificateState.INTENDED}"
    return _count("证书", count, "份正在生成", href, "查看")


def _figures(scope: Scope, place: Area, year: int, now: datetime) -> Iterator[Check]:
    total = total_of(scope, Asked(year, place))
    behind = total.obliged - total.met
    href = f"{reverse('office:counted_people')}?year={year}&place={place.pk}&standing=behind"
    yield _count("没有达标的人员", behind, "人还没有达标", href, "看是哪些人", limit=None)
    agreed = agreement_of(place, year, now=now)
    parts = differing(agreed.ways)
    page = f"{reverse('office:agreement')}?year={year}"
    if not agreed.ways:
        yield Check("统计核对", "由系统每天核对一次，还没有核对过。", "warn", page, "查看核对")
    elif parts:
        yield Check("统计核对", f"{'、'.join(parts)}各方的数对不上。", "bad", page, "看差在哪里")
    else:
        yield Check("统计核对", "人社部门、主管部门、用人单位和学时账户的数一致。", "ok", page, "查看核对")
    reports = FixedReport.objects.filter(organization__in=scope.units, area=place, year=year)
    published = reports.filter(published_at__isnull=False).exists()
    words = "已公布。" if published else "已固定，还没有公布。" if reports.exists() else "还没有固定和公布。"
    yield Check("年度统计报告", words, "ok" if published else "warn", reverse("office:fixed_reports"), "统计报告")


def _count(name: str, count: int, words: str, href: str, action: str, *, limit: int | None = COUNTED_AT_MOST) -> Check:
    if not count:
        return Check(name, "没有。", "ok")
    told = f"{limit} 以上" if limit is not None and count > limit else str(count)
    return Check(name, f"{told} {words}。", "warn", href, action)
