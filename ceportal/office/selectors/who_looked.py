"""Who looked at one's data, from what the portal wrote down when it showed them."""

from collections import defaultdict

from accounts.enums import Duty
from accounts.models import Membership, PersonRegistration, Professional
from accounts.rules.privacy import LOOKED_UP, UNMASK
from ceportal.kernel.models import AuditEvent
from ceportal.office.rules.looks import SHOWN, Look, named
from reviews.models import Opening


def looks_at(person: Professional) -> list[Look]:
    """The latest, the newest first: numbers in full, systems that asked, what was opened, registrations ruled on."""
    found = [*_unmaskings(person), *_look_ups(person), *_openings(person), *_rulings(person)]
    return sorted(found, key=lambda look: look.at, reverse=True)[:SHOWN]


def _unmaskings(person: Professional) -> list[Look]:
    events = AuditEvent.objects.filter(action=UNMASK, subject_ref=person.ref).order_by("-id")[:SHOWN]
    return [
        Look(
            event.at,
            named(event.after.get("office", ""), event.after.get("duty", "")),
            "查看完整的证件号码和手机号码",
            f"{event.after.get('purpose', '')}：{event.after.get('why', '')}",
        )
        for event in events
    ]


def _look_ups(person: Professional) -> list[Look]:
    """By machines: the title-review and appointment systems of bureaus (S3-09)."""
    events = AuditEvent.objects.filter(action=LOOKED_UP, subject_ref=person.ref).order_by("-id")[:SHOWN]
    return [Look(event.at, event.actor_label, "系统查询年度学时和证书", "职称评审、聘任或注册") for event in events]


def _openings(person: Professional) -> list[Look]:
    """One line a reviewer and version: the page and its files together."""
    rows = Opening.objects.filter(declaration__professional=person).select_related("declaration")
    opened: dict[tuple[int, int, int], list[Opening]] = defaultdict(list)
    for row in rows.order_by("-opened_at")[: SHOWN * 4]:
        opened[row.declaration_id, row.version, row.reviewer_id].append(row)
    offices = _offices({reviewer for _, _, reviewer in opened})
    return [
        Look(group[0].opened_at, offices.get(reviewer, "审核人员"), _what(group), "审核学时申报")
        for (_, _, reviewer), group in opened.items()
    ]


def _what(group: list[Opening]) -> str:
    files = sum(bool(row.file_digest) for row in group)
    return f"打开申报“{group[0].declaration.title}”" + (f"和 {files} 份佐证材料" if files else "")


def _offices(reviewers: set[int]) -> dict[int, str]:
    held = Membership.objects.filter(user__in=reviewers, duty=Duty.REVIEW_HOURS).select_related("organization")
    return {row.user_id: named(row.organization.name, row.get_duty_display()) for row in held.order_by("granted_at")}


def _rulings(person: Professional) -> list[Look]:
    rows = PersonRegistration.objects.filter(professional=person).prefetch_related("rulings__organization")
    return [
        Look(ruling.at, named(ruling.organization.name, "核准人员"), "查看注册信息", "核准注册")
        for row in rows
        for ruling in row.rulings.all()
    ]
