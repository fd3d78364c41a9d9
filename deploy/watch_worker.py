"""For systemd: ends with 0 when the worker takes nothing up, look after look, for so many seconds; otherwise with 1.

`watch_worker.py SECONDS EVERY`. /readyz names the worker when messages wait for it and no round of the clock was done.
A broker or a web server that is away is not the worker's affair.
"""

import http.client
import json
import os
import sys
import time


def is_silent(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        return "worker" in json.load(connection.getresponse()).get("degraded", [])
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def main(seconds: float, every: float) -> int:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    port = int(os.environ.get("BIND", ":8000").rpartition(":")[2])
    began = time.monotonic()
    while is_silent(host, port):
        if time.monotonic() - began >= seconds:
            return 0
        time.sleep(every)
    return 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
