"""docs/operations/containers.md says only what docker-compose.yml, its scripts and the commands take."""

import os
import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from tests.portals import ROOT
from tests.test_compose import compose

TEXT = (ROOT / "docs/operations/containers.md").read_text(encoding="utf-8")
FENCED = [line.strip() for block in re.findall(r"```\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
IN_WORDS = re.findall(r"`([^`\n]+)`", TEXT)
# What each takes beside a service's name and a command: with a value of its own, and without.
WITH_VALUE = {"--user", "--volume", "--entrypoint", "--since"}
ALONE = {"--rm", "--no-deps", "--detach", "--wait", "--all"}
SUBCOMMANDS = {"build", "exec", "logs", "ps", "restart", "run", "up"}


def commands() -> list[list[str]]:
    told = [shlex.split(line, comments=True) for line in FENCED + IN_WORDS if line.startswith("docker compose ")]
    return [words[2:] for words in told if len(words) > 2 and "…" not in words]


def taken_apart(words: list[str]) -> tuple[list[str], list[str]]:
    """Options, and what stands after them."""
    options, rest = [], list(words)
    while rest and rest[0].startswith("--"):
        option = rest.pop(0)
        assert option in WITH_VALUE | ALONE, f"{option} of {words}"
        options.append(option)
        if option in WITH_VALUE:
            options.append(rest.pop(0))
    return options, rest


def test_something_is_told() -> None:
    assert {words[0] for words in commands()} == SUBCOMMANDS


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_service_option_and_command_is_there(words: list[str]) -> None:
    subcommand, *rest = words
    options, rest = taken_apart(rest)
    if subcommand in {"exec", "run"}:
        services, inside = rest[:1], rest[1:]
        assert services, words
    else:
        services, inside = rest, []
    assert set(services) <= set(compose()["services"]), words
    if inside[:2] == ["python", "manage.py"]:
        command = load_command_class(get_commands()[inside[2]], inside[2])
        command.create_parser("manage.py", inside[2]).parse_args(inside[3:])
    if "--entrypoint" in options:
        script = options[options.index("--entrypoint") + 1].replace("/restore", "deploy/postgres", 1)
        assert os.access(ROOT / script, os.X_OK)


def test_who_restores_has_the_backups_and_may_read_them() -> None:
    """The service in which the document restores mounts what it names, and its user owns it."""
    places = compose()["services"]["backup"]["volumes"]
    assert "${BACKUP_FOLDER:-./var/backup}:/backup" in places
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--owner 10001 --group 10001" in TEXT
    assert "useradd --uid 10001" in image


def test_the_image_has_the_name_that_is_kept_for_the_way_back() -> None:
    assert compose()["services"]["web"]["image"] == "ceportal"
    assert "docker image tag ceportal ceportal:before" in TEXT
