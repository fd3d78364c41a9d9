"""A day's statement of a platform's own records."""

from datetime import date
from typing import ClassVar

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from ceportal.kernel.web.problems import json_answer
from credits.api.records import STATES
from credits.api.views import HoursView
from credits.rules.typed import reasons_not_to_read_day
from credits.selectors.statements import statement_of


class Statements(HoursView):
    """What arrived on a day of receipt, as it stands now. Until the day is over it may grow."""

    scopes: ClassVar = {"GET": "hours:read"}

    def get(self, request: Request, day: str) -> HttpResponse:
        today = timezone.localdate()
        if reasons_not_to_read_day(day, field="") or date.fromisoformat(day) > today:
            raise Http404
        asked = date.fromisoformat(day)
        told = statement_of(self.speaker.source, asked, {str(state): word for state, word in STATES.items()})
        states = {
            word: {"count": told.by_state[word].count, "hours": f"{told.by_state[word].hours:.1f}"}
            for word in sorted(told.by_state)
        }
        return json_answer(
            {
                "date": asked.isoformat(),
                "is_over": asked < today,
                "records": told.records,
                "states": states,
                "digest": told.digest,
            }
        )
