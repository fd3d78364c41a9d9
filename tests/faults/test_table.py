"""docs/operations/faults.md names every fault of the list once, and only tests that are there."""

import re

from tests.portals import ROOT

_TEST = re.compile(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`")


def test_the_table_of_faults_names_what_is_there() -> None:
    text = (ROOT / "docs" / "operations" / "faults.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| X(\d+) ", text, re.MULTILINE) == [str(number) for number in range(1, 26)]
    for row in text.splitlines():
        file = ""
        for named, test in _TEST.findall(row):
            file = named or file
            source = (ROOT / file).read_text(encoding="utf-8") if file else ""
            assert not test or f"def {test}(" in source, f"{file}::{test}"
