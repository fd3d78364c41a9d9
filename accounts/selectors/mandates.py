"""By whom certificates are managed and issued for the province, and who sees what of it (S1-13)."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.enums import Level, UnitState
from accounts.models import Area, Employment, Mandate, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for


def mandating_bureaus(user: User) -> QuerySet[Organization]:
    """The province's bureau, for who may give and end mandates."""
    return units_for(user, Act.MANDATE_CERTIFICATES).filter(level=Level.PROVINCE)


def mandatable_units() -> QuerySet[Organization]:
    """The bureaus below the province, and the industry authorities of the province itself."""
    bureaus = Q(is_bureau=True, area__parent__isnull=False)
    authorities = Q(is_authority=True, is_bureau=False, area__parent__isnull=True)
    found = Organization.objects.filter(bureaus | authorities, state=UnitState.ACTIVE)
    return found.select_related("area").order_by("area__path", "name_key")


def mandates_seen_by(user: User) -> QuerySet[Mandate]:
    """All of them for the province's bureau; their own for others."""
    rows = Mandate.objects.select_related("organization__area", "made_by", "ended_by")
    if mandating_bureaus(user).exists():
        return rows
    return rows.filter(organization__in=units_for(user, Act.KEEP_MANDATED))


def mandates_held_by(user: User, *, today: date) -> list[Mandate]:
    """Those in force at units where `user` keeps certificates."""
    return list(Mandate.objects.in_force(today).filter(organization__in=units_for(user, Act.KEEP_MANDATED)))


def under_mandates(mandates: list[Mandate], person: str = "professional") -> Q:
    """Whose certificates these are: people of the bureaus' places, people at the authorities' own units. `person`
    names the key, "" of people themselves; nobody where there is no mandate.
    """
    where = f"{person}__" if person else ""
    found, authorities = Q(pk__in=[]), []
    for mandate in mandates:
        if mandate.organization.is_bureau:
            found |= Q(**below(mandate.organization.area, f"{where}area"))
        else:
            authorities.append(mandate.organization_id)
    if not authorities:
        return found
    own = Organization.objects.filter(Q(pk__in=authorities) | Q(supervisor__in=authorities))
    jobs = Employment.objects.filter(organization__in=own.values("pk"), ended_on__isnull=True, is_principal=True)
    return found | Q(**{f"{person or 'pk'}__in": jobs.values("professional")})


def whose_certificates(user: User, person: str = "professional", *, today: date) -> Q:
    """Whose certificates a user oversees: those of a bureau's place and below, and whom a mandate is about. `person` as
    in `under_mandates`.
    """
    found = under_mandates(mandates_held_by(user, today=today), person)
    for bureau in units_for(user, Act.SEE_CERTIFICATES).select_related("area"):
        found |= Q(**below(bureau.area, f"{person}__area" if person else "area"))
    return found


def people_overseen_by(user: User, *, today: date) -> QuerySet[Professional]:
    """Those whose certificates somebody oversees."""
    return Professional.objects.filter(whose_certificates(user, "", today=today))


def mandate_over(area: Area, unit: Organization | None, *, today: date) -> Mandate | None:
    """Under which mandate the certificates of somebody of `unit` and `area` are issued: their authority's, else that
    of the nearest bureau above them. One query.
    """
    above = {unit.pk, unit.supervisor_id} if unit else set()
    by_place = Q(organization__is_bureau=True, organization__area__in=area.codes)
    own = Q(organization__is_bureau=False, organization__in=[key for key in above if key])
    held = list(Mandate.objects.in_force(today).filter(by_place | own, organization__state=UnitState.ACTIVE))
    ranked = sorted(held, key=lambda one: (one.organization.is_bureau, -len(one.organization.area.path)))
    return ranked[0] if ranked else None
