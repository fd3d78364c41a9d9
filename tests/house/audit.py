"""`make audit`: are vulnerabilities known of what the portal installs? Asks an outside service by pip-audit.

pip-audit says "no known vulnerabilities" and ends well even where the service answered for no package at all; here a
package that nobody answered for is not audited, and the end says so. `--where-reachable` (a build server without a way
out) then ends well all the same, having said so.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FINE, VULNERABLE, NOT_AUDITED = 0, 1, 2


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The end and its words, of pip-audit's report; an empty one is a service that did not answer."""
    packages = report.get("dependencies", [])
    known = [(each, fault) for each in packages for fault in each.get("vulns", [])]
    lines = [
        f"VULNERABLE  {each['name']} {each['version']}: {fault['id']}, mended in {fault['fix_versions'] or 'none yet'}"
        for each, fault in known
    ]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if not packages or skipped:
        told = f"{len(skipped)} of {len(packages)} packages" if packages else "anything"
        lines.append(f"NOT AUDITED: the service of known vulnerabilities could not be asked about {told}.")
    if known:
        return VULNERABLE, lines
    return (NOT_AUDITED, lines) if lines else (FINE, [f"{len(packages)} packages, no known vulnerability."])


def asked(requirements: Path) -> dict[str, Any]:
    """pip-audit's report on a pinned file of requirements; empty where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pip_audit", "--requirement", requirements, "--disable-pip", "--require-hashes",
             "--progress-spinner", "off", "--timeout", "15", "--format", "json", "--output", report],
            capture_output=True, check=False,
        )  # fmt: skip
        return dict(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else {}


def main(arguments: list[str]) -> int:
    code, lines = verdict(asked(ROOT / "requirements.txt"))
    sys.stdout.write("\n".join([*lines, ""]))
    return FINE if code == NOT_AUDITED and "--where-reachable" in arguments else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
