"""How the portal itself is doing, and what the operator may do about it."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.rules.texting import Hours
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.services.slow_queries import slow_queries
from ceportal.office.rules.alarms import Reading, Ringing, in_words, ringing
from ceportal.office.rules.parts import PART_WORDS, part_word
from ceportal.office.selectors.checks import is_check_open, last_check
from ceportal.office.selectors.dead_letters import KINDS, dead_letters
from ceportal.office.selectors.operation import last_published_year, queues, signs_of_life, why_sheets_wait
from ceportal.office.selectors.rotation import last_rotation, told
from ceportal.office.services.checker import begin_check
from ceportal.office.services.dead_letters import retry_dead_letter, retry_dead_letters
from ceportal.office.services.figures import AN_HOUR, readings

SLOW_SHOWN = 10


@only_who_may(Act.OPERATE)
@require_safe
@never_cache
def show_operation(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = list(readings(now=now))
    signs = signs_of_life()
    context = {
        "alarms": [_told(each) for each in ringing(found)],
        "silent": [PART_WORDS[each.part] for each in found if each.figure == "up" and not each.value],
        "disks": [
            (part_word(each.part), in_words(each.value, "ratio")) for each in found if each.figure == "disk_used"
        ],
        "broker_messages": _value(found, "queue_length"),
        "slow": slow_queries(since=now - AN_HOUR)[:SLOW_SHOWN],
        "queues": queues(now),
        "text_hours": Hours(*settings.TEXT_HOURS),
        "reasons": why_sheets_wait(),
        "piles": dead_letters(),
        "check": last_check(),
        "check_open": is_check_open(now=now),
        "signs": signs,
        "never": [sign for sign in signs if sign.at is None],
        "longest_ago": next((sign for sign in signs if sign.at), None),
        "published_until": last_published_year(),
        "rotation": told(job) if (job := last_rotation()) else "",
        "now": now,
    }
    return render(request, "office/operation.html", context)


def _told(each: Ringing) -> dict[str, object]:
    return {"alarm": each.alarm, "part": part_word(each.part), "value": each.value}


def _value(found: list[Reading], figure: str) -> int | None:
    return next((int(each.value) for each in found if each.figure == figure), None)


@only_who_may(Act.OPERATE)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Begin the independent checker."""
    begin_check(by=cast(User, request.user), now=timezone.now())
    messages.success(request, "已开始核对。结束后结果显示在本页。")
    return redirect("office:operation")


@only_who_may(Act.OPERATE)
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """One dead letter (`letter`, its ref) of a `kind`, or all of it."""
    by, now = cast(User, request.user), timezone.now()
    kind = next((kind for kind in KINDS if kind.code == request.POST.get("kind")), None)
    if kind is None:
        raise refuse("kind_unknown", "请从“运行状态”页选择要重试的事项。")
    if letter := request.POST.get("letter", ""):
        retry_dead_letter(kind, _ref(letter), by=by, now=now)
        messages.success(request, f"已重新排队：{kind.label} 1 项。下一轮定时处理会再试。")
    else:
        count = retry_dead_letters(kind, by=by, now=now)
        messages.success(request, f"已重新排队：{kind.label} {count} 项。下一轮定时处理会再试。")
    return redirect("office:operation")


def _ref(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refuse("letter_unknown", "请从“运行状态”页选择要重试的事项。") from None
