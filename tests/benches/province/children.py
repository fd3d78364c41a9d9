"""The processes of a run, each within the settings of one portal: it lays the province down, or looks at its pages."""

import json
import subprocess
import sys
from collections.abc import Collection
from typing import Any, Self

from tests.portals import ROOT

# What is meant for who asked; anything else that is printed goes on to the reader.
MARK = "@"


def lay(name: str, entries: int, environment: dict[str, str]) -> str:
    """Make sure that so many entries are there; gives what there is, in words."""
    subprocess.run([*_MANAGE, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    start = f"from tests.benches.province.laying import lay; lay({name!r}, {entries})"
    with Child(start, environment) as child:
        return str(child.told())


class Child:
    """A process that answers on its standard output, a line of JSON each time."""

    def __init__(self, start: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*_MANAGE, "shell", "--no-imports", "-c", start], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def told(self) -> Any:
        """The next answer. Ends the run when the process has ended."""
        for line in self.process.stdout or ():
            if line.startswith(MARK):
                return json.loads(line.removeprefix(MARK))
            sys.stdout.write(line)
            sys.stdout.flush()
        raise SystemExit(f"a process of the bench ended with {self.process.wait()}")

    def ask(self, question: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(f"{json.dumps(question)}\n")
        self.process.stdin.flush()
        return self.told()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


class Watch(Child):
    """Looks at the pages of one portal; `pages` are those it can look at, by name, in which one of `only` stands."""

    def __init__(self, bench: str, name: str, environment: dict[str, str], only: Collection[str]) -> None:
        start = f"from tests.benches.province.looker import main; main({bench!r}, {list(only)!r})"
        super().__init__(start, environment)
        self.name = name
        self.pages: list[str] = self.told()

    def look(self, page: str) -> float:
        """Seconds one look took."""
        return float(self.ask(page))

    def measure(self, what: str) -> Any:
        return self.ask(what)


_MANAGE = [sys.executable, "-B", "manage.py"]
