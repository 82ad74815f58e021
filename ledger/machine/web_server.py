"""A web server for the browsers of this machine alone: it answers what one function finds, and nothing else.

Any page that somebody reads may ask it too. So it answers under names of this machine only (a foreign name that was
made to lead here is refused), and no other site's scripts, pictures or frames.
"""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.version import __version__

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8000
"""Where it listens unless it is told otherwise: there, or at the next port that is free."""

# how many ports are tried
_TRIES = 100
_NAMES = {LOOPBACK, "localhost", "[::1]"}
# seconds that a connection may say nothing
_PATIENCE = 30


@frozen
class Body:
    """What is found at a path: its media type and its bytes."""

    kind: str
    body: bytes


Find = Callable[[str, str], Body | None]
"""What stands at a path (decoded, without `/` before it) with a query; None where there is nothing."""


@contextmanager
def serving(find: Find, port: int | None = None) -> Iterator[str]:
    """Answer from a thread while the block lasts; gives the address. `find` is called by several threads at once.

    Raises LedgerError where the port is taken.
    """
    server = _opened(find, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True, name="web server")
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _opened(find: Find, port: int | None) -> _Server:
    last = PORT + _TRIES if port is None else port + 1
    for each in range(PORT if port is None else port, last):
        try:
            return _Server((LOOPBACK, each), find)
        except OSError as error:
            if error.errno == errno.EACCES:
                raise LedgerError(
                    f"port {each} is reserved for system services", hint="--port 8000, or any above 1023"
                ) from None
            if error.errno != errno.EADDRINUSE:
                raise
    taken = f"port {port} is taken" if port is not None else f"the ports {PORT} to {last - 1} are taken"
    raise LedgerError(taken, hint="--port N: another, or 0 for any that is free")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # whoever reads slowly does not keep the command from ending
    block_on_close = False

    def __init__(self, address: tuple[str, int], find: Find) -> None:
        self.find = find
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # a browser that has gone away
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE
    server_version = f"ledger/{__version__}"
    sys_version = ""

    def do_GET(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self._answer(403, _text(refused))
            return
        found = self._found()
        self._answer(404 if found is None else 200, found or _text("there is nothing here"))

    do_HEAD = do_GET

    def _other(self) -> None:
        self._answer(405, _text("only GET and HEAD"))

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_CONNECT = _other

    def _refusal(self) -> str | None:
        """Why whoever asks gets no answer."""
        host = self.headers.get("Host", "")
        name, colon, port = host.rpartition(":")
        if (name if colon and port.isdigit() else host).lower() not in _NAMES:
            return "this server answers under names of this machine only"
        site, mode = self.headers.get("Sec-Fetch-Site"), self.headers.get("Sec-Fetch-Mode")
        if site not in (None, "none", "same-origin") and mode != "navigate":
            return "this server answers no other site"
        return None

    def _found(self) -> Body | None:
        try:
            asked = urlsplit(self.path)
            path = unquote(asked.path, errors="strict")
        except ValueError:
            return None
        parts = path.removeprefix("/").split("/")
        strange = not path.startswith("/") or any(ord(each) < 32 or each in "\\\x7f" for each in path)
        # hidden files are nothing for a browser
        if strange or asked.netloc or any(not part or part.startswith(".") for part in parts[:-1]):
            return None
        return None if parts[-1].startswith(".") else self.server.find("/".join(parts), asked.query)

    def _answer(self, status: int, content: Body) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": content.kind,
            "Content-Length": str(len(content.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if status == 405:
            headers["Allow"] = "GET, HEAD"
        if not content.kind.startswith("text/html"):
            # opened by itself it is a picture or a text, and no page of this origin
            headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: who looks at which page is no news."""


def _text(said: str) -> Body:
    return Body(kind="text/plain; charset=utf-8", body=f"{said}\n".encode())
