"""For whom somebody may record that they are no longer at work."""

from django.db.models import Q, QuerySet

from accounts.models import Employment, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from accounts.selectors.matters import jobs_of, units_let_go_by


def people_to_record(user: User, text: str = "", *, has_left: bool = False) -> QuerySet[Professional]:
    """The people of one's units and, for a bureau, of its place and below, by the start of the name; never oneself.

    With `has_left` those of whom it was recorded: of a unit those whose last employment was there.
    """
    jobs = Employment.objects.filter(organization__in=units_let_go_by(user).values("pk"))
    jobs = jobs.filter(ended_on__isnull=not has_left)
    found = Q(pk__in=jobs.values("professional"))
    for bureau in units_for(user, Act.RECORD_LEAVING).select_related("area"):
        found |= Q(**below(bureau.area))
    people = Professional.objects.filter(found, approved_at__isnull=False, left_at__isnull=not has_left)
    if start := text.replace("\0", "").strip():
        people = people.filter(name__startswith=start)
    return people.exclude(user=user).filter(merged_into__isnull=True).select_related("area", "title_series", "user")


def job_left(person: Professional, user: User) -> Employment | None:
    """Which employment ends when `user` records it: that at their unit, for a bureau the principal one."""
    jobs = jobs_of(person)
    return jobs.filter(organization__in=units_let_go_by(user).values("pk")).first() or jobs.first()
