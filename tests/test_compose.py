"""docker-compose.yml, Dockerfile and nginx.conf say only what the code knows (nothing is built here)."""

import importlib.util
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from tests.databases.servers import DURABLE, WITHOUT_VALUES

ROOT = settings.BASE_DIR
OURS = ("web", "worker", "beat", "backup", "prepare")
HOST = "portal.example"
READERS = re.compile(
    r"""(?:env\.(?:text|flag|number|names|one_of|word_or_path|code|hours)|environ\.get|environ\[)\(?\s*"([A-Z_]+)\""""
)
SECRETS = re.compile(r"""env\.(?:secret|rsa_key)\(\s*"([a-z_]+)\"""")
# Read by programs that are not ours.
FOREIGN = {"DJANGO_SETTINGS_MODULE"}
# Read by the system's own programs (deploy/keep-backups.sh).
OF_THE_SYSTEM = {"TZ"}


@cache
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def variables_read() -> set[str]:
    """Every environment variable that settings, gunicorn's configuration or the health check read."""
    files = [*ROOT.glob("ceportal/settings/*.py"), *ROOT.glob("deploy/*.py"), ROOT / "ceportal/env.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(READERS.findall(text)) | {f"CEPORTAL_{name.upper()}" for name in SECRETS.findall(text)} | FOREIGN


def environment_of(service: str) -> dict[str, str]:
    values = compose()["services"][service].get("environment", {})
    given = {name: re.sub(r"\$\{PORTAL_HOST[^}]*\}", HOST, value) for name, value in values.items()}
    return {name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value) for name, value in given.items()}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_one_the_code_reads(service: str) -> None:
    for name, value in environment_of(service).items():
        assert {name, name.removesuffix("_FILE")} & (variables_read() | OF_THE_SYSTEM), name
        assert isinstance(value, str), f"{name} needs quotes"


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_there(service: str) -> None:
    program, *arguments = compose()["services"][service]["command"]
    if program == "python":
        assert arguments[0] == "manage.py"
        assert arguments[1] in get_commands()
    elif program == "gunicorn":
        assert (ROOT / arguments[arguments.index("--config") + 1]).is_file()
        assert importlib.util.find_spec(arguments[-1])
    elif program == "celery":
        assert importlib.util.find_spec(arguments[arguments.index("--app") + 1])
        assert arguments[2] in {"worker", "beat"}
    else:
        assert os.access(ROOT / program, os.X_OK)
        return
    assert (Path(sys.prefix) / "bin" / program).exists()


def test_celery_understands_its_arguments() -> None:
    """Only looked at: with --help behind it, a wrong option is still an error."""
    for service in ("worker", "beat"):
        command = [*compose()["services"][service]["command"], "--help"]
        result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


def test_production_starts_with_exactly_what_compose_gives(tmp_path: Path) -> None:
    """The settings load, and `check --deploy` warns of nothing."""
    given = {}
    for name, value in environment_of("web").items():
        if name.endswith("_FILE"):
            secret = tmp_path / Path(value).name
            secret.write_text("a1b2c3d4" * 8 if "database" not in value else "postgresql://portal@postgres/portal")
            value = str(secret)
        given[name] = value
    given |= {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_every_secret_and_volume_is_declared_used_and_mounted_where_it_is_read() -> None:
    services, used = compose()["services"], set()
    for service in services.values():
        for secret in service.get("secrets", []):
            used.add(secret)
        for name, value in service.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert Path(value).name in service["secrets"], f"{name} reads {value}"
    assert used == set(compose()["secrets"])
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(("./", "$"))} == set(compose()["volumes"])
    made = _text("deploy/make-secrets.sh")
    for name, secret in compose()["secrets"].items():
        assert secret["file"] == f"./deploy/secrets/{name}"
        assert name in made


def test_the_data_folder_is_kept() -> None:
    for service in OURS:
        assert "data:/data" in compose()["services"][service]["volumes"]
    assert "database:/var/lib/postgresql/data" in compose()["services"]["postgres"]["volumes"]
    assert "broker:/data" in compose()["services"]["redis"]["volumes"]
    assert "DATA_DIR=/data" in _text("Dockerfile")
    built = re.search(r"RUN (.*?)collectstatic", _text("Dockerfile"), re.DOTALL)[1]  # type: ignore[index]
    assert "DATA_DIR=/tmp/" in built, "the image is built by root, and /data is the portal's"


def test_a_first_start_waits_for_the_database_that_stays() -> None:
    """The one that makes the tables' place listens on its socket alone, and ends."""
    services = compose()["services"]
    assert services["postgres"]["healthcheck"]["test"][:4] == ["CMD", "pg_isready", "--host", "127.0.0.1"]
    assert services["prepare"]["command"][-2:] == ["--wait", "600"]


def test_nginx_asks_for_the_address_of_a_web_server_made_anew() -> None:
    assert compose()["services"]["nginx"]["depends_on"]["web"] == {"condition": "service_healthy", "restart": True}


