"""`python -m tests.benches NAME [COUNT] [--database sqlite|postgresql|both]`: one of the benches beside this file, on a
portal in a folder of its own.

The folder goes afterwards. Ends as the bench does: with 1 when a bound does not hold.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import django

from tests.databases import tables
from tests.databases.environments import DATABASES

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("count", type=int, nargs="?")
    parser.add_argument("--people", type=int, dest="count", help="the same as COUNT")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    chosen = parser.parse_args()
    return max(run(chosen, database) for database in DATABASES[chosen.database])


def run(chosen: argparse.Namespace, database: Callable[[], AbstractContextManager[dict[str, str]]]) -> int:
    with tempfile.TemporaryDirectory(prefix="ceportal-bench-") as folder, database() as given:
        place = {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "CEPORTAL_DEMO": "0"}
        environment = given | place
        if "DATABASE_URL" in given:
            tables.fill(given["DATABASE_URL"])
        else:
            tables.copy_to(Path(folder) / "portal.sqlite3")
        manage = [sys.executable, "-B", str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
        start = f"import sys; from tests.benches.{chosen.name} import main; sys.exit(main({chosen.count or ''}))"
        return subprocess.run([*manage, "shell", "--no-imports", "-c", start], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ceportal.settings.test"
    django.setup()
    sys.exit(main())
