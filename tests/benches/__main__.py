"""`python -m tests.benches NAME [COUNT]`: one of the benches beside this file, on a portal in a folder of its own.

The folder goes afterwards. Ends as the bench does: with 1 when a bound does not hold.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("count", type=int, nargs="?")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ceportal-bench-") as folder:
        place = {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "CEPORTAL_DEMO": "0"}
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | place
        manage = [sys.executable, "-B", str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
        start = f"import sys; from tests.benches.{chosen.name} import main; sys.exit(main({chosen.count or ''}))"
        return subprocess.run([*manage, "shell", "--no-imports", "-c", start], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
