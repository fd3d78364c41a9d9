"""The deep tests piece by piece: nothing is called passed that did not, and who goes on goes on with the same tree."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import deep
from tests.databases.pieces import NOTHING, SHARED, Ledger, Piece, Run, pieces_of, revision, table, told

QUICK, PORTAL = Piece("tests/a.py", (), is_alone=False), Piece("tests/faults/b.py", (), is_alone=True)
PASSED = Run(0, "3 passed", 65.4, 2.04)


def test_a_file_is_a_piece_and_what_starts_portals_comes_after_the_rest_alone() -> None:
    deep_ones = ["tests/faults/b.py::test_x[1]", "tests/a.py::test_y", "tests/a.py::test_z"]
    pieces = pieces_of(deep_ones, "3")
    assert [(piece.name, piece.is_alone) for piece in pieces] == [
        ("tests/a.py", False), ("tests/faults/b.py", True), (SHARED, True),
    ]  # fmt: skip
    assert pieces[0].arguments == ("tests/a.py", "-m", "deep", "-s")


@pytest.mark.parametrize(
    ("code", "log", "words", "has_passed"),
    [
        (0, "3 passed by\n== 4 passed, 1 skipped, 9 deselected in 61.20s (0:01:01) ==", "4 passed, 1 skipped", True),
        (1, "1 failed, 3 passed in 2.00s", "1 failed, 3 passed", False),
        (1, "1 error in 0.50s", "1 error", False),
        (NOTHING, "4 deselected in 0.50s", "asks for no database", True),
        (-9, "tests/a.py .", "did not end", False),
    ],
)  # fmt: skip
def test_what_a_run_told(code: int, log: str, words: str, has_passed: bool) -> None:
    found = told(code, log, 1.0, 2.0)
    assert (found.words, found.has_passed) == (words, has_passed)


def test_the_ledger_goes_on_at_the_same_revision_alone(tmp_path: Path) -> None:
    path = tmp_path / "passed.json"
    ledger = Ledger.opened(path, "abc")
    ledger.note("sqlite", QUICK, PASSED, at="abc")
    ledger.note("sqlite", PORTAL, Run(1, "1 failed", 1.0, 1.0), at="abc")
    ledger.note("postgresql", QUICK, PASSED, at="")
    assert Ledger.opened(path, "abc").passed == {"sqlite tests/a.py": PASSED}
    assert Ledger.opened(path, "def").passed == Ledger.opened(path, "").passed == {}


def test_a_changed_tree_is_of_no_revision(tmp_path: Path) -> None:
    assert revision(tmp_path) == "", "no repository"
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "--quiet"], [*who, "commit", "--quiet", "--allow-empty", "--message", "Begin"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert len(revision(tmp_path)) == 40
    (tmp_path / "new.py").touch()
    assert revision(tmp_path) == ""


def test_a_document_changes_no_revision_and_anything_else_does(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "docs").mkdir()
    found = []
    for name in ("code.py", "docs/figures.md", "CHANGELOG.md", "more.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        for command in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.cn", "commit", "-q", "-m", name]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)
        found.append(revision(tmp_path))
    assert found[0] == found[1] == found[2] != found[3]


def test_the_table_says_what_was_not_run() -> None:
    written = table([QUICK, PORTAL], ["sqlite", "postgresql"], {"sqlite tests/a.py": PASSED})
    assert "| `tests/a.py` | 3 passed, 1 min 5 s, load 2.0 | not run |" in written


def test_what_passed_is_not_tried_again_and_who_fails_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep, "revision", lambda: "abc")
    monkeypatch.setattr(deep, "LOOK_EVERY", 0.01)
    ledger, begun = Ledger.opened(tmp_path / "passed.json", "abc"), list[tuple[str, str]]()

    def start(piece: Piece, database: str) -> deep.Trial:
        begun.append((database, piece.name))
        fails = (database, piece) == ("postgresql", QUICK)
        script = f"print('1 {'failed' if fails else 'passed'} in 0.10s'); raise SystemExit({int(fails)})"
        return deep.Trial([sys.executable, "-c", script], {}, tmp_path / f"{database}.log")

    both = ("sqlite", "postgresql")
    runs = deep.run([QUICK, PORTAL], both, ledger, start)
    assert begun == [(database, piece.name) for piece in (QUICK, PORTAL) for database in both]
    assert [name for name, one in runs.items() if not one.has_passed] == ["postgresql tests/a.py"]
    begun.clear()
    again = deep.run([QUICK, PORTAL], both, Ledger.opened(tmp_path / "passed.json", "abc"), start)
    assert begun == [("postgresql", "tests/a.py")]
    assert set(again) == set(runs)


def test_who_is_ended_ends_what_was_begun(tmp_path: Path) -> None:
    trial = deep.Trial([sys.executable, "-c", "import time; time.sleep(60)"], {}, tmp_path / "log")
    assert trial.ended() is None
    trial.end()
    assert trial.process.returncode
