"""What units keep of their people in the town: a round of reminders, an exported list."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from ceportal.kernel.models import Job
from ceportal.office.enums import ExportKind
from ceportal.office.models import Export
from ceportal.office.rules.staff import Asked
from ceportal.office.services.exports import ask_to_export, work_on_exports
from ceportal.office.services.staff_reminding import REMIND, ask_to_remind


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "office:reminding": lambda _: {"ref": Job.objects.get(kind=REMIND).ref},
        **{
            f"office:{name}": lambda _: {"ref": Export.objects.get().ref}
            for name in ("export", "decide_export", "export_file")
        },
    }


def begin(employer: User, *, now: datetime) -> None:
    """By the employer here."""
    ask_to_remind(Asked(now.year), by=employer, now=now)
    ask_to_export(ExportKind.STAFF, Asked(now.year), purpose="年度考核", by=employer, now=now)
    work_on_exports(now=now)
