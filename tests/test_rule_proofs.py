"""What guards the proofs of the rules: which tests count as theirs, and that a branch or a mutant left over is told."""

import json
from pathlib import Path

import pytest

from tests.house import alone, branches, mutants

PURE = "from credits.rules.window import is_open\n"


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        (PURE, True),
        ("from credits.rules import window\n", True),
        ("from ceportal.kernel.rules.dated import places_of\n", True),
        ("from ceportal.kernel.rules.pictures import likeness\n", False),
        ("from ceportal.kernel.rules import pictures\n", False),
        ("from ceportal.kernel.rules import dated, pictures\n", True),
        ("import pytest\n", False),
        ("from somewhere.rules import window\n", False),
        ("from credits.services.window import x\n", False),
        (f"{PURE}from tests.portals import Portal\n", False),
        (f"import pytest\n{PURE}pytestmark = pytest.mark.django_db\n", False),
        (f"import pytest\n{PURE}pytestmark = [pytest.mark.django_db(transaction=True)]\n", False),
        (f"import pytest\n{PURE}pytestmark = pytest.mark.usefixtures('x')\n", True),
    ],
)
def test_a_test_of_rules_imports_one_and_is_not_of_the_database(source: str, is_one: bool) -> None:
    assert alone.is_of_rules(source) is is_one


def test_every_room_with_rules_is_measured() -> None:
    assert {"credits", "ceportal/kernel", "accounts", "reviews", "certificates", "bases"} <= {
        room for room in branches.ROOMS if (branches.ROOT / room / "rules").is_dir()
    }


def test_the_rules_of_hours_are_mutated_and_each_has_tests() -> None:
    named = {path.relative_to(mutants.ROOT).as_posix() for path in mutants.MODULES}
    assert {"credits/rules/requirements.py", "ceportal/kernel/rules/working_days.py"} <= named
    assert "tests/oracle/test_law.py" in mutants.tests_of("credits.rules.ruleset")
    assert "tests/credits/test_plausibility_rules.py" in mutants.tests_of("credits.rules.plausibility")
    assert mutants.tests_of("credits.rules.nowhere") == []


@pytest.mark.parametrize(
    ("lived", "code", "score"), [(1, 1, "8 of 9 noticed: 88.9 %"), (0, 0, "9 of 9 noticed: 100.0 %")]
)
def test_the_table_counts_what_is_kept_and_names_what_lived(
    lived: int,
    code: int,
    score: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    codes = {f"m{number}": 1 for number in range(9)} | ({"m0": 0} if lived else {})
    known = {"codes": codes, "lived": {"m0": "-a < b\n+a <= b"} if lived else {}}
    (mutants.kept() / "credits.rules.x.json").write_text(json.dumps(known))
    assert mutants.table() == code
    told = capsys.readouterr().out
    assert told.endswith(f"{score}\n")
    assert ("survived: m0\n    -a < b" in told) is bool(lived)