def test_every_parts_log_goes_where_it_is_kept() -> None:
    for name, service in compose()["services"].items():
        assert service["logging"] == {"driver": "journald"}, name


def test_who_waits_for_health_waits_for_something_that_reports_it() -> None:
    services = compose()["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], f"{name} waits for {needed}"
            else:
                assert (needed, how["condition"]) == ("prepare", "service_completed_successfully")
    for name, service in services.items():
        assert name == "prepare" or service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_the_broker_forgets_nothing_and_drops_nothing() -> None:
    command = " ".join(compose()["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert environment_of("web")["REDIS_URL"].startswith("redis://redis:")


def test_postgresql_is_set_as_the_figures_were_measured() -> None:
    """In the containers, by the document, and in the servers of the benches: one set of settings."""
    command, document = compose()["services"]["postgres"]["command"], _text("docs/operations/install.md")
    for name, value in DURABLE.items():
        assert f"--{name}={value}" in command
        assert re.search(rf"ALTER SYSTEM SET {name} = '?{re.escape(value)}'?[\"']", document), name


def test_postgresqls_own_log_holds_no_values() -> None:
    """In the containers and by the document; what each says of it, `tests/test_database_log.py` tries."""
    command, document = compose()["services"]["postgres"]["command"], _text("docs/operations/install.md")
    section = document.partition("\n## 4. ")[2].partition("\n## 5. ")[0]
    told = dict(re.findall(r"ALTER SYSTEM SET (log_\w+) = '(\w+)'", section))
    given = dict(option.removeprefix("--").split("=") for option in command if option.startswith("--log_"))
    assert told == given == dict(WITHOUT_VALUES)


def test_there_is_one_beat_without_a_pid_file() -> None:
    assert "deploy" not in compose()["services"]["beat"]
    assert "--pidfile=" in compose()["services"]["beat"]["command"]


def test_nginx_speaks_to_the_web_server_and_takes_what_the_portal_takes() -> None:
    text = _text("deploy/nginx.conf")
    port = environment_of("web")["BIND"].rpartition(":")[2]
    assert re.findall(r"server (\w+):(\d+);", text) == [("web", port)]
    assert set(re.findall(r"proxy_pass http://(\w+);", text)) == set(re.findall(r"upstream (\w+)", text))
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", text)[1])  # type: ignore[index]
    assert megabytes * 1024 * 1024 > settings.EVIDENCE_MAX_BYTES
    assert "proxy_request_buffering on;" in text, "a slow client must not hold a worker"
    mounts = dict(volume.split(":")[:2] for volume in compose()["services"]["nginx"]["volumes"])
    assert (ROOT / "deploy/nginx.conf").is_file()
    assert mounts == {
        "./deploy/nginx.conf": "/etc/nginx/nginx.conf",
        "./deploy/tls": "/etc/nginx/tls",
        "./deploy/watchers": "/etc/nginx/watchers",
        "./deploy/balancers": "/etc/nginx/balancers",
    }
    for path in re.findall(r"ssl_certificate(?:_key)? (\S+);", text):
        assert path.startswith("/etc/nginx/tls/")


@pytest.mark.asvs("v5.0.0-4.1.3")
def test_nginx_itself_says_who_asks_and_how() -> None:
    """A client's own X-Forwarded-For never arrives; the portal trusts exactly one proxy."""
    text = _text("deploy/nginx.conf")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert 'proxy_set_header X-Request-Start "t=$msec";' in text
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert environment_of("web")["TRUSTED_PROXY_COUNT"] == "1"


def test_the_image_installs_what_a_plain_start_installs() -> None:
    docker, script = _text("Dockerfile"), _text("deploy/system-packages.sh")
    packages = re.search(r"for package in ([^;]+);", script)[1].split()  # type: ignore[index]
    for package in [*packages, "fonts-hanazono", "fonts-noto-cjk"]:
        assert package in docker
    assert "--require-hashes --requirement requirements.txt" in docker
    assert docker.index("USER portal") < docker.index("CMD [")
    for secret in ("deploy/secrets", "deploy/tls", "deploy/watchers", "deploy/balancers", "var"):
        assert secret in _text(".dockerignore").splitlines()
        assert f"/{secret}/" in _text(".gitignore").splitlines()


def test_an_operators_own_settings_reach_every_part_and_no_image() -> None:
    for name in OURS:
        assert compose()["services"][name]["env_file"] == [{"path": "portal.env", "required": False}], name
    assert "portal.env" in _text(".dockerignore").splitlines()
    assert "/portal.env" in _text(".gitignore").splitlines()


def test_every_setting_stands_in_the_readme() -> None:
    table = _text("README.md").partition("## Settings")[2].partition("## In earnest")[0]
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", table))
    supervised = set(READERS.findall(_text("ceportal/place.py") + _text("ceportal/supervise.py"))) - {"MAKELEVEL"}
    assert told == (variables_read() | supervised) - {"TEST_DATA_DIR"}
