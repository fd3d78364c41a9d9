"""What docs/operations/install.md, 12, says of several portal machines, as far as one machine can show it."""

import http.client
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.nginx import NGINX, TEMPORARY, WIDE, Front, front_of, trusting
from tests.portals import ROOT, free_port, until
from tests.test_units import DOCUMENTS, FOLDER, environment
from tests.test_watchers import behind

VISITOR, OTHER = "127.0.0.2", "127.0.0.3"
# More addresses than one machine of two is chosen for.
MANY = [f"127.0.1.{number}" for number in range(1, 40)]
SECTION = (DOCUMENTS / "install.md").read_text(encoding="utf-8").partition("\n## 12. ")[2]
BLOCKS = re.findall(r"^```\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
# What is answered by the web server that stands in for the portal: the address it was told.
assert behind


def test_what_lies_in_the_folder_of_all_is_what_the_code_keeps_there() -> None:
    """Each name that is joined to DATA_DIR, or stands as the folder of what does."""
    told = set(re.findall(r"`([a-z-]+)(?:[./][a-z./-]*)?`", SECTION.partition("| Below ")[2].partition("\n\n")[0]))
    known = {"files", "certificates", "exports", "bundles", "uploads", "pages", "fonts", "static", "maintenance"}
    assert known | {"keys", "audit", "slow-queries", "beat", "entry"} <= told
    joined = re.compile(r"""DATA_DIR\)?\s*/\s*f?"([a-z-]+)""")
    code = [path for room in ("ceportal", "accounts", "certificates", "credits", "reviews", "bases") for path in
            (ROOT / room).rglob("*.py")]  # fmt: skip
    found = {name for path in code for name in joined.findall(path.read_text(encoding="utf-8"))}
    # Of `make run`, of a portal without a mail server, a gateway or PostgreSQL.
    assert found - told - {"demo", "mail", "sms", "run", "portal", "test"} == set()


def test_the_clock_and_the_backups_run_once() -> None:
    """Every unit that is switched on stands in the table, on each machine or on the first alone."""
    rows = re.findall(r"^\| (`ceportal-.*?) \| (.*?) \|$", SECTION, re.MULTILINE)
    where = {unit: place for units, place in rows for unit in re.findall(r"`(ceportal-[a-z@12.-]+)`", units)}
    assert {unit for unit, place in where.items() if place == "each"} == {
        "ceportal-web.socket", "ceportal-web@1", "ceportal-web@2", "ceportal-worker", "ceportal-watch.timer",
        "ceportal-prepare",
    }  # fmt: skip
    names = {path.name.partition("@")[0].removesuffix(".service") for path in FOLDER.glob("ceportal-*")}
    switched = {name for name in names if name.endswith((".timer", ".socket")) or f"{name}.timer" not in names}
    assert {unit.partition("@")[0] for unit in where} == switched


def test_settings_that_are_changed_are_there() -> None:
    changed = re.findall(r"s\|\^([A-Z_]+)=\.\*\|", SECTION)
    assert changed
    assert set(changed) <= set(environment())
    assert f" {environment()['DATA_DIR']} nfs " in SECTION


@contextmanager
def _balancer(machines: list[Front], folder: Path) -> Iterator[int]:
    """The document's own file, with where the machines are here."""
    (text,) = [block for block in BLOCKS if block.startswith("upstream machines")]
    port, bundle = free_port(), folder / "trusted.crt"
    bundle.write_text("".join((one.folder / "portal.crt").read_text() for one in machines), encoding="ascii")
    shutil.copy(machines[0].folder / "portal.crt", folder)
    shutil.copy(machines[0].folder / "portal.key", folder)
    for ours, here in {
        "server 10.1.2.11:443;": f"server 127.0.0.1:{machines[0].port};",
        "server 10.1.2.12:443;": f"server 127.0.0.1:{machines[1].port};",
        "listen 80 default_server": f"listen 127.0.0.1:{free_port()} default_server",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "/etc/nginx/tls": str(folder),
        "/etc/ssl/certs/ca-certificates.crt": str(bundle), "proxy_ssl_name portal.example": "proxy_ssl_name 127.0.0.1",
    }.items():  # fmt: skip
        assert ours in text, ours
        text = text.replace(ours, here)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in TEMPORARY)
    head = f"pid {folder}/pid; error_log {folder}/error; events {{}}"
    # An ordinary user may not write where nginx writes by itself.
    inner = f"access_log {folder}/access; {temporary}\n{text}"
    (folder / "nginx.conf").write_text(f"{head} http {{ {inner}\n}}", encoding="utf-8")
    process = subprocess.Popen([str(NGINX), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
    try:
        until(lambda: (folder / "pid").exists() or process.poll() is not None, "nginx did not start", 30)
        yield port
    finally:
        process.terminate()
        process.wait()


def _ask(port: int, *, by: str) -> tuple[int, str]:
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, source_address=(by, 0), context=trusting())
    with closing(line):
        line.request("GET", "/healthz", headers={"X-Forwarded-For": OTHER})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_before_two_machines_tells_each_who_asks_and_does_without_one(behind: int, tmp_path: Path) -> None:
    """Both machines by the portal's own configuration, which believes the balancer alone."""
    balancers, front = tmp_path / "balancers", tmp_path / "front"
    for folder in (balancers, front):
        folder.mkdir()
    tmp_path.chmod(0o755)
    (balancers / "balancer.conf").write_text("set_real_ip_from 127.0.0.1;\n", encoding="ascii")
    changes = WIDE | {"/etc/nginx/balancers": str(balancers)}
    with ExitStack() as stack:
        first = stack.enter_context(front_of(behind, changes=changes))
        with front_of(behind, changes=changes) as second:
            port = stack.enter_context(_balancer([first, second], front))
            assert _ask(port, by=VISITOR) == (200, VISITOR), "what a visitor writes themselves is not believed"
            assert {_ask(port, by=address) for address in MANY} == {(200, address) for address in MANY}
            both = [(one.folder / "access").read_text(encoding="utf-8") for one in (first, second)]
            assert all(both), "one machine was never asked"
        assert {_ask(port, by=address) for address in MANY} == {(200, address) for address in MANY}, "one is away"
