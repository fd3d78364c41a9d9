"""Releases side by side, each in a folder of its own, reached through a link that is switched: what was started goes on
with what it was started from (docs/operations/upgrade.md).
"""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.test_compose import ROOT

PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
# What is imported after the link was switched, here and in a child: packages, and a module of the portal.
LATER = """
import os
import subprocess
import sys
sys.path.insert(0, os.getcwd())
print("started", flush=True)
sys.stdin.readline()
import a_package
import a_module
child = subprocess.check_output([sys.executable, "-c", "import a_package; print(a_package.RELEASE)"], text=True)
print(a_package.RELEASE, a_module.RELEASE, child.strip())
"""


@pytest.fixture
def current(tmp_path: Path) -> Path:
    """A link to the first of two releases; each has its own virtual environment, as deploy/make-venv.sh leaves it."""
    for name in ("first", "second"):
        release = tmp_path / name
        (release / "deploy").mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", release / ".venv"], check=True)
        subprocess.run(["sh", ROOT / "deploy" / "make-venv.sh"], cwd=release, check=True)
        for path in (release / ".venv" / PACKAGES / "a_package.py", release / "a_module.py"):
            path.write_text(f"RELEASE = {name!r}\n", encoding="utf-8")
        (release / "manage.py").write_text(LATER, encoding="utf-8")
        # As pip leaves gunicorn and celery there.
        program = release / ".venv" / "bin" / "a-program"
        program.write_text(f"#!{release}/.venv/bin/python\n{LATER}", encoding="utf-8")
        program.chmod(0o755)
    link = tmp_path / "current"
    link.symlink_to("first")
    return link


def said_later(current: Path, program: str, *words: str) -> list[str]:
    """By what was started as its unit does, once the link has been switched."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(current / ".venv" / "bin" / program), *words]
    with subprocess.Popen(
        command, cwd=current, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        current.with_name("next").symlink_to("second")
        current.with_name("next").rename(current)
        return process.communicate("go on\n")[0].split()


@pytest.mark.parametrize("command", [("python", "manage.py"), ("a-program",)])
def test_what_was_started_by_way_of_a_link_stays_with_its_release(current: Path, command: tuple[str, ...]) -> None:
    assert said_later(current, *command) == ["first"] * 3
    anew = [current / ".venv" / "bin" / "python", "-c", "import a_package; print(a_package.RELEASE)"]
    assert subprocess.check_output(anew, text=True) == "second\n"


def test_negative_control_a_plain_environment_follows_the_link(current: Path) -> None:
    (current / ".venv" / PACKAGES / "bytecode.pth").unlink()
    assert said_later(current, "python", "manage.py") == ["second", "first", "second"]


def test_the_web_server_works_where_its_settings_really_lie(tmp_path: Path) -> None:
    """However its folder was reached, and whatever the shell calls it (`PWD`, which gunicorn believes)."""
    link = tmp_path / "current"
    link.symlink_to(ROOT)
    asked = textwrap.dedent("""
        from gunicorn.app.wsgiapp import WSGIApplication
        print(WSGIApplication().cfg.chdir)
    """)
    said = subprocess.check_output(
        [sys.executable, "-c", asked, "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"],
        cwd=link, env=os.environ | {"PWD": str(link), "DJANGO_SETTINGS_MODULE": "ceportal.settings.test"}, text=True,
    )  # fmt: skip
    assert said.splitlines()[-1] == str(ROOT)
