"""The systemd units and their environment say only what the code knows, and the same as docker-compose.yml."""

import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from ceportal.office.selectors.backup_log import SLOT
from ceportal.office.services.backups_kept import LOG
from ceportal.place import WEB_GRACEFUL_SECONDS
from ceportal.supervise import LOOK_EVERY, SILENT_FOR, STOP_WITHIN
from tests.test_compose import ROOT, compose, variables_read

FOLDER = ROOT / "deploy" / "systemd"
DOCUMENTS = ROOT / "docs" / "operations"
ANALYZE = shutil.which("systemd-analyze")
UNITS = ("web@", "worker", "beat")
TIMED = ("backup", "backup-files", "backup-check")
VENV = "/srv/ceportal/.venv/bin/"
GUNICORN = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
REQUEST_MAY_TAKE = int(re.findall(r"^timeout = (\d+)$", GUNICORN, re.MULTILINE)[0])


@cache
def service(name: str) -> dict[str, str]:
    """But for what comes before a start, which alone may stand there twice."""
    parser = ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    text = (FOLDER / f"ceportal-{name}.service").read_text(encoding="utf-8")
    parser.read_string(re.sub(r"^ExecStartPre=.*\n", "", text, flags=re.MULTILINE))
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


def test_a_web_server_has_time_for_what_it_accepted() -> None:
    """gunicorn's time to stop is a request's, and nobody kills it before."""
    graceful, web = int(environment()["WEB_GRACEFUL_SECONDS"]), compose()["services"]["web"]
    assert graceful == int(web["environment"]["WEB_GRACEFUL_SECONDS"]) == REQUEST_MAY_TAKE
    assert graceful < int(service("web@")["TimeoutStopSec"]) == int(web["stop_grace_period"].removesuffix("s"))


def test_who_says_nothing_of_it_has_that_time_too() -> None:
    """Settings that were copied before there was such a line; and `make run` waits for less before it kills."""
    assert 'graceful_timeout = int(os.environ.get("WEB_GRACEFUL_SECONDS", "").strip() or timeout)' in GUNICORN
    assert 0 < WEB_GRACEFUL_SECONDS < STOP_WITHIN


def test_on_two_cores_as_many_requests_are_at_work_as_december_was_tried_with() -> None:
    """`make december` starts the web server as it comes, on two cores; both units together are no more than that."""
    tried = int(re.findall(r'"WEB_WORKERS", ""\).strip\(\) or (\d+)', GUNICORN)[0])
    install = (DOCUMENTS / "install.md").read_text(encoding="utf-8")
    started, further = re.findall(r"^systemctl enable --now (.*ceportal-web@.*)$", install, re.MULTILINE)
    assert further.split() == [unit for unit in started.split() if unit != "ceportal-beat"], "there is one clock"
    servers = [word for word in started.split() if word.startswith("ceportal-web@")]
    assert len(servers) * int(environment()["WEB_WORKERS"]) == tried
    assert compose()["services"]["web"]["environment"]["WEB_WORKERS"] == f"${{WEB_WORKERS:-{tried}}}"
    assert "WEB_THREADS" not in {*environment(), *compose()["services"]["web"]["environment"]}


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
    assert service("prepare")["ExecStart"] == f"{VENV}python manage.py prepare --wait 3600"
    assert service("prepare")["TimeoutStartSec"] == "infinity"
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


def test_a_worker_that_takes_nothing_up_is_started_anew_as_by_the_supervisor() -> None:
    """One that runs: what was stopped by hand stays so. `deploy/watch_worker.py` is held by test_watch_worker.py."""
    watch = service("watch")
    python, script, seconds, every = watch["ExecCondition"].removeprefix(VENV).split(" ")
    assert (python, (ROOT / script).exists()) == ("python", True)
    assert (float(seconds), float(every)) == (SILENT_FOR, LOOK_EVERY)
    assert watch["ExecStart"] == "+/usr/bin/systemctl try-restart ceportal-worker.service"
    assert (watch["Type"], watch["User"]) == ("oneshot", "ceportal")
    assert watch["EnvironmentFile"] == "/etc/ceportal/ceportal.env"
    assert "\nOnUnitInactiveSec=30s\n" in (FOLDER / "ceportal-watch.timer").read_text(encoding="utf-8")


def test_both_web_servers_take_what_one_socket_holds() -> None:
    socket = (FOLDER / "ceportal-web.socket").read_text(encoding="utf-8")
    assert f"\nListenStream={environment()['BIND']}\n" in socket
    assert service("web@")["Sockets"] == "ceportal-web.socket"
    assert service("web@")["Type"] == "notify", "who restarts one after the other has to know when the first is there"


