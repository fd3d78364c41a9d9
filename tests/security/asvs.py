"""docs/security/asvs.md: which tests speak to which requirements of OWASP ASVS 5.0.0; chapters nobody assessed say so.

`python -m tests.security.asvs` writes it. Marks are read from the source: `@pytest.mark.asvs("v5.0.0-6.2.1")`.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ceportal.kernel.selectors.data_files import read_yaml
from tests.clauses.table import ROOT, Shown, shown

DATA = ROOT / "docs" / "security" / "asvs.yaml"
PAGE = ROOT / "docs" / "security" / "asvs.md"
VERSION = "v5.0.0-"
HEAD = (
    "# ASVS 5.0.0 and our tests\n\n"
    'Written by `make asvs` from the marks on tests (`@pytest.mark.asvs("v5.0.0-6.2.1")`) and docs/security/asvs.yaml; '
    "not by hand.\n\n"
    "A line says that a test shows the requirement, or a part of it, kept: no more. Nobody outside has verified the "
    "portal against the standard, and what is not listed was not assessed here. The words of a line are ours; the "
    "standard's text counts."
)


def data() -> Any:
    """What docs/security/asvs.yaml says."""
    return read_yaml(DATA)


def chapter_of(number: str) -> int:
    return int(number.partition(".")[0])


def in_order(numbers: Any) -> list[str]:
    return sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def page(said: Mapping[str, Any], tests: list[Shown]) -> str:
    """The page in Markdown."""
    by_number = defaultdict(list)
    for test in tests:
        for mark in test.ids:
            by_number[mark.removeprefix(VERSION)].append(test)
    lines = [HEAD]
    for chapter, of in said["chapters"].items():
        shown_here = in_order(number for number in by_number if chapter_of(number) == chapter)
        lines += ["", f"## V{chapter} {of['name']}", ""]
        lines += _chapter(chapter, of, said, {number: by_number[number] for number in shown_here})
    return "\n".join(lines) + "\n"


def _chapter(chapter: int, of: Any, said: Mapping[str, Any], by_number: Mapping[str, list[Shown]]) -> list[str]:
    departures = in_order(number for number in said["departures"] if chapter_of(number) == chapter)
    if why := said["chapters_apart"].get(chapter):
        return [f"Not assessed: {why}"]
    if not by_number and not departures:
        return [f"Not assessed: of its {of['requirements']} requirements none was looked at."]
    lines = [f"Tests speak to {len(by_number)} of {of['requirements']} requirements; the others were not assessed."]
    if by_number:
        lines += ["", "| Id | Asks, in short | Shown by |", "|---|---|---|"]
        lines += [
            f"| {VERSION}{number} | {said['requirements'][number]} | {'<br>'.join(map(str, tests))} |"
            for number, tests in by_number.items()
        ]
    if departures:
        lines += ["", "Done otherwise, knowingly:", ""]
        lines += [f"- {VERSION}{number}: {said['departures'][number]}" for number in departures]
    return lines


def main() -> int:
    PAGE.write_text(page(data(), shown(mark="asvs")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
