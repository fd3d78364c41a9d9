"""The bureaus' workbench: which desks stand under which title, registers of the admin site and pages of the portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from ceportal.kernel.rules.queueing import QUEUED_AT_MOST, Queue
from ceportal.office.selectors.navigation import roles_of, sections_for
from ceportal.office.selectors.work import ANSWERS, DESKS, Waiting, work_of

# By the label of a register's model, or the name of a page of the portal.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "学时",
        ("credits.heldhours", "reviews.creditedhours", "reviews.filing", "credits.backyearrequest",
         "credits.missinghours", "reviews:inbox", "reviews:appeals", "credits:requests"),
    ),
    ("抽查、线索和投诉", ("reviews.campaign", "reviews.signal", "reviews.steering", "bases:complaints")),
    (
        "人员与单位",
        ("accounts:units_to_approve", "accounts:people_to_approve", "accounts:matters", "accounts:leavings",
         "accounts:stationings", "accounts:hand_overs", "accounts:unit_changes", "office:take_overs"),
    ),
    (
        "施教机构",
        ("bases.recognition", "bases.course", "bases.textbook", "bases:consents", "bases:training_plans",
         "credits:unit_trainings", "bases:assessments", "accounts.apiclient"),
    ),
    ("证书", ("certificates.suspicion", "certificates.certificate", "certificates.refusedcheck", "accounts.mandate")),
    ("规则和日历", ("credits.ruleset", "credits.ruledraft", "credits.rulerun", "kernel.calendarnotice")),
    (
        "登记、统计和公告",
        ("reviews.decision", "reviews.recordedhours", "kernel.auditevent", "office:statistics", "office:announcing",
         "office:letters", "office:rolls", "office:officers",
         "office:closing"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """`href` is empty for a page of the portal, which its name leads to. `queue` is None where nothing waits ever."""

    name: str
    label: str
    href: str = ""
    queue: Queue | None = None


def desks_of(user: User, registers: Mapping[str, Desk], *, now: datetime) -> list[tuple[str, list[Desk]]]:
    """The reader's desks under their titles; `registers` are those of the admin site that let them in. Four queries."""
    found = dict(registers) | _pages(user, now)
    sections = [(title, [found[name] for name in names if name in found]) for title, names in SECTIONS]
    return [(title, desks) for title, desks in sections if desks]


def _pages(user: User, now: datetime) -> dict[str, Desk]:
    waiting = {each.desk.page: each for each in work_of(user, now=now)}
    menu = {entry.url_name: entry.label for section in sections_for(roles_of(user)) for entry in section.entries}
    called = {desk.page: desk.label for desk in DESKS.values()}
    return {
        name: Desk(name, called.get(name, label), "", _queue(waiting.get(name), name)) for name, label in menu.items()
    }


def _queue(waiting: Waiting | None, name: str) -> Queue | None:
    if waiting:
        return Queue(min(waiting.count, QUEUED_AT_MOST + 1), waiting.due_at, waiting.due_is_provisional)
    return Queue(0, None) if name in {desk.page for desk in (*DESKS.values(), ANSWERS)} else None
