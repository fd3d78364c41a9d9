"""Declarations of other ways of learning than training: each with what its activity asks."""

from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from accounts.models import Professional
from credits.enums import Payer, Subject
from credits.models import Activity, Declaration
from credits.services.catalogue import load_activities, load_conversions
from credits.services.declaring import add_evidence, save_draft, start_declaration, submit_declaration
from credits.services.regulation import CATALOGUE, CONVERSIONS, FOLDER
from tests.credits import drafts
from tests.credits.factories import NOW

DAY = date(2026, 3, 20)
PAPER: dict[str, Any] = {
    "title": "课堂提问的艺术",
    "organiser": "教学月刊",
    "details": {
        "serial": "CN 41-1032/G4", "issue": "2026 年第 3 期", "rank": 1, "authors": 2, "characters": 4500,
        "supplement": "no",
    },
    "hours_claimed": Decimal(8),
}  # fmt: skip
PROJECT: dict[str, Any] = {
    "title": "县域中学课堂评价研究",
    "organiser": "全国教育科学规划办",
    "started_on": date(2026, 1, 1),
    "details": {"project_no": "24BJY001", "level": "national", "role": "main", "rank": 2},
    "hours_claimed": Decimal(56),
}
DEGREE: dict[str, Any] = {
    "title": "教育学在职硕士",
    "organiser": "河南大学",
    "started_on": date(2026, 3, 1),
    "details": {"courses": 2},
    "hours_claimed": Decimal(30),
    "was_passed": True,
    "payer": Payer.PERSON,
}
CONFERENCE: dict[str, Any] = {
    "title": "全国基础教育学术年会",
    "organiser": "教育部基础教育司",
    "started_on": date(2026, 3, 19),
    "details": {"level": "national", "length": "short"},
    "hours_claimed": Decimal(18),
    "was_passed": True,
    "payer": Payer.UNIT,
}
PATENT: dict[str, Any] = {
    "title": "一种教具",
    "organiser": "国家知识产权局",
    "details": {"patent_kind": "发明", "patent_no": "ZL202310123456.7", "rank": 1},
    "hours_claimed": Decimal(20),
}
OF = {"paper": PAPER, "project": PROJECT, "degree": DEGREE, "conference_with_paper": CONFERENCE, "patent": PATENT}


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def load_catalogue() -> None:
    """The ways of learning and what they convert to, as the files say it."""
    load_activities(read(CATALOGUE))
    load_conversions(read(CONVERSIONS), now=NOW)


def begun(person: Professional, code: str, *, files: int = 1, **changes: Any) -> Declaration:
    """A draft of an activity, complete unless said otherwise."""
    made = start_declaration(professional=person, by=person.user, now=NOW, activity=Activity.objects.get(pk=code))
    for _ in range(files):
        add_evidence(made, stored=drafts.stored(person), label="其他材料", by=person.user, now=NOW)
    content = {"subject": Subject.PROFESSIONAL, "ended_on": DAY} | OF[code] | changes
    return save_draft(made, changes=content, by=person.user, now=NOW)


def handed_in(person: Professional, code: str, **changes: Any) -> Declaration:
    return submit_declaration(begun(person, code, **changes), by=person.user, now=NOW)


def typed(code: str, **changes: str) -> dict[str, str]:
    """What the page of a draft sends."""
    said = OF[code]
    plain = {name: str(value) for name, value in said.items() if name not in {"details", "was_passed"}}
    details = {name: str(value) for name, value in said["details"].items()}
    passed = {"was_passed": "yes"} if said.get("was_passed") else {}
    return (
        {"activity": code, "subject": "professional", "ended_on": DAY.isoformat()} | plain | details | passed | changes
    )
