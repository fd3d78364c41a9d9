"""What units keep of their people in the town: a round of reminders, an exported list."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.fields import id_in_clear
from accounts.models import Organization, Professional, StaffInvitation, StaffList, User
from accounts.rules.staffing import StaffLine
from accounts.services.staffing import keep_list, send
from ceportal.kernel.models import Job
from ceportal.office.enums import ExportKind
from ceportal.office.models import Export
from ceportal.office.rules.staff import Asked
from ceportal.office.services.exports import ask_to_export, work_on_exports
from ceportal.office.services.staff_reminding import REMIND, ask_to_remind
from tests import factories as make


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "office:reminding": lambda _: {"ref": Job.objects.get(kind=REMIND).ref},
        **{
            f"office:{name}": lambda _: {"ref": Export.objects.get().ref}
            for name in ("export", "decide_export", "export_file")
        },
        **{
            f"accounts:{name}": lambda _: {"ref": StaffList.objects.get(settled_at__isnull=True).ref}
            for name in ("staff_list", "staff_list_problems", "act_on_staff_list")
        },
        **{
            f"accounts:{name}": lambda _: {"ref": StaffInvitation.objects.get().ref}
            for name in ("act_on_staff_invitation", "answer_staff_invitation")
        },
    }


def invite(unit: Organization, person: Professional, by: User, *, now: datetime) -> None:
    """One list sent, by which the unit asks somebody who works elsewhere; another that was only read."""
    number = id_in_clear(person.id_sealed, ref=person.ref)
    facts: dict[str, Any] = {"remarks": [], "by": by, "now": now}
    sent = keep_list(unit, [[StaffLine(2, person.name, number)]], **facts)
    send(sent, skips_wrong=False, by=by, now=now)
    keep_list(unit, [[StaffLine(2, "名单上的新人", make.id_number())]], **facts)


def begin(employer: User, *, now: datetime) -> None:
    """By the employer here."""
    ask_to_remind(Asked(now.year), by=employer, now=now)
    ask_to_export(ExportKind.STAFF, Asked(now.year), purpose="年度考核", by=employer, now=now)
    work_on_exports(now=now)
