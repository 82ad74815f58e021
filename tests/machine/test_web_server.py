"""The web server of this machine: whom it answers, and what it lets nobody ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from ledger.errors import LedgerError
from ledger.machine import web_server
from ledger.machine.web_server import Body

asked: list[tuple[str, str]] = []


def find(path: str, query: str) -> Body | None:
    """What is there: one page and one script; what was asked for is kept."""
    asked.append((path, query))
    found = {"index.html": "text/html; charset=utf-8", "a b/c.js": "text/javascript; charset=utf-8"}
    return Body(kind=found[path], body=f"{path} {query}".encode()) if path in found else None


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """Where a server answers."""
    with web_server.serving(find, 0) as address:
        yield urlsplit(address).netloc


def ask(
    place: str, path: str, *, host: str | None = None, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    """The answer, of a path that is sent as it stands."""
    asked.clear()
    connection = HTTPConnection(place, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or place)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_what_is_there_is_sent_with_its_kind_and_not_kept(place: str) -> None:
    response, body = ask(place, "/a%20b/c.js?x=1")
    assert (response.status, body) == (200, b"a b/c.js x=1")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Python" not in response.headers["Server"]
    page, _ = ask(place, "/index.html")
    # its policy is in the page
    assert "Content-Security-Policy" not in page.headers
    head, nothing = ask(place, "/index.html", method="HEAD")
    assert (head.status, nothing, head.headers["Content-Length"]) == (200, b"", "11")
    assert ask(place, "/else.html")[0].status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../index.html", "/x/../index.html", "/%2e%2e/index.html", "/x/%2E%2E/%2e%2e/etc/passwd",
        "/x//index.html", "/index.html%00.png", "/..%5cindex.html", "/%ff%fe", "/.git/config", "/x/.hidden",
        "/.ledger-site/mark.json", "/%0d%0aindex.html", "/./index.html", "index.html", "http://elsewhere/index.html",
        "*", "/%2fetc/passwd", "http://[/index.html",
    ],
)  # fmt: skip
def test_no_path_leads_out(place: str, path: str) -> None:
    response, body = ask(place, path)
    assert response.status == 404
    assert body == b"there is nothing here\n"
    assert asked == [], "what looks for files is not even asked"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.", "[::2]", "127.0.0.1:x"]
)
def test_another_name_gets_no_answer(place: str, host: str) -> None:
    response, _ = ask(place, "/index.html", host=host)
    assert (response.status, asked) == (403, [])


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1", "127.0.0.1:9000", "[::1]:8000"])
def test_names_of_this_machine_are_answered_also_through_a_tunnel(place: str, host: str) -> None:
    assert ask(place, "/index.html", host=host)[0].status == 200


def test_no_other_site_reads_along(place: str) -> None:
    for site in ("cross-site", "same-site"):
        response, _ = ask(place, "/index.html", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
        assert (response.status, asked) == (403, [])
    # a link from elsewhere may lead here
    assert ask(place, "/index.html", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0].status == 200
    assert ask(place, "/index.html", Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors")[0].status == 200
    assert "Access-Control-Allow-Origin" not in ask(place, "/index.html", Origin="http://evil.example")[0].headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_can_be_sent(place: str, method: str) -> None:
    response, _ = ask(place, "/index.html", method=method)
    assert (response.status, response.headers["Allow"], asked) == (405, "GET, HEAD", [])


def test_many_ask_at_once_and_one_that_says_nothing_keeps_nobody_waiting(place: str) -> None:
    host, _, port = place.partition(":")
    with socket.create_connection((host, int(port))), ThreadPoolExecutor(20) as many:
        found = list(many.map(lambda _: ask(place, "/index.html")[0].status, range(60)))
    assert found == [200] * 60


def test_a_port_that_is_taken_is_told_and_by_default_the_next_is_taken() -> None:
    with web_server.serving(find, 0) as address:
        port = urlsplit(address).port
        with pytest.raises(LedgerError, match=f"port {port} is taken"), web_server.serving(find, port):
            pass
    with web_server.serving(find) as first, web_server.serving(find) as second:
        assert first != second
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0))
