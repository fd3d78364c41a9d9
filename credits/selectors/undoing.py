"""What a leaked key asked to be put right or taken back, and which of it a bureau can undo (decision 0065)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import ApiClient
from ceportal.kernel.models import Job
from credits.enums import ClaimState, CorrectionAction
from credits.models import Correction
from credits.selectors.holding import holds_of

SHOWN = 50
# Stands in the source of a claim whose name is its platform's again.
FREED = ":undone:"


@dataclass(frozen=True)
class Asked:
    """Of one key since it leaked: the last so many corrections, how many there are, how many can be undone."""

    lines: list[tuple[Correction, str]]
    count: int
    undoable: int


def first_hold(client_id: str) -> Job | None:
    """The hold of a key that goes back furthest."""
    return min(holds_of(client_id), key=lambda job: (job.params["since"], job.pk), default=None)


def asked_by(client: ApiClient, since: datetime) -> QuerySet[Correction]:
    return Correction.objects.filter(client=client, asked_at__gte=since)


def undoable(asked: QuerySet[Correction]) -> QuerySet[Correction]:
    """Withdrawals done by the key's word alone that nobody has repeated since, and whatever waits for a bureau."""
    again = Correction.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"), action=CorrectionAction.WITHDRAW)
    by_word = Q(action=CorrectionAction.WITHDRAW, done_at=F("asked_at")) & ~Q(Exists(again))
    return asked.filter(by_word | Q(done_at__isnull=True), undone_at__isnull=True, declined_because="")


def asked_since_leak(client: ApiClient) -> Asked:
    """What its page shows; nothing where no hold was begun."""
    hold = first_hold(client.client_id)
    if hold is None:
        return Asked([], 0, 0)
    rows = asked_by(client, datetime.fromisoformat(hold.params["since"]))
    can_be = undoable(rows)
    latest = rows.select_related("claim").order_by("-pk")[:SHOWN]
    keys = set(can_be.filter(pk__in=[each.pk for each in latest]).values_list("pk", flat=True))
    return Asked([(each, _stands(each, each.pk in keys)) for each in latest], rows.count(), can_be.count())


def _stands(asked: Correction, can_be_undone: bool) -> str:
    if asked.undone_at and FREED in asked.claim.source:
        return "编号已放开，请平台重新报送"
    if asked.undone_at:
        return "已恢复，先待核实" if asked.claim.state == ClaimState.HELD else "已恢复"
    if asked.declined_because:
        return f"没有办理：{asked.declined_because}"
    if asked.done_at is None:
        return "等待人社部门办理"
    if asked.action == CorrectionAction.REPLACE:
        return "已更正，更正后的内容见“待核实学时”"
    return "已撤回" if can_be_undone else "已撤回，不能恢复：平台另行撤回过，或者由人社部门撤销"
