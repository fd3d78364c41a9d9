"""deploy/system-packages.sh installs where it may, says the one command where it may not, is still where all is here.

The programs that would change the machine are stand-ins that only write down how they were called.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_compose import ROOT

SCRIPT = ROOT / "deploy" / "system-packages.sh"


class Machine:
    """A PATH of stand-ins in front of the real one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls, self.policy = folder, folder / "calls", folder / "policy-rc.d"
        self.path = f"{folder}:{os.environ['PATH']}"
        self.says("id", "echo 1000")
        self.says("sudo", "exit 1")
        self.says("apt-get", f'echo "apt-get $*" >> {self.calls}')
        self.has(())

    def says(self, program: str, script: str) -> None:
        path = self.folder / program
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def has(self, packages: tuple[str, ...]) -> None:
        known = "|".join(packages) or "none"
        self.says("dpkg-query", f'for last; do :; done; case "$last" in {known}) printf installed;; *) exit 1;; esac')

    def run(self, what: str = "run") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, what],
            env={"PATH": self.path, "POLICY": str(self.policy)},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def called(self) -> str:
        return self.calls.read_text(encoding="utf-8") if self.calls.exists() else ""


LAYOUT = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_whoever_may_not_install_is_told_the_one_command(machine: Machine) -> None:
    result = machine.run()
    assert result.returncode == 1
    lines = [line.strip() for line in result.stderr.splitlines() if "apt-get" in line]
    assert lines == [
        "sudo apt-get update && sudo apt-get install --yes --no-install-recommends"
        " libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-hanazono fonts-noto-cjk"
    ]
    assert machine.called() == ""


@pytest.mark.parametrize("common", ["fonts-noto-cjk", "fonts-wqy-zenhei"])
def test_where_all_is_here_nothing_is_asked(machine: Machine, common: str) -> None:
    machine.has((*LAYOUT[:-1], common, "fonts-hanazono"))
    result = machine.run()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_font_that_certificates_do_not_read_is_not_taken_for_the_one_they_read(machine: Machine) -> None:
    machine.has((*LAYOUT, "fonts-babelstone-han"))
    machine.says("sudo", f'echo "sudo $*" >> {machine.calls}')
    assert machine.run().returncode == 0
    assert "--no-install-recommends fonts-hanazono\n" in machine.called()


def test_sudo_without_a_password_installs_only_what_is_missing_and_starts_no_server(machine: Machine) -> None:
    machine.has(LAYOUT)
    machine.says("sudo", f'echo "sudo $*" >> {machine.calls}')
    assert machine.run().returncode == 0
    calls = machine.called().splitlines()
    installs = [call for call in calls if " install " in call]
    assert len(installs) == 1
    assert installs[0].endswith("install --yes --no-install-recommends fonts-hanazono")
    assert f"sudo -n env tee {machine.policy}" in calls
    assert calls[-1] == f"sudo -n env rm -f {machine.policy}"


def test_the_tests_ask_for_more(machine: Machine) -> None:
    machine.has((*LAYOUT, "fonts-hanazono"))
    machine.says("python3", "exit 0")
    (machine.folder / "grep").symlink_to(shutil.which("grep") or "")
    machine.path = str(machine.folder)
    assert machine.run("run").returncode == 0
    assert "poppler-utils" in machine.run("test").stderr


@pytest.mark.parametrize("is_here", [True, False])
def test_a_compiler_is_asked_for_where_there_is_none(machine: Machine, is_here: bool) -> None:
    machine.has((*LAYOUT, "fonts-hanazono"))
    machine.says("python3", "exit 0")
    (machine.folder / "grep").symlink_to(shutil.which("grep") or "")
    if is_here:
        machine.says("cc", "exit 0")
    machine.path = str(machine.folder)
    assert machine.run("run").returncode == 0
    compiler = machine.run("compiler")
    assert compiler.returncode == (0 if is_here else 1)
    assert ("--no-install-recommends gcc libc6-dev" in compiler.stderr) is not is_here
