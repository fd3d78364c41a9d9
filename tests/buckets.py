"""A local S3-compatible server (moto) for tests of files that lie in a bucket, and who listens to what it is asked."""

import http.client
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3

from tests.portals import free_port

BUCKET = "portal-files"


@contextmanager
def bucket_server() -> Iterator[dict[str, str]]:
    """The settings that lead to an empty bucket."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        client(url).create_bucket(Bucket=BUCKET)
        yield {
            "FILES_BUCKET": BUCKET, "FILES_ENDPOINT": url, "FILES_REGION": "us-east-1", "FILES_ACCESS_KEY": "key",
            "FILES_SECRET_KEY": "secret",
        }  # fmt: skip
    finally:
        process.kill()
        process.wait()


def client(url: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=url, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1"
    )


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the server of buckets has ended"
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            assert time.monotonic() < until, "the server of buckets does not answer"
            time.sleep(0.1)
        else:
            return


@dataclass(frozen=True)
class Asked:
    """One request, as it came: `GET /portal-files/files/ab/abc`, whom it was meant for, all its headers."""

    line: str
    host: str
    headers: dict[str, str]


@dataclass
class Listener:
    """Passes on what it is asked, as a store's own front or, for names that lead nowhere, as a proxy."""

    port: int
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def listening(to: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """Before the server at the address `to`; spoken to by TLS where `tls` says so."""
    behind, heard = urlsplit(to).netloc, Listener(0)

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def pass_on(self) -> None:
            path, headers = urlsplit(self.path)._replace(scheme="", netloc="").geturl(), dict(self.headers)
            heard.asked.append(Asked(f"{self.command} {path}", headers["Host"], dict(headers)))
            body = self._body()
            headers.pop("Transfer-Encoding", None)
            with closing(http.client.HTTPConnection(behind, timeout=20)) as connection:
                connection.request(self.command, path, body, headers)
                answer = connection.getresponse()
                said = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def handle_expect_100(self) -> bool:
            """At once, or the other side waits for it."""
            is_taken = super().handle_expect_100()
            self.wfile.flush()
            return is_taken

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = pass_on

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    heard.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