@pytest.mark.parametrize("name", TIMED)
def test_a_timer_runs_a_command_there_is_with_arguments_it_takes(name: str) -> None:
    python, manage, command, *arguments = service(name)["ExecStart"].removeprefix(VENV).split(" ")
    assert (python, manage) == ("python", "manage.py")
    load_command_class(get_commands()[command], command).create_parser("manage.py", command).parse_args(arguments)
    assert (service(name)["Type"], service(name)["User"]) == ("oneshot", "ceportal")
    assert service(name)["EnvironmentFile"] == "/etc/ceportal/ceportal.env"
    assert service(name)["ReadWritePaths"].split() == [environment()["DATA_DIR"], environment()["BACKUP_DIR"]]
    timer = (FOLDER / f"ceportal-{name}.timer").read_text(encoding="utf-8")
    assert "\nWantedBy=timers.target\n" in timer
    moments = re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
    assert moments or "\nOnUnitInactiveSec=1min\n" in timer
    for moment in moments:
        if ANALYZE:
            subprocess.run([ANALYZE, "calendar", moment], check=True, capture_output=True)


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_any_unit_but_that_it_is_not_here() -> None:
    units = [str(path) for path in FOLDER.glob("ceportal-*.*") if "@" not in path.name and path.suffix != ".socket"]
    said = subprocess.run([str(ANALYZE), "verify", *units], capture_output=True, text=True, check=False).stderr
    assert [line for line in said.splitlines() if "ceportal" in line and "not executable" not in line] == []


@pytest.mark.parametrize("name", [*UNITS, *TIMED, "prepare", "wal"])
def test_nothing_begins_before_the_folders_it_writes_to_are_mounted(name: str) -> None:
    """They may be mounts: what is written below one that is not there yet is hidden when it comes."""
    unit = (FOLDER / f"ceportal-{name}.service").read_text(encoding="utf-8").partition("\n[Service]")[0]
    (mounts,) = re.findall(r"^RequiresMountsFor=(.*)$", unit, re.MULTILINE)
    assert mounts.split() == service(name)["ReadWritePaths"].split()


def test_the_log_of_the_database_lies_where_old_parts_of_it_are_looked_for() -> None:
    words = service("wal")["ExecStart"].split()
    assert words[words.index("--directory") + 1] == f"{environment()['BACKUP_DIR']}/{LOG}"
    assert f"PGUSER={service('wal')['User']}" in service("wal")["Environment"].split()
    unit = (FOLDER / "ceportal-wal.service").read_text(encoding="utf-8")
    (slot,) = set(re.findall(r"--slot (\S+)", unit))
    assert slot == SLOT
    assert slot in (DOCUMENTS / "backup.md").read_text(encoding="utf-8")


def test_every_unit_is_put_to_its_place_and_switched_on_by_the_documents() -> None:
    text = "".join((DOCUMENTS / name).read_text(encoding="utf-8") for name in ("install.md", "backup.md"))
    switched_on = " ".join(re.findall(r"^systemctl enable --now (.*)$", text, re.MULTILINE)).split()
    for path in FOLDER.glob("ceportal-*"):
        if "\n[Install]\n" not in path.read_text(encoding="utf-8"):
            continue
        mine = path.name.removesuffix(".service").removesuffix("@")
        assert mine in {name.partition("@")[0] for name in switched_on}, path.name
    kinds = {path.suffix for path in FOLDER.glob("ceportal-*")}
    for name, times in (("install.md", 1), ("upgrade.md", 2)):
        found = re.findall(r"^cp (deploy/systemd.*) /etc/systemd/system/", (DOCUMENTS / name).read_text(), re.MULTILINE)
        assert len(found) == times
        for copied in found:
            assert {word.partition("*")[2] for word in copied.split()} == kinds


def test_each_version_lies_in_a_folder_of_its_own_behind_the_link_that_units_name() -> None:
    install, upgrade = ((DOCUMENTS / name).read_text(encoding="utf-8") for name in ("install.md", "upgrade.md"))
    link = service("web@")["WorkingDirectory"]
    assert f"{link}/.venv/bin/" == VENV
    assert {service(name)["WorkingDirectory"] for name in (*UNITS, *TIMED, "prepare")} == {link}
    assert f"\ngit clone --branch TAG ADDRESS {link}-TAG\nln -s ceportal-TAG {link}\n" in install
    forward, back = upgrade.partition("## Forward")[2].split("## Back")
    steps = (
        "make check", f"\ngit clone --branch TAG ADDRESS {link}-TAG", "deploy/make-venv.sh", "diff --unified",
        f"{link}-TAG/.venv/bin/python manage.py prepare", "/etc/systemd/system/", f"ln -s ceportal-TAG {link}.next",
        "restart ceportal-worker", "restart ceportal-web@1", "restart ceportal-web@2", "portal doctor",
    )  # fmt: skip
    places = [forward.index(step) for step in steps]
    assert places == sorted(places)
    assert f"ln -s ceportal-TAG {link}.next && mv --no-target-directory {link}.next {link}\n" in back
    # Nothing is brought into the folder of a version that runs.
    assert "git checkout" not in upgrade
    assert "git pull" not in upgrade


