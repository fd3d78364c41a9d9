"""The web server, the same under `make run` and in the image. What a deployment changes comes from the environment.

Threads, because a request mostly waits for the database; a slow client is nginx's affair (deploy/nginx.conf).
"""

import ctypes
import gc
import os
import signal
from pathlib import Path
from socket import socket

from django.template.loader import get_template
from gunicorn import util
from gunicorn.http import message

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
# A line of the settings that is left empty leaves the default.
workers = int(os.environ.get("WEB_WORKERS", "").strip() or 2)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "").strip() or 3)
timeout = 60
# What is at work when the server is told to stop has as long as a request may take; `make run` says less.
graceful_timeout = int(os.environ.get("WEB_GRACEFUL_SECONDS", "").strip() or timeout)
# Where this file really lies: what is imported later comes from the release that was started, whatever a link on the
# way leads to by then (docs/operations/upgrade.md).
chdir = str(Path(__file__).resolve().parents[1])
keepalive = 5
# So many seconds of silence of PostgreSQL end a request with 503: before nginx ends it, and before all threads wait.
database_seconds = float(os.environ.get("WEB_DATABASE_SECONDS", "").strip() or 15)
# An address as long as nginx lets through (deploy/nginx.conf) gets our own page, be it "no such certificate". By itself
# gunicorn takes at most 8190 bytes, or without bounds.
limit_request_line = message.MAX_REQUEST_LINE = 16 * 1024
# Memory that creeps is given back; the jitter keeps workers from restarting together.
max_requests = 5000
max_requests_jitter = 500
preload_app = True
control_socket_disable = True
errorlog = "-"
# nginx keeps the access log.
accesslog = None

# What gunicorn refuses by itself never reaches the portal; these are the portal's words for it.
PAGES = {414: "414.html", 500: "500.html", 501: "500.html"}
RULES = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Connection": "close",
}


def answer_in_our_words(sock: socket, status: int, reason: str, said: str) -> None:
    """Instead of a bare line in English, which repeats what was sent. gunicorn has no other hook for it."""
    page = get_template(PAGES.get(status, "400.html")).render().encode()
    head = {**RULES, "Content-Length": str(len(page))}
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    util.write_nonblock(sock, "\r\n".join(lines).encode("latin-1") + page)


util.write_error = answer_in_our_words

_master = os.getpid()
PR_SET_PDEATHSIG = 1


def when_ready(server: object) -> None:
    """What was loaded by now stays: the collector need not look through it again in every worker."""
    gc.collect()
    gc.freeze()


def post_fork(server: object, worker: object) -> None:
    """A worker does not outlive its master, even one that was killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != _master:
        os._exit(1)
    # The portal's own modules are found once gunicorn stands in `chdir`.
    from ceportal.kernel.selectors.silence import bound  # noqa: PLC0415

    bound(database_seconds)
