"""Something asked of an office: what exemptions, recognitions and the like have in common."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import RequestState
from accounts.models.organizations import Organization
from accounts.models.people import User
from accounts.models.routing import Routed
from ceportal.kernel.models import StoredFile


class Request(Routed):
    """Asked with a reason and a document; waits, is ruled on, may be returned and sent again in the next round.

    `declarant` is whose matter it is and `asked_by` who asked, often the same: neither rules on it (A24).
    `organization` is the employer at the time. `state_reason` holds the words of the last ruling.

    `page` names the address of its page, by `ref`, which everybody who may see it shares. What a unit asks for itself
    alone ends when the unit becomes part of another. `outcomes` says in words of its own what became of it, by state.
    """

    page: ClassVar[str]
    ends_with_its_unit: ClassVar[bool] = False
    outcomes: ClassVar[Mapping[str, str]] = {}

    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.DRAFT)
    reason = models.CharField(max_length=500)
    document = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    state_reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(Routed.Meta):
        abstract = True
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=RequestState.WAITING, waiting_on__isnull=False)
                | (~Q(state=RequestState.WAITING) & Q(waiting_on__isnull=True)),
                name="%(app_label)s_%(class)s_waits_while_it_is_open",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_says_why"),
        ]

    @property
    def limit_in_words(self) -> str:
        """5 个工作日, or 30 天 where every day counts."""
        return f"{self.limit_days} 天" if self.counts_every_day else f"{self.limit_days} 个工作日"

    @property
    def whose(self) -> str:
        """The name of the person or unit it is about."""
        raise NotImplementedError
