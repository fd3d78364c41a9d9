"""The cells of a register, which no template writes one by one."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString

from ceportal.kernel.templatetags.registers import register_cells
from ceportal.kernel.web.desks import Cell, Column

TEXT, NUMBER, SHORT = Column("单位", "x"), Column("学时", "x", is_number=True), Column("日期", "x", is_short=True)


# The next day here.
EVENING = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        (TEXT, "郑州<b>&甲", '<td data-label="单位" class="">郑州&lt;b&gt;&amp;甲</td>'),
        (TEXT, SafeString("<b>甲</b>"), '<td data-label="单位" class=""><b>甲</b></td>'),
        (TEXT, "", '<td data-label="单位" class="">—</td>'),
        (TEXT, None, '<td data-label="单位" class="">—</td>'),
        (TEXT, 12, '<td data-label="单位" class="">12</td>'),
        (NUMBER, Decimal("8.50"), '<td data-label="学时" class="num">8.5</td>'),
        (NUMBER, 0, '<td data-label="学时" class="num">0</td>'),
        (NUMBER, None, '<td data-label="学时" class="num">—</td>'),
        (SHORT, date(2026, 3, 1), '<td data-label="日期" class="nowrap">2026年3月1日</td>'),
        (
            SHORT,
            datetime(2026, 3, 1, 20, 5, tzinfo=UTC),
            '<td data-label="日期" class="nowrap">2026年3月2日 04:05</td>',
        ),
        (Column('"甲"', "x"), "乙", '<td data-label="&quot;甲&quot;" class="">乙</td>'),
    ],
)
def test_a_cell_is_what_a_template_would_write(column: Column, value: object, shown: str) -> None:
    made = register_cells([Cell(column, value)])
    assert made == shown
    assert Template("{{ made }}").render(Context({"made": made})) == shown, "it is not escaped again"


def test_the_first_cell_alone_leads_on() -> None:
    assert register_cells([Cell(SHORT, date(2026, 3, 1))], "/").endswith('<a href="/">2026年3月1日</a></td>')
    made = register_cells([Cell(TEXT, "甲<"), Cell(TEXT, "乙")], "/a/?b=1&c=2")
    assert made == (
        '<td data-label="单位" class=""><a href="/a/?b=1&amp;c=2">甲&lt;</a></td><td data-label="单位" class="">乙</td>'
    )
