"""The clock looks whether the addresses of the lists answer; the directory says which do not (S0-16, S1-14)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from bases.models import LinkCheck, Recognition
from bases.rules.links import words_of_status
from ceportal.kernel.services.outgoing import NotCalled, call

_A_ROUND, _MOST_BYTES, _SECONDS = 3, 256 * 1024, 5.0
_IS_THERE = "answer_too_large"
# Gives why nobody finds anything at an address; empty: it answers.
Look = Callable[[str], str]


def look_at(url: str) -> str:
    """One request to a public address, within five seconds and 256 KB; redirects are answers."""
    try:
        answer = call(url, schemes=("https", "http"), seconds=_SECONDS, most_bytes=_MOST_BYTES)
    except NotCalled as refused:
        return "" if refused.reason.code == _IS_THERE else refused.reason.message
    return words_of_status(answer.status)


def check_links(*, now: datetime, look: Look = look_at) -> int:
    """Look at a few that are due, `LINK_CHECK_HOURS` after the last look each (0: at none). How many were looked at.

    Who takes a row up notes the look beforehand, so that no two rounds call one site at once.
    """
    if not settings.LINK_CHECK_HOURS:
        return 0
    _know_all(now.year)
    before = now - timedelta(hours=settings.LINK_CHECK_HOURS)
    due = Q(checked_at__isnull=True) | Q(checked_at__lt=before)
    looked = 0
    for row in LinkCheck.objects.filter(due).order_by(F("checked_at").asc(nulls_first=True), "id")[:_A_ROUND]:
        if not LinkCheck.objects.filter(due, pk=row.pk).update(checked_at=now):
            continue
        looked += 1
        if words := look(row.url):
            since = row.dead_since or now
            LinkCheck.objects.filter(pk=row.pk).update(dead_since=since, failures=F("failures") + 1, words=words[:120])
        elif row.failures:
            LinkCheck.objects.filter(pk=row.pk).update(dead_since=None, failures=0, words="")
    return looked


def _know_all(year: int) -> None:
    """The addresses of this year's lists and of those that are read beside them."""
    urls = Recognition.objects.filter(year__gte=year - 1).exclude(url="").values_list("url", flat=True).distinct()
    known = set(LinkCheck.objects.filter(url__in=urls).values_list("url", flat=True))
    new = [LinkCheck(url=url) for url in sorted(set(urls) - known)]
    LinkCheck.objects.bulk_create(new, ignore_conflicts=True)
