"""`python -m tests.house.branches`: whether the tests of the rules, alone, take every branch of every rule.

Exits 1 and lists the lines where they do not. What else is run besides (pages, services) takes no part in it.
"""

import sys

import coverage
import pytest

from tests.house.files import PROGRAMS, ROOMS, ROOT

ENOUGH = 100.0


def main(arguments: list[str]) -> int:
    """`arguments` go to pytest."""
    rules = [str(ROOT / room / "rules") for room in ROOMS if (ROOT / room / "rules").is_dir()]
    programs = [f"*/rules/{name}.py" for name in sorted(PROGRAMS)]
    measured = coverage.Coverage(data_file=None, config_file=False, branch=True, source=rules, omit=programs)
    measured.start()
    code = pytest.main(["--quiet", "-p", "tests.house.alone", "-p", "no:cacheprovider", "tests", *arguments])
    measured.stop()
    reached = measured.report(show_missing=True, skip_covered=True, precision=2)
    return int(code) or int(reached < ENOUGH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
