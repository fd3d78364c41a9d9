"""The sheet of indicators a round of assessment begins with, as bases/sheets keeps it."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bases.rules.assessment import Indicator
from ceportal.kernel.selectors.data_files import read_yaml

FILE = Path(__file__).resolve().parent.parent / "sheets" / "assessment.yaml"


@cache
def suggested() -> dict[str, Any]:
    """`sheet` as text, one indicator a line; the limits of the grades; where it comes from, and whether confirmed."""
    data: Any = read_yaml(FILE)
    lines = [Indicator(group, title, Decimal(most), shown) for group, title, most, shown in data["indicators"]]
    return data | {"sheet": "\n".join(str(line) for line in lines)}
