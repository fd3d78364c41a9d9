"""Batches that are too many, too large or too deep, and the largest there may be, sent to a running portal (X17).

Each is answered in words, and the memory of its web server grows by less than 200 MB. The peak is what
the kernel has noted of each process of the web server since it was told to begin anew.
"""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.clients import ANSWER_SECONDS, LESSONS, Platform, records_of
from tests.faults.test_killed import nothing_lost_nothing_twice
from tests.faults.town import Town
from tests.nginx import NGINX, nginx_before, trusting
from tests.portals import free_port, until

MB = 1024 * 1024
MOST_MORE, LARGE = 200, 100
MANY, DEEP, MOST_RECORDS, BAD = 10_000, 5000, 1000, 500
# Of a process: what it holds now, and the most it has held. Writing 5 to `clear_refs` begins the second anew (proc(5)).
NOW, PEAK = "VmRSS", "VmHWM"
NAIVE = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Reads(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        records = json.loads(body)["records"]
        self.send_response(413 if len(records) > 1000 else 200)
        self.end_headers()

HTTPServer(("127.0.0.1", int(sys.argv[1])), Reads).serve_forever()
"""


def held(process: int, what: str) -> float:
    """In MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


class Growth:
    """How much more memory `processes` together have held at the most than at the beginning, in MB."""

    def __init__(self, processes: Sequence[int]) -> None:
        self.before = {process: held(process, NOW) for process in processes}
        for process in processes:
            Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")

    def so_far(self) -> float:
        return sum(held(process, PEAK) - before for process, before in self.before.items())


@contextmanager
def grows_little(town: Town, by: str) -> Iterator[None]:
    growth = Growth(town.web_processes())
    yield
    assert set(town.web_processes()) == set(growth.before), "one of them ended"
    sys.stdout.write(f"by {by} {len(growth.before)} processes held {growth.so_far():.1f} MB more\n")
    assert growth.so_far() <= MOST_MORE


def large() -> Iterator[bytes]:
    """A body of a hundred megabytes, well-formed, piece by piece."""
    piece = b",".join([b'"' + b"x" * 10_000 + b'"'] * 100)
    yield b'{"records": [' + piece
    for _ in range(LARGE * MB // len(piece)):
        yield b"," + piece
    yield b"]}"


def sent(
    port: int, pieces: Iterable[bytes], length: int | None, token: str = "", *, by_tls: bool = False
) -> tuple[int, str]:
    """Status and body; whoever is answered before all was sent stops. Without `length` in chunks."""
    host = ("127.0.0.1", port)
    connection = (
        http.client.HTTPSConnection(*host, timeout=ANSWER_SECONDS, context=trusting())
        if by_tls
        else http.client.HTTPConnection(*host, timeout=ANSWER_SECONDS)
    )
    how_long = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
    with closing(connection):
        connection.putrequest("POST", "/api/v1/hour-batches")
        head = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | how_long
        for name, value in head.items():
            connection.putheader(name, value)
        connection.endheaders()
        with suppress(OSError):
            for piece in pieces:
                connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if length is None else piece)
            if length is None:
                connection.send(b"0\r\n\r\n")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def code_of(answer: tuple[int, str]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


def posted(town: Town, platform: Platform, records: Sequence[Any]) -> tuple[int, str]:
    body = json.dumps({"records": list(records)}).encode()
    return sent(town.portal.port, [body], len(body), platform.token)


def speaking(town: Town) -> Platform:
    """Known to the portal, as its records say."""
    platform = Platform(town)
    platform.post(records_of(town.people(1)[0]))
    return platform


def test_what_is_too_much_is_refused_in_words_and_costs_no_memory(town: Town) -> None:
    """Ten thousand records in a few megabytes and in a few bytes, five thousand lists in each other, 100 MB."""
    platform, (person,) = speaking(town), town.people(1)
    many = [{**records_of(person)[0], "record_id": f"many-{number}"} for number in range(MANY)]
    size, deep = sum(map(len, large())), b'{"records": ' + b"[" * DEEP + b"]" * DEEP + b"}"
    with grows_little(town, "what is too much"):
        assert code_of(posted(town, platform, many)) == (413, "too_large")
        assert code_of(posted(town, platform, [{}] * MANY)) == (413, "too_many_records")
        assert code_of(sent(town.portal.port, [deep], len(deep), platform.token)) == (400, "too_deep")
        assert code_of(sent(town.portal.port, large(), size, platform.token)) == (413, "too_large")
        assert code_of(sent(town.portal.port, large(), None, platform.token)) == (411, "no_length")
        assert code_of(sent(town.portal.port, large(), size)) == (401, "unauthorized")


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_behind_nginx_a_hundred_megabytes_are_refused_in_words_and_cost_no_memory(town: Town) -> None:
    platform, size = speaking(town), sum(map(len, large()))
    with nginx_before(town.portal.port) as port, grows_little(town, "100 MB behind nginx"):
        for length in (size, None):
            assert code_of(sent(port, large(), length, platform.token, by_tls=True)) == (413, "too_large")


@pytest.mark.deep
def test_the_largest_batch_with_one_bad_record_counts_the_others_once_and_costs_little_memory(town: Town) -> None:
    platform, people = speaking(town), town.people(MOST_RECORDS // LESSONS + 1)
    records = [record for person in people for record in records_of(person)][:MOST_RECORDS]
    bad = records[BAD] = records[BAD] | {"hours": "8.05"}
    with grows_little(town, "the largest batch"):
        first, second = (posted(town, platform, records) for _ in range(2))
    assert (first[0], second[0]) == (200, 200)
    items = json.loads(first[1])["items"]
    assert [place for place, item in enumerate(items) if item["outcome"] == "invalid"] == [BAD]
    assert items[BAD]["errors"][0]["pointer"] == f"/records/{BAD}/hours"
    told = {item["record_id"]: item["outcome"] for item in items if item["record_id"] != bad["record_id"]}
    assert set(told.values()) == {"accepted"}
    assert json.loads(second[1])["counts"]["duplicate"] == MOST_RECORDS - 1
    nothing_lost_nothing_twice(told, town.tell(f"inquire({[person['name'] for person in people]!r})"))


def test_negative_control_who_reads_all_that_comes_grows_by_more() -> None:
    """Control of X17: the same hundred megabytes, measured the same way."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", NAIVE, str(port)], stderr=subprocess.DEVNULL) as naive:
        try:
            until(lambda: can_connect(port), "it did not start")
            growth = Growth([naive.pid])
            assert sent(port, large(), sum(map(len, large())))[0] == 413
            sys.stdout.write(f"who reads all held {growth.so_far():.1f} MB more\n")
            assert growth.so_far() > MOST_MORE
        finally:
            naive.kill()


def can_connect(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))