def test_what_an_operator_has_made_their_own_is_compared_at_an_upgrade() -> None:
    upgrade = (DOCUMENTS / "upgrade.md").read_text(encoding="utf-8")
    (compared,) = re.findall(r"^for file in (.*); do diff --unified", upgrade, re.MULTILINE)
    assert {"systemd/ceportal.env", "systemd/journal.conf", "nginx.conf"} <= set(compared.split())


def test_the_log_is_kept_for_half_a_year_in_a_journal_of_its_own() -> None:
    assert {service(name)["LogNamespace"] for name in (*UNITS, *TIMED, "wal", "watch")} == {"ceportal"}
    parser = ConfigParser()
    parser.read(FOLDER / "journal.conf")
    journal = dict(parser["Journal"])
    assert journal["storage"] == "persistent"
    # No bound by time, and a day a file, so that room alone ends it and in small steps.
    assert (journal["maxretentionsec"], journal["maxfilesec"]) == ("0", "1day")
    scale = (DOCUMENTS / "scale.md").read_text(encoding="utf-8")
    (reckoned,) = re.findall(r"^\| journal, 180 days \|.*≈ (\d+) GB \|", scale, re.MULTILINE)
    assert int(journal["systemmaxuse"].removesuffix("G")) >= int(reckoned)


def test_the_document_names_what_is_there() -> None:
    for document in DOCUMENTS.glob("*.md"):
        text = document.read_text(encoding="utf-8")
        for command in re.findall(r"(?:^ *|`)(?:portal|manage\.py) ([a-z_]+)", text, re.MULTILINE):
            assert command in get_commands(), f"{document.name}: {command}"
    text = (DOCUMENTS / "install.md").read_text(encoding="utf-8")
    for path in re.findall(r"deploy/[a-z./-]*[a-z]", text):
        assert path in {"deploy/secrets", "deploy/watchers"} or (ROOT / path).exists(), path
    packages = (ROOT / "deploy" / "system-packages.sh").read_text(encoding="utf-8")
    for package in re.findall(r"lib[a-z0-9.-]+-[a-z0-9]+", text):
        assert package in packages, package


def test_portal_runs_a_command_as_the_units_run_theirs_from_any_folder(tmp_path: Path) -> None:
    """What it asks of systemd, which does not run everywhere."""
    (tmp_path / "systemd-run").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    (tmp_path / "systemd-run").chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "deploy" / "portal"), "maintenance", "two words"],
        cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = done.stdout.splitlines()
    unit = service("web@")
    for option, name in (("--uid", "User"), ("--gid", "Group"), ("--working-directory", "WorkingDirectory")):
        assert said[said.index(option) + 1] == unit[name]
    properties = [value for word, value in pairwise(said) if word == "--property"]
    assert properties == [f"{name}={unit[name]}" for name in ("EnvironmentFile", "UMask")]
    assert {"--wait", "--pty", "--pipe"} <= set(said), "its end is the command's, at a terminal and in a pipe"
    assert said[-4:] == [f"{VENV}python", "manage.py", "maintenance", "two words"]


def test_portal_is_there_before_a_document_calls_it_with_arguments_it_takes() -> None:
    install = (DOCUMENTS / "install.md").read_text(encoding="utf-8")
    section_2 = install.partition("\n## 2. ")[2].partition("\n## 3. ")[0]
    assert "\ninstall --mode 755 deploy/portal /usr/local/sbin/portal\n" in section_2
    assert "sections 1 to 5, with the same `TAG` and the backups" in (DOCUMENTS / "backup.md").read_text(
        encoding="utf-8"
    )
    called = set()
    for path in DOCUMENTS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "portal()" not in text, f"{path.name} has one of its own"
        lines = re.findall(r"^ *portal (.*)$", text, re.MULTILINE) + re.findall(r"`portal ([a-z][^`…]*)`", text)
        for line in lines:
            command, *arguments = shlex.split(line, comments=True)
            parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
            parser.parse_args(arguments)
            called.add(command)
    assert {"prepare", "restore", "replace_signing_key", "archive_year", "first_administrator"} <= called


def test_a_folder_below_the_backups_is_made_where_a_document_writes_into_it() -> None:
    text = (DOCUMENTS / "scale.md").read_text(encoding="utf-8")
    made, _, used = text.partition("\nportal archive_year ")
    folder = used.partition("/2022")[0]
    assert folder.startswith(f"{environment()['BACKUP_DIR']}/")
    assert re.search(rf"^install --directory --owner ceportal --group ceportal .* {folder}$", made, re.MULTILINE)
