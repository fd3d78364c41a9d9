"""What the portal installs: a list of it can be made, and an audit that nobody answered is not taken for a good one."""

from typing import Any

import pytest

from tests.house import files
from tests.house.audit import FINE, NOT_AUDITED, VULNERABLE, verdict

GOOD: dict[str, Any] = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {"name": "lxml", "version": "1.0", "vulns": [{"id": "PYSEC-2099-1", "fix_versions": ["2.0"]}]}
UNASKED = {"name": "kombu", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([GOOD], FINE, "1 packages, no known vulnerability."),
        ([GOOD, BAD], VULNERABLE, "lxml 1.0: PYSEC-2099-1, mended in ['2.0']"),
        ([GOOD, UNASKED], NOT_AUDITED, "about 1 of 2 packages"),
        ([BAD, UNASKED], VULNERABLE, "NOT AUDITED"),
        ([], NOT_AUDITED, "about anything"),
    ],
)
def test_an_audit_says_what_was_and_what_was_not_asked(packages: list[Any], code: int, words: str) -> None:
    found, lines = verdict({"dependencies": packages})
    assert found == code
    assert words in "\n".join(lines)


@pytest.mark.asvs("v5.0.0-15.1.2")
def test_the_list_is_made_of_the_pinned_requirements_by_a_kept_tool() -> None:
    makefile = files.text_of(files.ROOT / "Makefile")
    assert "cyclonedx_py requirements" in makefile
    assert "$(DATA_DIR)/sbom.cdx.json requirements.txt" in makefile
