"""`python -m tests.benches.posting`: batches over HTTP against the limit, the framework's own ways and other sizes.

The sizes are the two provinces of `tests.benches.province`: a full run lays twenty million entries down where they are
not there yet, which takes an hour or more and tens of GB; `--large` asks for fewer and the output says so.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benches.posting.servers import cluster
from tests.benches.province.children import Child, lay
from tests.benches.province.places import DATABASES, FIRST, FOLDER, LARGE, SMALL, alone_in, copy_of, databases, on
from tests.machine import machine
from tests.portals import ROOT

SIZE, BATCHES = 1000, 1000
_MANAGE = [sys.executable, "-B", "manage.py"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/ceportal-bench-ingest"))
    parser.add_argument("--provinces", type=Path, default=FOLDER, help="where the two sizes lie")
    parser.add_argument("--small", type=int, default=SMALL, help="entries of the small register, and of that province")
    parser.add_argument("--large", type=int, default=LARGE, help="entries of the large province")
    parser.add_argument("--only", choices=["limits", "sizes"], help="one of the two parts")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--batches", type=int, default=BATCHES, help="posted while memory is watched")
    parser.add_argument("--write", action="store_true", help="put the outcome into docs/benchmarks.md")
    chosen = parser.parse_args()
    said, codes = list[str](), list[int]()
    for line in _lines(chosen, codes):
        sys.stdout.write(line)
        sys.stdout.flush()
        said.append(line)
    if chosen.write:
        write("".join(said))
    return max(codes)


def _lines(chosen: argparse.Namespace, codes: list[int]) -> Iterator[str]:
    """What is told as it is told; `codes` are how the parts ended."""
    yield f"machine: {machine()}; PostgreSQL durable, {SIZE} records a request, {chosen.rounds} rounds\n"
    if (chosen.small, chosen.large, chosen.batches) != (SMALL, LARGE, BATCHES):
        yield (
            f"REDUCED: {chosen.small:,} and {chosen.large:,} entries, {chosen.batches} batches;"
            f" the bounds are for {SMALL:,} and {LARGE:,} and {BATCHES}\n"
        )
    if chosen.only != "sizes":
        yield from _limits(chosen, codes)
    if chosen.only != "limits":
        yield from _sizes(chosen, codes)


def _limits(chosen: argparse.Namespace, codes: list[int]) -> Iterator[str]:
    with cluster(chosen.folder) as environment:
        place = on("small", environment)
        subprocess.run([*_MANAGE, "migrate", "--verbosity", "0"], cwd=ROOT, env=place, check=True)
        asked = {name: getattr(chosen, name) for name in ("small", "rounds", "batches")}
        yield from _told(f"from tests.benches.posting.run import main; sys.exit(main(**{asked}))", place, codes)


def _sizes(chosen: argparse.Namespace, codes: list[int]) -> Iterator[str]:
    with ExitStack() as open_now:
        open_now.enter_context(alone_in(chosen.provinces))
        place_of = open_now.enter_context(databases(chosen.provinces, "postgresql"))
        entries, places = dict(zip(DATABASES, (chosen.small, chosen.large), strict=True)), {}
        for name in DATABASES:
            environment = place_of(name)
            yield f"{name}: {lay(name, entries[name], environment)}\n"
            if name == FIRST:
                environment = open_now.enter_context(copy_of(name, environment))
            members = str(Path(environment["DATA_DIR"], f"{name}-members.json"))
            with Child(f"from tests.benches.posting.sizes import join; join({members!r})", environment) as child:
                places[name] = child.told() | {"url": environment["DATABASE_URL"]}
        start = f"from tests.benches.posting.sizes import main; sys.exit(main({json.dumps(places)!r}, {chosen.rounds}))"
        yield from _told(start, environment, codes)


def _told(start: str, environment: dict[str, str], codes: list[int]) -> Iterator[str]:
    command = [*_MANAGE, "shell", "--no-imports", "-c", f"import sys; {start}"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield from process.stdout or ()
    codes.append(process.returncode)


def write(said: str) -> None:
    """In place of what stood below the heading, up to the next one."""
    path = ROOT / "docs" / "benchmarks.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(f"\n{HEADING}")
    _, following, after = rest.partition("\n## ")
    section = f"{HEADING}\n\n{ABOUT}\n\n```\n{said}```\n"
    path.write_text(f"{before.rstrip()}\n\n{section}{following}{after}", encoding="utf-8")


HEADING = "## Batches of hours over HTTP"
ABOUT = "`make bench-ingest` (tests/benches/posting); each ratio with its bound, `SHORT` where it does not hold."


if __name__ == "__main__":
    sys.exit(main())
