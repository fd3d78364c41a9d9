"""`python -m tests.benches.posting`: batches over HTTP against the limit, the framework's own ways and other sizes.

A full run lays down twenty million entries, which takes an hour or more and tens of GB; `--large` asks for fewer and
the output says so. What was laid down stays in `--folder` and is gone on with when a run was ended.
"""

import argparse
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.benches.posting.servers import cluster
from tests.portals import ROOT

DATABASES = ("small", "large")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/ceportal-bench-ingest"))
    parser.add_argument("--small", type=int, default=200_000, help="entries of the small register")
    parser.add_argument("--large", type=int, default=20_000_000, help="entries of the large one")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--batches", type=int, default=1000, help="posted while memory is watched")
    parser.add_argument("--write", action="store_true", help="put the outcome into docs/benchmarks.md")
    chosen = parser.parse_args()
    asked = {name: getattr(chosen, name) for name in ("small", "large", "rounds", "batches")}
    start = f"import sys; from tests.benches.posting.run import main; sys.exit(main(**{asked}))"
    manage = [sys.executable, "-B", "manage.py"]
    with cluster(chosen.folder) as environment:
        for place in (on(name, environment) for name in DATABASES):
            subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=place, check=True)
        place = on("small", environment)
        command = [*manage, "shell", "--no-imports", "-c", start]
        with subprocess.Popen(command, cwd=ROOT, env=place, stdout=subprocess.PIPE, text=True) as process:
            said = []
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                said.append(line)
    if chosen.write:
        write("".join(said))
    return process.returncode


def on(name: str, environment: dict[str, str]) -> dict[str, str]:
    """The environment of one of the two databases, made when it is not there yet."""
    url = environment["DATABASE_URL"]
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {name}")
    return environment | {"DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}


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
