"""A lean HTTP/1.1 client: one socket kept alive, no library between the load and the server it measures."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

PATIENCE = 30.0  # seconds
_CHUNK = 65_536
# What a browser sends with every request: the servers pay for reading it.
_BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Connection: keep-alive\r\n"
)


class ServerGone(Exception):
    """The server closed the connection before it had answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``cookies``: those set by this answer."""

    status: int
    location: str
    cookies: Mapping[str, str]
    body: bytes


class Connection:
    """One connection to a server of this machine, opened again when the server closes it."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._origin = f"http://localhost:{port}"
        self._head = f"Host: localhost:{port}\r\n{_BROWSER}"
        self._socket: socket.socket | None = None
        self._unread = b""

    def get(self, path: str, cookies: str = "") -> Answer:
        return self._exchange(f"GET {path} HTTP/1.1\r\n{self._head}Cookie: {cookies}\r\n\r\n".encode())

    def post(self, path: str, fields: Mapping[str, str], cookies: str) -> Answer:
        body = urlencode(fields).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self._head}Cookie: {cookies}\r\nOrigin: {self._origin}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return self._exchange(head.encode() + body)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._unread = None, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, request: bytes) -> Answer:
        """An idle connection may have been closed by the server: nothing was read then, and it is tried once more."""
        fresh = self._socket is None
        try:
            self._open().sendall(request)
            return self._answer()
        except (ServerGone, ConnectionError):
            self.close()
            if fresh:
                raise
        self._open().sendall(request)
        return self._answer()

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _answer(self) -> Answer:
        head = self._until(b"\r\n\r\n")
        status = int(head[9:12])
        location, length, chunked, last, cookies = "", 0, False, False, {}
        for line in head.split(b"\r\n")[1:-2]:
            name, _, value = line.partition(b": ")
            name = name.lower()
            if name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                chunked = value == b"chunked"
            elif name == b"location":
                location = value.decode()
            elif name == b"set-cookie":
                cookie, _, text = value.partition(b";")[0].partition(b"=")
                cookies[cookie.decode()] = text.decode()
            elif name == b"connection":
                last = value.lower() == b"close"
        body = self._chunks() if chunked else self._exactly(length)
        if last:
            self.close()
        return Answer(status, location, cookies, body)

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._until(b"\r\n"), 16):
            parts.append(self._exactly(size + 2)[:-2])
        self._until(b"\r\n")
        return b"".join(parts)

    def _until(self, mark: bytes) -> bytes:
        while (end := self._unread.find(mark)) < 0:
            self._receive()
        found, self._unread = self._unread[: end + len(mark)], self._unread[end + len(mark) :]
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._unread) < size:
            self._receive()
        found, self._unread = self._unread[:size], self._unread[size:]
        return found

    def _receive(self) -> None:
        received = self._open().recv(_CHUNK)
        if not received:
            raise ServerGone
        self._unread += received
