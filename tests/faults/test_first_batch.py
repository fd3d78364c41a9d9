"""What docs/api tells a platform's engineer to type does what it says, on the portal that these tests share."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.another_day.same_day import SAME_DAY
from tests.faults.town import Town
from tests.portals import ROOT

LINES = re.compile("```sh\n(.*?)```", re.DOTALL)


def typed(document: str, heading: str) -> str:
    """The shell lines below a heading of the document."""
    text = (ROOT / "docs" / "api" / document).read_text(encoding="utf-8")
    return "".join(LINES.findall(text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]))


@pytest.fixture
def folder(town: Town, tmp_path: Path) -> Path:
    """Looks like the project's, with the portal's data in `var`."""
    for name in ("docs", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "var").symlink_to(town.portal.data)
    return tmp_path


def run(lines: str, folder: Path) -> str:
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", lines],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **SAME_DAY},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [item["outcome"] for item in answer["items"]]


def test_the_first_batch_as_typed(folder: Path) -> None:
    lines = typed("README.md", "A first batch")
    rehearsed = json.loads(run(lines, folder))
    assert (outcomes(rehearsed), rehearsed["dry_run"]) == (["accepted"], True)
    in_earnest = lines.replace("?dry_run=true", "")
    assert in_earnest != lines
    assert [outcomes(json.loads(run(in_earnest, folder))) for _ in range(2)] == [["accepted"], ["duplicate"]]


def test_a_course_is_sent_and_asked_for_as_typed(folder: Path) -> None:
    lines = typed("README.md", "A first batch") + typed("README.md", "Courses to be filed")
    told = re.split(r"(?m)^(?=\{)", run(lines, folder))
    sent, stands = (json.loads(each) for each in told[-2:])
    assert (outcomes(sent), sent["items"][0]["state_text"]) == (["waiting"], "等人社部门备案")
    (filing,) = stands["filings"]
    assert (filing["state"], filing["version"], filing["hours"]) == ("waiting", None, "2.0")


def test_the_example_in_python_as_typed(folder: Path) -> None:
    told = run("python3 docs/api/example.py", folder)
    answer, corrected, stands = re.fullmatch(r"(\{.*?^\})\n(\{.*?\})\n(\{.*^\})\n", told, re.DOTALL | re.M).groups()  # type: ignore[union-attr]
    assert outcomes(json.loads(answer)) == ["accepted", "accepted"]
    assert "'state': 'accepted'" in corrected
    assert [entry["hours"] for entry in json.loads(stands)["history"]] == ["1.0", "-1.0", "1.5"]


@pytest.mark.deep
def test_the_conformance_run_as_typed_names_what_a_portal_in_earnest_does_not_keep(folder: Path) -> None:
    """The town is no sandbox: nothing is held there for the place alone."""
    lines = typed("sandbox.md", "A key in earnest")
    with pytest.raises(AssertionError, match=r"未通过 有疑问的暂不计入"):
        run(lines, folder)
    assert len(json.loads((folder / "report.json").read_text(encoding="utf-8"))["checks"]) == 21
