"""docs/operations/faults.md names every fault of the list once, with its control and its figure, and only tests that
are there; and of each what the operator's page says.
"""

import re

from ceportal.office.rules.alarms import ALARMS
from tests.office import test_mending
from tests.portals import ROOT

_TEST = re.compile(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`")


def test_the_table_of_faults_names_what_is_there() -> None:
    text = (ROOT / "docs" / "operations" / "faults.md").read_text(encoding="utf-8")
    listed, *_ = text.partition("\n## ")
    assert re.findall(r"^\| X(\d+) ", listed, re.MULTILINE) == [str(number) for number in range(1, 26)]
    for row in text.splitlines():
        file = ""
        for named, test in _TEST.findall(row):
            file = named or file
            source = (ROOT / file).read_text(encoding="utf-8") if file else ""
            assert not test or f"def {test}(" in source, f"{file}::{test}"
    for row in listed.splitlines():
        if row.startswith("| X"):
            _, shown, control, figure, *_ = row.split(" | ")
            assert all(len(cell) > 1 for cell in (shown, control, figure)), row


def test_of_each_fault_it_says_what_the_operators_page_names() -> None:
    text = (ROOT / "docs" / "operations" / "faults.md").read_text(encoding="utf-8").partition("\n## ")[2]
    rows = [row.split(" | ") for row in text.splitlines() if row.startswith("| X")]
    named = sorted(int(number) for row in rows for number in re.findall(r"X(\d+)", row[0]))
    assert named == list(range(1, 26))
    codes = {code for row in rows for code in re.findall(r"`(\w+)`", row[1])}
    assert codes <= {alarm.code for alarm in ALARMS}
    assert all(hasattr(test_mending, name) for row in rows for name in re.findall(r"`(\w+)`", row[2]))
