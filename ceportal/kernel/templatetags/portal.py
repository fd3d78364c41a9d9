"""How days, hours, limits and names are written on every page."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ceportal.kernel.rules import citations, id_number
from ceportal.kernel.rules.working_days import WorkCalendar, working_days_left
from ceportal.kernel.selectors.calendar import work_calendar
from ceportal.kernel.web.calendars import calendar_of

register = template.Library()

_WEEKDAYS = "一二三四五六日"
_SATURDAY = 5
_CALENDAR = "portal_work_calendar"
# What stands under a heading 依据 does not repeat it (text.css); 参照 is always said.
_LEADS = {
    "依据": SafeString('<span class="clause-lead">依据：</span>'),
    "参照": SafeString("参照"),
    "": SafeString(""),
}


def _day(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


def last_day(due_at: datetime) -> date:
    """The day whose end is `due_at` (the moment is exclusive)."""
    return timezone.localdate(due_at - timedelta(microseconds=1))


@register.filter
def cn_day(value: date | datetime | None) -> str:
    """2025年10月11日; empty for nothing."""
    if not value:
        return ""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def short_day(value: date | datetime | None) -> str:
    """10月11日, where the year is plain."""
    if not value:
        return ""
    day = _day(value)
    return f"{day.month}月{day.day}日"


@register.filter
def iso_day(value: date | datetime | None) -> str:
    """2025-10-11, for tables."""
    return _day(value).isoformat() if value else ""


@register.filter
def cn_moment(value: datetime | None) -> str:
    """2025年10月11日 09:05 by local time."""
    return f"{cn_day(value)} {timezone.localtime(value):%H:%M}" if value else ""


@register.filter
def waited(since: datetime) -> str:
    """今天刚送到, 3 天: for how many days something has lain there, by local days."""
    days = (timezone.localdate() - timezone.localdate(since)).days
    return f"{days} 天" if days > 0 else "今天刚送到"


@register.filter
def number(value: Decimal | int | None) -> str:
    """8, 8.5, -2: hours without their unit and without idle zeros. Nothing is a dash."""
    return "—" if value is None else f"{Decimal(value).normalize():f}"


@register.filter
def rate(value: Decimal | int | None) -> str:
    """33.3%, 0%: of a hundred. Nothing is a dash."""
    return "—" if value is None else f"{number(value)}%"


@register.filter
def money(value: Decimal | int | None) -> str:
    """1,000,000, 1,234.50: yuan, in threes. Nothing is a dash."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


@register.filter
def hours(value: Decimal | int | None) -> str:
    """8 学时, 8.5 学时."""
    return "—" if value is None else f"{number(value)} 学时"


@register.filter
def mask_name(name: str) -> str:
    """王*, as the public sees people."""
    return id_number.mask_name(name)


@register.filter
def clause_words(clause: str) -> str:
    """2025年全省通知 二（三） for S4-10."""
    return citations.citation(clause)


@register.simple_tag(takes_context=True)
def clause(context: Context, cited: str, *, area: str = "", year: int | None = None) -> SafeString:
    """Where a rule is written, leading to its words on 政策依据. Nothing where nothing is cited.

    依据 only where it binds: in `area` (a code; else the places of whoever reads, else the province) and in `year`
    (else this year). Anything else is 参照, as are all notices of a year that has passed.
    """
    if not cited:
        return SafeString("")
    places = (area,) if area else context.get("reader_places") or (citations.HENAN,)
    ground = citations.cited(cited, places=places, year=year or timezone.localdate().year)
    ref, policy = citations.first_id(cited), context.get("policy_href")
    linked = format_html('<a href="{}#{}">{}</a>', policy, ref, ground.words) if ref and policy else ground.words
    return format_html('<span class="clause">{}{}</span>', _LEADS[ground.lead], linked)


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether to mark a field 选填: only in a form in which something else must be filled in.

    A form of drafts, in which everything may be left open for now, says `marks_optional = False`.
    """
    if not getattr(field.form, "marks_optional", True):
        return False
    return not field.field.required and any(other.required for other in field.form.fields.values())


@register.filter
def of_whole(have: Decimal | int, need: Decimal | int) -> int:
    """How much of `need` is there, in whole percents from 0 to 100; never 100 before it is met."""
    if need <= 0 or have >= need:
        return 100
    return max(0, min(99, int(have * 100 / need)))


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A sign of our own set; it only repeats the word beside it, so readers of the screen do not hear it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("kernel/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True, name="due_words")
def due_words_of(context: Context, routed: Any) -> str:
    """还剩 2 个工作日（10月11日）: of anything with `due_at` and `due_is_provisional`. Empty when it waits with nobody.

    The calendar is read once a page, however long the list.
    """
    if not routed or not routed.due_at:
        return ""
    return due_text(routed.due_at, _calendar(context), is_provisional=routed.due_is_provisional)


@register.simple_tag(takes_context=True)
def due_tone(context: Context, routed: Any) -> str:
    """wait, warn (two working days or fewer) or late (past), for a mark beside the words."""
    if not routed or not routed.due_at:
        return "idle"
    left = working_days_left(timezone.localdate(), last_day(routed.due_at), _calendar(context))
    if left < 0:
        return "late"
    return "warn" if left <= 2 else "wait"


def due_text(due_at: datetime, calendar: WorkCalendar, *, is_provisional: bool = False) -> str:
    """The words for a due moment, seen from today."""
    today, due = timezone.localdate(), last_day(due_at)
    left = working_days_left(today, due, calendar)
    when = f"{short_day(due) if due.year == today.year else cn_day(due)}{_odd_weekday(due, calendar)}"
    if is_provisional:
        when += "，暂定"
    if left < 0:
        return f"已超期 {-left} 个工作日（{when}到期）"
    return f"今天到期（{when}）" if due == today else f"还剩 {left} 个工作日（{when}）"


def _odd_weekday(day: date, calendar: WorkCalendar) -> str:
    if day.weekday() >= _SATURDAY and calendar.is_worked(day):
        return f" 周{_WEEKDAYS[day.weekday()]}，调休上班"
    return ""


def _calendar(context: Context) -> WorkCalendar:
    """Once a page: kept on the request, or in the rendering where there is none."""
    if (request := context.get("request")) is not None:
        return calendar_of(request)
    keep = context.render_context
    if _CALENDAR not in keep:
        keep[_CALENDAR] = work_calendar(timezone.localdate())
    return keep[_CALENDAR]


@register.simple_tag(takes_context=True)
def came_from(context: Context) -> str:
    """The page of ours from which this request came, or the front page."""
    request: HttpRequest | None = context.get("request")
    came = urlsplit(request.headers.get("Referer", "")) if request else None
    if request and came and came.netloc == request.get_host() and not came.path.startswith("//"):
        return f"{came.path}?{came.query}" if came.query else came.path or "/"
    return "/"


@register.simple_tag(takes_context=True)
def page_link(context: Context, cursor: str) -> str:
    """The same address with another place in the list; the filters stay."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    if cursor:
        query["after"] = cursor
    return f"?{query.urlencode()}"
