"""The frozen lines of a filing as a table of a spreadsheet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from credits.enums import EntryKind, Subject

HEADING = ("序号", "姓名", "证件号码", "单位", "地区", "年度", "科目", "类型", "名称", "学时", "经手", "记入日期")


def row_of(line: Mapping[str, Any]) -> tuple[object, ...]:
    """One line; hours are a number, so that totals can be drawn."""
    subject, kind = Subject(line["subject"]).label, EntryKind(line["kind"]).label
    return (
        line["position"], line["name"], line["id_mask"], line["unit"], line["area"], line["year"], subject, kind,
        line["title"], Decimal(line["hours"]), line["by"], line["recorded_on"],
    )  # fmt: skip
