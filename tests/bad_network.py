"""Between browser and service: answers that get lost after the service has done its work, or that take their time."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


@dataclass
class BadNetwork:
    """``loses``: of addresses with that in them the answers to forms never arrive; ``delay``: late by seconds."""

    url: str = ""
    loses: str = ""
    delay: float = 0
    forms: list[tuple[str, int]] = field(default_factory=list)
    """(path, status) of every form that the service has answered, whether the browser heard it or not."""


@contextmanager
def bad_network(service: str) -> Iterator[BadNetwork]:
    """A network in front of the service at that address; it is good until told otherwise."""
    network = BadNetwork()
    port = urlsplit(service).port

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            upstream.request(self.command, self.path, sent, dict(self.headers))
            answer = upstream.getresponse()
            body = answer.read()
            upstream.close()
            if self.command == "POST":
                network.forms.append((self.path, answer.status))
                time.sleep(network.delay)
                if network.loses and network.loses in self.path:
                    self.close_connection = True
                    return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = relay  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's
            pass

    relay = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    relay.daemon_threads = True
    network.url = f"http://localhost:{relay.server_port}"
    Thread(target=relay.serve_forever, daemon=True).start()
    yield network
    relay.shutdown()
    relay.server_close()
