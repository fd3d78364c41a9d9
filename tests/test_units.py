"""The systemd units and their environment say only what the code knows, and the same as docker-compose.yml."""

import re
import sys
from configparser import ConfigParser
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.test_compose import ROOT, compose, variables_read

FOLDER = ROOT / "deploy" / "systemd"
UNITS = ("web@", "worker", "beat")
VENV = "/srv/ceportal/.venv/bin/"


@cache
def service(name: str) -> dict[str, str]:
    parser = ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(FOLDER / f"ceportal-{name}.service")
    return dict(parser["Service"])


def environment() -> dict[str, str]:
    lines = (FOLDER / "ceportal.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_variable_is_one_the_code_reads_and_compose_gives_too() -> None:
    for name in environment():
        assert {name, name.removesuffix("_FILE")} & variables_read(), name
    given = {name for unit in UNITS for name in compose()["services"][unit.strip("@")]["environment"]}
    # The image says these itself.
    assert given - set(environment()) == set()


@pytest.mark.parametrize("name", UNITS)
def test_the_same_command_runs_as_in_the_image(name: str) -> None:
    program, *arguments = service(name)["ExecStart"].removeprefix(VENV).split(" ")
    wanted = [
        part.replace("/data/", "/var/lib/ceportal/") for part in compose()["services"][name.strip("@")]["command"]
    ]
    assert [program, *arguments] == wanted
    assert (Path(sys.prefix) / "bin" / program).exists()
    assert service(name)["EnvironmentFile"] == "/etc/ceportal/ceportal.env"
    assert service(name)["ReadWritePaths"] == environment()["DATA_DIR"]


def test_tables_are_made_before_anything_starts() -> None:
    assert service("prepare")["ExecStart"] == f"{VENV}python manage.py prepare"
    assert "prepare" in get_commands()
    unit = (FOLDER / "ceportal-web@.service").read_text(encoding="utf-8")
    assert (
        "\nRequires=ceportal-web.socket ceportal-prepare.service\nAfter=ceportal-web.socket ceportal-prepare.service"
        in unit
    )
    for name in ("worker", "beat"):
        unit = (FOLDER / f"ceportal-{name}.service").read_text(encoding="utf-8")
        assert "\nRequires=ceportal-prepare.service\n" in unit
        assert re.search(r"^After=.* ceportal-prepare\.service$", unit, re.MULTILINE)


def test_both_web_servers_take_what_one_socket_holds() -> None:
    socket = (FOLDER / "ceportal-web.socket").read_text(encoding="utf-8")
    assert f"\nListenStream={environment()['BIND']}\n" in socket
    assert service("web@")["Sockets"] == "ceportal-web.socket"
    assert service("web@")["Type"] == "notify", "who restarts one after the other has to know when the first is there"


def test_the_log_is_kept_for_half_a_year_in_a_journal_of_its_own() -> None:
    assert {service(name)["LogNamespace"] for name in UNITS} == {"ceportal"}
    parser = ConfigParser()
    parser.read(FOLDER / "journal.conf")
    journal = dict(parser["Journal"])
    assert journal["storage"] == "persistent"
    # No bound by time, and a day a file, so that room alone ends it and in small steps.
    assert (journal["maxretentionsec"], journal["maxfilesec"]) == ("0", "1day")


def test_the_document_names_what_is_there() -> None:
    text = (ROOT / "docs" / "operations" / "install.md").read_text(encoding="utf-8")
    for command in re.findall(r"(?:^|`)(?:portal|manage\.py) ([a-z_]+)", text, re.MULTILINE):
        assert command in get_commands(), command
    for path in re.findall(r"deploy/[a-z./-]*[a-z]", text):
        assert path == "deploy/secrets" or (ROOT / path).exists(), path
    packages = (ROOT / "deploy" / "system-packages.sh").read_text(encoding="utf-8")
    for package in re.findall(r"lib[a-z0-9.-]+-[a-z0-9]+", text):
        assert package in packages, package
