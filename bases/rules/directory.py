"""The public directory: in an order that favours nobody, and with what each institution must disclose."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

# What every institution must let everybody know, with how much room there is for it (S0-16, S1-14, S4-16).
DISCLOSED: Mapping[str, tuple[str, int]] = {
    "scope": ("培训范围", 500),
    "content": ("培训内容", 500),
    "fees": ("收费项目和标准", 500),
    "teachers": ("培训教师", 500),
    "places": ("培训地点", 300),
    "facilities": ("设施", 300),
    "contact": ("咨询电话", 120),
}


def shuffled(refs: Iterable[UUID], day: date) -> dict[UUID, int]:
    """A rank for each: another one each day, the same for everybody who looks that day, computable by anybody.

    It is the order of the SHA-256 digests of the day and the ref, so that neither payment nor clicks can turn it.
    """
    ordered = sorted(refs, key=lambda ref: hashlib.sha256(f"{day.isoformat()}\x1f{ref}".encode()).digest())
    return {ref: rank for rank, ref in enumerate(ordered)}


def reasons_not_to_disclose(said: Mapping[str, str]) -> Iterator[Refusal]:
    """Every item is asked for: a page with holes discloses nothing."""
    for name, (label, limit) in DISCLOSED.items():
        flat = said.get(name, "").replace("\r", " ").replace("\n", " ")
        for reason in reasons_not_to_accept(flat, field=name, label=label, limit=limit):
            yield Refusal(reason.code, reason.message, field=name, clause="S0-16")
