"""A small clamd: understands INSTREAM as far as the portal speaks it, finds what bears the test virus."""

import socket
import struct
import threading
from pathlib import Path

from tests.kernel.zoo import EICAR


class FakeClamd:
    """On a unix socket at `place`. `says` overrules its own judgement; it takes at most `most` bytes."""

    def __init__(self, place: Path, *, most: int = 25 * 1024 * 1024) -> None:
        self.place, self.most, self.says = place, most, b""
        self.seen: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(place))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                line.settimeout(5)
                try:
                    line.sendall(self._answer(line) + b"\0")
                except OSError:
                    continue

    def _answer(self, line: socket.socket) -> bytes:
        if _exactly(line, 10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND"
        data = b""
        while length := struct.unpack("!I", _exactly(line, 4))[0]:
            if len(data) + length > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
            data += _exactly(line, length)
        self.seen.append(data)
        return self.says or (b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK")

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        self.place.unlink(missing_ok=True)


def _exactly(line: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = line.recv(length - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data
