"""Lists of recognised bases and platforms, from `bases/reference/*.yaml`: loaded again at will, ids are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.enums import UnitNature, UnitState
from accounts.models import Organization
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.selectors.data_files import read_yaml

FOLDER = Path(__file__).resolve().parent.parent / "reference"
Spec = dict[str, Any]


@transaction.atomic
def load_recognitions() -> dict[str, int]:
    """Institutions and their recognitions. Gives how many recognitions of each status there are now."""
    specs = list(_specs())
    units = _load_institutions(specs)
    held = {_key(row): row for row in Recognition.objects.all()}
    rows = [_recognition(spec, year, status, units) for spec in specs for year, status in _years(spec)]
    for row in rows:
        if known := held.get(_key(row)):
            row.pk, row.ref, row.ended_on = known.pk, known.ref, known.ended_on
            _keep_what_a_bureau_said(row, known)
    Recognition.objects.bulk_create([row for row in rows if row.pk is None])
    Recognition.objects.bulk_update([row for row in rows if row.pk is not None], _FIELDS)
    verified = sum(row.status == RecognitionStatus.VERIFIED for row in rows)
    return {"recognitions": verified, "recognitions_assumed": len(rows) - verified}


def _keep_what_a_bureau_said(row: Recognition, known: Recognition) -> None:
    """An assumed line that was confirmed or ended at the desk stays so."""
    if row.status == RecognitionStatus.ASSUMED and (known.status == RecognitionStatus.VERIFIED or known.ended_on):
        row.status, row.document, row.clause, row.note = known.status, known.document, known.clause, known.note


_FIELDS = ["subjects", "sequence", "url", "phones", "is_free", "document", "clause", "status", "note"]


def _specs() -> Iterator[Spec]:
    """Every institution of every list, with what the list says of all of them."""
    for path in sorted(FOLDER.glob("*.yaml")):
        of_list = read_yaml(path)
        institutions = of_list.pop("institutions")
        yield from (of_list | institution for institution in institutions)


def _years(spec: Spec) -> Iterator[tuple[int, RecognitionStatus]]:
    """The list's own year, and the later ones that repeat it until a document appears (A26, A27)."""
    yield spec["year"], RecognitionStatus.VERIFIED
    for year in spec.get("assumed_years", []):
        yield year, RecognitionStatus.ASSUMED


def _load_institutions(specs: list[Spec]) -> dict[str, Organization]:
    """Each institution once, by its name among the bases and platforms and in its place; flags only ever grow."""
    keys = {comparable(spec["name"]) for spec in specs}
    living = Organization.objects.filter(name_key__in=keys, is_authority=False).exclude(state=UnitState.REFUSED)
    units = {unit.name_key: unit for unit in living.order_by("is_base", "is_platform")}
    for spec in specs:
        unit = units.setdefault(comparable(spec["name"]), _institution(spec))
        if spec["kind"] == RecognitionKind.PLATFORM:
            unit.is_platform = True
        else:
            unit.is_base = True
        unit.is_association = unit.is_association or spec.get("association", False)
    Organization.objects.bulk_create([unit for unit in units.values() if unit.pk is None])
    known = [unit for unit in units.values() if unit.pk is not None]
    Organization.objects.bulk_update(known, ["is_platform", "is_base", "is_association"])
    return units


def _institution(spec: Spec) -> Organization:
    return Organization(
        name=spec["name"],
        name_key=comparable(spec["name"]),
        area_id=spec["at"],
        nature=UnitNature(spec.get("nature", UnitNature.INSTITUTION)),
        contact_phone="、".join(spec.get("phones", []))[:30],
    )


def _recognition(spec: Spec, year: int, status: RecognitionStatus, units: dict[str, Organization]) -> Recognition:
    return Recognition(
        organization=units[comparable(spec["name"])],
        kind=spec["kind"],
        year=year,
        area_id=spec["area"],
        subjects=spec["subjects"],
        sequence=spec.get("seq"),
        url=spec.get("url", ""),
        site_name=spec.get("site", ""),
        phones=spec.get("phones", []),
        is_free=spec.get("free", False),
        document=spec["document"],
        clause=spec["clause"],
        status=status,
        note=spec.get("note", ""),
    )


def _key(row: Recognition) -> tuple[Any, ...]:
    return (row.organization_id, row.kind, row.year, row.area_id, row.site_name)
