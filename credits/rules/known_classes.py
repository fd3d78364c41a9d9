"""A class or course as its teaching unit has told the portal of it, to see whether what is declared is one of them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class KnownClass:
    """`span`: whatever is known of its days; a course that is open all year has the year."""

    title: str
    span: tuple[date, date]
