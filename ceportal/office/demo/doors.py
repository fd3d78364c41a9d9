"""The two other doors of the demo: a platform posts hours, a base uploads a roster, through the same services."""

import hashlib
import json
from decimal import Decimal

from accounts.models import Area, Organization
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from ceportal.kernel.rules.sheets import Cell
from ceportal.office.demo.cast import CLERKS, PLATFORM, PROFESSIONAL, PROVINCE
from ceportal.office.demo.stage import Stage
from credits.enums import Door, Subject
from credits.rules.rosters import ID_NUMBER, NAME, PASSED, RESULT, ClassFacts, read_line
from credits.services.batches import post_batch
from credits.services.roster_checks import keep_rows
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster, start_roster
from credits.services.weighing import Speaker

_FIRST_ROW = 2


def post_hours(stage: Stage) -> None:
    """An online course of the demo platform."""
    day = stage.ago(20)
    posted = {
        "record_id": f"demo-{day.year}-1",
        "id_number": PROFESSIONAL.id_number,
        "name": PROFESSIONAL.name,
        "subject": Subject.PUBLIC.value,
        "title": "数字技术与知识更新（在线课程）",
        "course_code": f"GX-{day.year}-014",
        "hours": "4.0",
        "started_on": day.isoformat(),
        "completed_on": day.isoformat(),
    }
    speaker = Speaker(Door.PLATFORM, Organization.objects.get(name=PLATFORM))
    digest = hashlib.sha256(json.dumps(posted).encode()).hexdigest()
    post_batch([posted], speaker=speaker, digest=digest, now=stage.at(day, 21))


def upload_roster(stage: Stage) -> None:
    """A half day at a base, confirmed by its teacher and credited by the clock."""
    teacher = next(clerk for clerk in CLERKS if clerk.role == "base")
    day = stage.ago(12)
    facts = ClassFacts(
        title="应急管理公需科目面授班", subject=Subject.PUBLIC, started_on=day, ended_on=day, hours=Decimal("2.0"),
        place="学术报告厅",
    )  # fmt: skip
    base, by, now = Organization.objects.get(name=teacher.organization), stage.users[teacher.phone], stage.at(day, 18)
    _recognise(base, day.year)
    roster = start_roster(organization=base, facts=facts, by=by, now=now)
    cells = {ID_NUMBER: Cell(PROFESSIONAL.id_number), NAME: Cell(PROFESSIONAL.name), RESULT: Cell(PASSED)}
    line = read_line(_FIRST_ROW, cells, facts, today=day)
    roster = keep_rows(roster, [[line]], remarks=[], by=by, now=now)
    confirm_roster(roster, version=roster.version, by=by, now=now)
    work_on_rosters(now=now)


def _recognise(base: Organization, year: int) -> None:
    """The lists of the documents end; the demo's base is on this year's all the same."""
    if not Recognition.objects.filter(organization=base, year=year).exists():
        Recognition.objects.create(
            organization=base, kind=RecognitionKind.PROVINCIAL_BASE, year=year, area=Area.objects.get(pk=PROVINCE),
            subjects=[Subject.PUBLIC, Subject.PROFESSIONAL], document="演示数据", clause="A27",
            status=RecognitionStatus.ASSUMED,
        )  # fmt: skip
