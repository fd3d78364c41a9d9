"""Everything that happened in a spot check on one page, for an auditor to print (S2-07)."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.office.selectors.campaign_record import lines_of
from reviews.selectors.spot_checks import campaigns_seen_by, figures_by_reviewer


@only_who_may(Act.PLAN_SPOT_CHECKS, Act.INSPECT)
@never_cache
@require_safe
def show_record(request: HttpRequest, ref: UUID) -> HttpResponse:
    campaign = get_object_or_404(campaigns_seen_by(cast(User, request.user)), ref=ref)
    context = {
        "campaign": campaign,
        "frame_size": len(campaign.frame),
        "figures": figures_by_reviewer(campaign),
        "lines": lines_of(campaign),
        "desk_href": reverse("admin:reviews_campaign_changelist"),
        "campaign_href": reverse("admin:reviews_campaign_show", args=[campaign.ref]),
        "printed_at": timezone.now(),
    }
    return render(request, "office/campaign_record.html", context)
