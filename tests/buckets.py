"""A local S3-compatible server (moto) for tests of files that lie in a bucket."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
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
