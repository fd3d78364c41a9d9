"""Two machines of a platform send the same courses while the bureau decides: one row waits, one version is filed."""

import json

import pytest

from accounts.enums import Duty
from bases.models import Course, CourseFiling
from bases.selectors.filing import filings_kept_by
from bases.services.filing import Said, file_sent, send_courses
from ceportal.kernel.rules.refusal import MovedOn
from ceportal.kernel.web.strict_json import read_json
from tests import factories as make
from tests.bases.test_filing_rules import SENT
from tests.credits.factories import NOW
from tests.credits.platforms import platform, speaker
from tests.races import at_once, settled

pytestmark = pytest.mark.django_db(transaction=True)
COURSES = 20


def test_the_same_sent_four_times_at_once_waits_once() -> None:
    unit, area = platform(), make.area("410200")
    body = json.dumps({"courses": [SENT | {"code": f"C{number}", "year": 2026} for number in range(COURSES)]})
    posted = read_json(body.encode())["courses"]
    said = Said(unit, speaker(unit), "0" * 64)

    def send(courses: list[object]) -> list[str]:
        return [each.outcome.value for each in send_courses(courses, said, now=NOW)]

    told = at_once([lambda: send(posted), lambda: send(posted[::-1]), lambda: send(posted), lambda: send(posted[::-1])])
    assert sorted(outcome for one in told for outcome in one) == ["duplicate"] * 3 * COURSES + ["waiting"] * COURSES
    assert CourseFiling.objects.filter(area=area).count() == COURSES

    clerks = [make.give(make.user(f"经办{n}"), make.bureau("410200"), Duty.REGULATE) for n in range(2)]
    refs = list(CourseFiling.objects.values_list("ref", flat=True))
    decided = settled(
        [*(lambda by=by: file_sent(refs, filings_kept_by(by), by=by, now=NOW) for by in clerks), lambda: send(posted)]
    )
    assert sorted(type(each).__name__ for each in decided[:2]) == ["MovedOn", "int"]
    assert any(isinstance(each, MovedOn) for each in decided[:2])
    assert decided[2] == ["duplicate"] * COURSES
    assert (Course.objects.count(), CourseFiling.objects.filter(state="filed").count()) == (COURSES, COURSES)
