"""`python -m tests.databases.deep [sqlite|postgresql|each] [file or folder …]`: the deep tests, piece by piece.

A piece is a file of deep tests, with each database; the last one is what `make test` shares out between the two. Each
piece says how it ended as soon as it has. What passed at this revision of a clean tree is kept in DATA_DIR/test-deep
and not tried again, so that a run which was broken off goes on; a changed tree begins anew, whose documents alone may
change. There lie a log for each piece and `table.md`, for docs/benchmarks.md, too. Exits 1 when a piece failed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from tests.databases.environments import DATABASES, ROOT, environments, make_tables
from tests.databases.pieces import Ledger, Piece, Run, pieces_of, revision, table, told

ONCE = ("-p", "tests.databases.once")
# Each log and the kept tables apart, nothing is remembered of a run in the tree.
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
LOOK_EVERY, END_WITHIN = 0.5, 120


class Trial:
    """A piece under way with one database."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log, self.began, self.loads = log, time.monotonic(), list[float]()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=_hear,
            )  # fmt: skip

    def ended(self) -> Run | None:
        """How; None while it goes on."""
        self.loads.append(os.getloadavg()[0])
        if (code := self.process.poll()) is None:
            return None
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return told(code, text, time.monotonic() - self.began, fmean(self.loads))

    def end(self) -> None:
        """As Ctrl-C does, so that the servers it started end too."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(END_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()


def _hear() -> None:
    """Who is begun in the background is deaf to Ctrl-C, and so would be what it begins."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(
    pieces: Sequence[Piece], databases: Sequence[str], ledger: Ledger, start: Callable[[Piece, str], Trial]
) -> dict[str, Run]:
    """Every piece with every database but what the ledger holds; by database and piece how each ended."""
    runs = dict(ledger.passed)
    for piece in pieces:
        left = [database for database in databases if not ledger.has(database, piece)]
        for together in [[database] for database in left] if piece.is_alone else [left]:
            runs |= _together(piece, together, ledger, start)
    return runs


def _together(
    piece: Piece, databases: Sequence[str], ledger: Ledger, start: Callable[[Piece, str], Trial]
) -> dict[str, Run]:
    runs, trials = dict[str, Run](), dict[str, Trial]()
    try:
        for database in databases:
            trials[database] = start(piece, database)
        while len(runs) < len(trials):
            time.sleep(LOOK_EVERY)
            for database, trial in trials.items():
                key = f"{database} {piece.name}"
                if key not in runs and (ended := trial.ended()) is not None:
                    runs[key] = ended
                    ledger.note(database, piece, ended, at=revision())
                    say(f"{database:<10} {piece.name}: {ended}{'' if ended.has_passed else f'  FAILED, {trial.log}'}")
    finally:
        for trial in trials.values():
            trial.end()
    return runs


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def addresses(environment: Mapping[str, str], places: Sequence[str]) -> list[str]:
    """Of every deep test at `places`."""
    command = [*PYTEST, "--collect-only", "-m", "deep", *places]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("tests/") and "::" in line]
    if not found:
        sys.exit(f"no deep tests were found\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found


def main(which: str, places: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(os.environ.get("DATA_DIR", "var")).resolve() / "test-deep"
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.opened(folder / "passed.json", revision())
    say(f"revision {ledger.at or 'of no name: the tree is changed, nothing is kept'}; {len(ledger.passed)} pieces kept")
    with environments(which) as found:
        first, *others = found
        make_tables(found.values())
        pieces = pieces_of(addresses(found[first], places or ["tests"]), str((os.cpu_count() or 1) + 1))
        pieces = pieces if not places else pieces[:-1]

        def start(piece: Piece, database: str) -> Trial:
            command = [*PYTEST, *(ONCE if database in others else ()), *piece.arguments]
            return Trial(command, found[database], folder / f"{database}-{piece.name.replace('/', '-')}.log")

        began, runs = time.monotonic(), run(pieces, [*found], ledger, start)
    written = table(pieces, found, runs)
    (folder / "table.md").write_text(written, encoding="utf-8")
    failed = [name for name, one in runs.items() if not one.has_passed]
    say(f"\n{written}\n{time.monotonic() - began:.0f} s; {len(runs) - len(failed)} passed, failed: {failed or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    named = sys.argv[1:2] and sys.argv[1] in DATABASES
    sys.exit(main(sys.argv[1] if named else "each", sys.argv[2:] if named else sys.argv[1:]))
