"""Everything that happened in a spot check on one page, for an auditor to print (S2-07)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from ceportal.office.selectors.campaign_record import lines_of, units_of
from reviews.selectors.spot_checks import campaigns_seen_by, figures_by_reviewer


@only_who_may(Act.PLAN_SPOT_CHECKS, Act.INSPECT)
@never_cache
@require_safe
def show_record(request: PersonRequest, ref: UUID) -> HttpResponse:
    campaign = get_object_or_404(campaigns_seen_by(request.user), ref=ref)
    lines = lines_of(campaign)
    sends = may(request.user, Act.SEND_LETTERS)
    context = {
        "campaign": campaign,
        "frame_size": len(campaign.frame),
        "figures": figures_by_reviewer(campaign),
        "lines": lines,
        "units": [one for one in units_of(lines) if one.unit != campaign.bureau] if sends else [],
        "desk_href": reverse("admin:reviews_campaign_changelist"),
        "campaign_href": reverse("admin:reviews_campaign_show", args=[campaign.ref]),
        "printed_at": timezone.now(),
    }
    return render(request, "office/campaign_record.html", context)
