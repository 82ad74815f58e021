"""Stand-ins, on loopback, for what GitHub and GitLab answer about the comments of a pull request."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = {"login": "github-actions[bot]", "id": 41898282}
STRANGER = {"login": "mallory", "id": 666}
TOKEN = "t0ken"


@dataclass(kw_only=True)
class Host:
    """What the host holds, and what was asked of it. `troubles` are answered in the place of the next writes."""

    url: str
    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """What was asked that changes something."""
        return [one for one in self.asked if not one.startswith("GET ")]

    def comment(self, user: dict[str, Any], body: str) -> None:
        """Add a comment."""
        self.comments.append(
            {"id": len(self.comments) + 1, "user": user, "author": user, "body": body, "system": False}
        )

    def answer(self, method: str, path: str, query: dict[str, str], body: str | None) -> Any:
        """What the host answers, None where it knows no such path."""
        match method, path.strip("/").split("/"):
            case "GET", ["user"]:
                return BOT
            case "GET", ["repos", "lab", "unet", "pulls"]:
                found = [
                    pull for pull in self.pulls if _label(pull) == query["head"] and pull["state"] == query["state"]
                ]
                return _page(found, query)
            case "GET", [*_, "7", "comments" | "notes"]:
                return _page(self.comments, query)
            case "POST", [*_, "7", "comments" | "notes"]:
                self.comment(BOT, str(body))
                return self.comments[-1]
            case "PATCH" | "PUT", [*_, "comments" | "notes", number]:
                self.comments[int(number) - 1]["body"] = body
                return self.comments[int(number) - 1]
        return None


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An error that is answered to a write; `done`: although the write was done."""

    code: int
    headers: dict[str, str]
    done: bool = False


def _label(pull: dict[str, Any]) -> str:
    return f"{pull['head']['repo']['owner']['login']}:{pull['head']['ref']}"


def _page(found: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return found[(page - 1) * size : page * size]


@contextmanager
def serving() -> Iterator[Host]:
    """A host on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            host.asked.append(f"{self.command} {self.path}")
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length))["body"] if length else None
            allowed = TOKEN in (self.headers.get("PRIVATE-TOKEN"), (self.headers.get("Authorization") or "")[7:])
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            trouble = host.troubles.pop(0) if body is not None and host.troubles else None
            answer = None
            if allowed and (trouble is None or trouble.done):
                answer = host.answer(self.command, parts.path, query, body)
            code = trouble.code if trouble else 403 if not allowed else 404 if answer is None else 200
            said = json.dumps(answer).encode()
            self.send_response(code)
            for name, value in (trouble.headers if trouble else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = do_PUT = _do

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
