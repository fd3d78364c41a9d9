"""nginx by the portal's own configuration (deploy/nginx.conf) before web servers of a test or a bench."""

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.portals import ROOT, free_port, until

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# Where not the limits are to be shown.
WIDE = {"rate=20r/s": "rate=5000r/s", "rate=1r/s": "rate=5000r/s"}


@dataclass(frozen=True)
class Front:
    """Where it answers, by TLS, which process leads it, and where it writes its logs."""

    port: int
    leader: int
    folder: Path


def trusting() -> ssl.SSLContext:
    """For clients of a certificate that nobody vouches for."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextmanager
def nginx_before(*ports: int) -> Iterator[int]:
    """In front of web servers at `ports`, without its limits; gives its own port."""
    with front_of(*ports, changes=WIDE) as front:
        yield front.port


@contextmanager
def front_of(*ports: int, changes: dict[str, str] | None = None, text: str = "") -> Iterator[Front]:
    """The portal's own configuration, or `text` made of it, elsewhere; with its limits but for `changes`."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-nginx-"))
    folder.chmod(0o755)
    certificate, key, port = folder / "portal.crt", folder / "portal.key", free_port()
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*request, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    temporary = "".join(f" {kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    text = text or CONFIGURATION.read_text(encoding="utf-8")
    for ours, here in {
        "/run/nginx.pid": f"{folder}/pid", "/dev/stdout": f"{folder}/access", "/dev/stderr": f"{folder}/error",
        "server web:8000;": " ".join(f"server 127.0.0.1:{one};" for one in ports), "/etc/nginx/tls": str(folder),
        "listen 80 default_server": f"listen 127.0.0.1:{free_port()} default_server",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "sendfile on;": f"sendfile on;{temporary}",
        **(changes or {}),
    }.items():  # fmt: skip
        assert ours in text, ours
        text = text.replace(ours, here)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (folder / "pid").exists() or process.poll() is not None, "nginx did not start", 30)
        yield Front(port, process.pid, folder)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)
