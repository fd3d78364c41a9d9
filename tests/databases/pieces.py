"""The deep tests piece by piece: what a piece is, what its run told, and which passed at this revision already."""

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.databases.environments import ROOT

# What starts a portal, a browser or a server of its own, or measures how long something takes.
ALONE = ("tests/faults/", "tests/browser/", "tests/test_supervise.py")
DOCUMENTS = ("docs/", "CHANGELOG.md")
SHARED = "what make test shares out"
# How pytest ends when nothing was left to be tried.
NOTHING = 5
_COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")


@dataclass(frozen=True)
class Piece:
    """`is_alone`: with one database after the other; any other piece is tried with all at the same time."""

    name: str
    arguments: tuple[str, ...]
    is_alone: bool


@dataclass(frozen=True)
class Run:
    """How a piece ended: pytest's code and words, seconds of the clock, the machine's mean load meanwhile."""

    code: int
    words: str
    seconds: float
    load: float

    @property
    def has_passed(self) -> bool:
        return self.code in (0, NOTHING)

    def __str__(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        return f"{self.words}, {took}, load {self.load:.1f}"


def pieces_of(deep: Iterable[str], hands: str) -> list[Piece]:
    """A piece for each file of the tests with the addresses `deep`; last what is shared, by so many `hands`."""
    files = sorted({address.partition("::")[0] for address in deep})
    found = [Piece(file, (file, "-m", "deep", "-s"), file.startswith(ALONE)) for file in files]
    found.sort(key=lambda piece: piece.is_alone)
    return [*found, Piece(SHARED, ("tests", "-m", "shared and not deep", "--numprocesses", hands), True)]


def told(code: int, log: str, seconds: float, load: float) -> Run:
    """What the last line of pytest says."""
    ends = [line for line in log.splitlines() if re.search(r" in [\d.]+s\b", line) and _COUNTED.search(line)]
    words = ", ".join(f"{count} {what}" for count, what in _COUNTED.findall(ends[-1])) if ends else ""
    return Run(code, words or ("asks for no database" if code == NOTHING else "did not end"), seconds, load)


def revision(root: Path = ROOT) -> str:
    """A digest of all in a clean tree but its documents, which no deep test asks; empty where something has been
    changed, or there is no repository.
    """
    asked = [["git", "status", "--porcelain"], ["git", "ls-tree", "-r", "HEAD"]]
    done = [subprocess.run(command, cwd=root, capture_output=True, text=True, check=False) for command in asked]
    if any(each.returncode for each in done) or done[0].stdout.strip():
        return ""
    files = [line for line in done[1].stdout.splitlines() if not line.partition("\t")[2].startswith(DOCUMENTS)]
    return hashlib.sha1("\n".join(files).encode(), usedforsecurity=False).hexdigest()


@dataclass
class Ledger:
    """What passed at `at`, by database and piece, kept in a file. A revision other than the file's begins anew."""

    path: Path
    at: str
    passed: dict[str, Run] = field(default_factory=dict)

    @classmethod
    def opened(cls, path: Path, at: str) -> "Ledger":
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        is_same = bool(at) and kept.get("revision") == at
        return cls(path, at, {name: Run(**run) for name, run in kept["passed"].items()} if is_same else {})

    def has(self, database: str, piece: Piece) -> bool:
        return f"{database} {piece.name}" in self.passed

    def note(self, database: str, piece: Piece, run: Run, *, at: str) -> None:
        """Only what passed, and only while the tree is still (`at`) what it was at the beginning."""
        if not run.has_passed or not self.at or at != self.at:
            return
        self.passed[f"{database} {piece.name}"] = run
        half = self.path.with_suffix(".half")
        kept = {"revision": self.at, "passed": {name: asdict(one) for name, one in self.passed.items()}}
        half.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        half.replace(self.path)


def table(pieces: Iterable[Piece], databases: Iterable[str], runs: Mapping[str, Run]) -> str:
    """For docs/benchmarks.md; a piece that was not run says so."""
    names = list(databases)
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for piece in pieces:
        cells = [str(runs.get(f"{name} {piece.name}", "not run")) for name in names]
        lines.append(f"| `{piece.name}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
