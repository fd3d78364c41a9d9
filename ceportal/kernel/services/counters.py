"""Numbers in order, without gaps or doubles."""

from django.db import transaction
from django.db.models import F

from ceportal.kernel.models import Counter


@transaction.atomic
def next_number(name: str) -> int:
    """The next number of the counter `name`, from 1 on. Its row stays locked until the transaction ends."""
    if not Counter.objects.filter(name=name).update(value=F("value") + 1):
        Counter.objects.get_or_create(name=name)
        Counter.objects.filter(name=name).update(value=F("value") + 1)
    return Counter.objects.values_list("value", flat=True).get(name=name)


def hold_counter(name: str, *, start: int = 0) -> int:
    """The counter's value, its row locked until the caller's transaction ends; made with `start` where it is new."""
    rows = Counter.objects.select_for_update().filter(name=name)
    if (held := rows.first()) is None:
        Counter.objects.get_or_create(name=name, defaults={"value": start})
        held = rows.get()
    return held.value
