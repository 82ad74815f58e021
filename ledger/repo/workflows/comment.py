"""Keep one comment of a pull request up to date with the report of `ledger review`.

Usage: comment.py REPORT. Needs Python alone, nothing of the branch's, and no package. The report was made by code that
the author of the branch controls: it is text to be shown, and nothing in it is believed.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

MARKER = "<!-- ledger-review -->"
LIMIT = 60_000  # bytes; GitHub takes 65,536 characters
GONE = MARKER + "\nThis no longer touches an experiment.\n"
OF_A_FORK = "\n<sub>Computed by the workflow of a fork, which its author can change.</sub>\n"
TRIES = 4
LONGEST_WAIT = 60.0  # seconds
# all control characters but tab and newline, and what turns the direction of text
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Refused(Exception):
    """Nothing can be posted, and why."""


class Busy(Exception):
    """The host asks to come again, after `wait` seconds where it says so."""

    def __init__(self, said: str, wait: str | None = None) -> None:
        super().__init__(said)
        self.wait = float(wait) if wait is not None and wait.isdecimal() else None


def read(path: Path) -> str | None:
    """The report; empty where no experiment is touched, None where there is no report."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise Refused("the report is not a plain file")
    if not path.exists():
        return None
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise Refused(f"the report is longer than {LIMIT} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the report is not UTF-8") from None
    if text and not text.startswith(MARKER + "\n"):
        raise Refused("the report does not begin with its marker")
    if CONTROL.search(text):
        raise Refused("the report has control characters")
    return harmless(text)


def harmless(text: str) -> str:
    """The text without mentions, which would notify people, and without GitLab's quick actions, such as /merge."""
    text = re.sub(r"&(?:#0*64|#x0*40|commat);", "@", text, flags=re.IGNORECASE)
    text = re.sub("@(?!\u200b)", "@\u200b", text)
    return re.sub(r"^(?=[ \t]*/)", "\u200b", text, flags=re.MULTILINE)


class Host(ABC):
    """The API of a host: `comments` lists those of our own user as (id, text), oldest first."""

    fork = False

    def __init__(self, api: str, headers: dict[str, str]) -> None:
        self._api = api
        self._headers = {**headers, "Content-Type": "application/json", "User-Agent": "experiment-ledger"}

    def call(self, method: str, path: str, body: str | None = None) -> Any:
        data = None if body is None else json.dumps({"body": body}).encode()
        request = urllib.request.Request(self._api + path, data, self._headers, method=method)
        said = f"{method} {path}"
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said += f" gave {error.code}"
            wait = error.headers.get("Retry-After")
            limited = wait is not None or error.headers.get("X-RateLimit-Remaining") == "0"
            if error.code >= 500 or error.code == 429 or (error.code == 403 and limited):
                raise Busy(said, wait) from None
            raise Refused(said) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Busy(f"{said}: {type(error).__name__}") from None

    def pages(self, path: str) -> list[Any]:
        found: list[Any] = []
        joint = "&" if "?" in path else "?"
        page = 1
        while more := self.call("GET", f"{path}{joint}per_page=100&page={page}"):
            found += more
            page += 1
        return found

    @abstractmethod
    def find(self) -> str | None:
        """Look for the pull request; why there is none to comment on."""

    @abstractmethod
    def comments(self) -> list[tuple[int, str]]: ...

    @abstractmethod
    def create(self, body: str) -> None: ...

    @abstractmethod
    def edit(self, comment: int, body: str) -> None: ...


class GitHub(Host):
    """Comments on the pull request whose head is the commit that the workflow ran on, forks among them."""

    USER = "github-actions[bot]"

    def __init__(self, env: dict[str, str]) -> None:
        accept = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        api = f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}"
        super().__init__(api, {"Authorization": f"Bearer {env['GITHUB_TOKEN']}", **accept})
        self._run = json.loads(Path(env["GITHUB_EVENT_PATH"]).read_text("utf-8"))["workflow_run"]
        self._number = 0

    def find(self) -> str | None:
        # the event names no pull request of a fork, and the report's word for it would be its author's
        head = self._run["head_repository"]
        if head is None:
            return "the repository of the branch is gone"
        branch = urllib.parse.quote(f"{head['owner']['login']}:{self._run['head_branch']}", safe="")
        found = [
            pull
            for pull in self.pages(f"/pulls?state=open&head={branch}")
            if pull["head"]["sha"] == self._run["head_sha"] and (pull["head"]["repo"] or {}).get("id") == head["id"]
        ]
        if not found:
            return "no open pull request is at this commit: it is closed, or has moved on"
        if len(found) > 1:
            return "several pull requests are at this commit: see the summary of each run"
        self._number = int(found[0]["number"])
        self.fork = head["id"] != found[0]["base"]["repo"]["id"]
        return None

    def comments(self) -> list[tuple[int, str]]:
        found = self.pages(f"/issues/{self._number}/comments")
        return [(one["id"], one["body"] or "") for one in found if (one["user"] or {}).get("login") == self.USER]

    def create(self, body: str) -> None:
        self.call("POST", f"/issues/{self._number}/comments", body)

    def edit(self, comment: int, body: str) -> None:
        self.call("PATCH", f"/issues/comments/{comment}", body)


class GitLab(Host):
    """Notes on the merge request whose pipeline this is."""

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(env["CI_API_V4_URL"], {"PRIVATE-TOKEN": env["LEDGER_TOKEN"]})
        project, number = int(env["CI_MERGE_REQUEST_PROJECT_ID"]), int(env["CI_MERGE_REQUEST_IID"])
        self._notes = f"/projects/{project}/merge_requests/{number}/notes"
        self.fork = env["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] != env["CI_MERGE_REQUEST_PROJECT_ID"]

    def find(self) -> str | None:
        return None

    def comments(self) -> list[tuple[int, str]]:
        own = self.call("GET", "/user")["id"]
        found = self.pages(f"{self._notes}?sort=asc&order_by=created_at")
        return [(one["id"], one["body"]) for one in found if one["author"]["id"] == own and not one["system"]]

    def create(self, body: str) -> None:
        self.call("POST", self._notes, body)

    def edit(self, comment: int, body: str) -> None:
        self.call("PUT", f"{self._notes}/{comment}", body)


def bring_up_to_date(host: Host, report: str) -> str:
    """Make the comment say what the report says; returns what was done."""
    nothing = host.find()
    if nothing is not None:
        return nothing
    ours = next(((number, text) for number, text in host.comments() if text.startswith(MARKER)), None)
    if ours is None and not report:
        return "no experiment is touched: nothing to say"
    body = (report + (OF_A_FORK if host.fork else "")) if report else GONE
    if ours is None:
        host.create(body)
        return "commented"
    number, before = ours
    # hosts may trim what they keep
    if before.replace("\r\n", "\n").strip() == body.strip():
        return "the comment says so already"
    host.edit(number, body)
    return "edited the comment"


def main(path: Path) -> int:
    try:
        report = read(path)
        if report is None:
            print("there is no report: the run ended before it was made")
            return 0
        host = GitHub(dict(os.environ)) if "GITHUB_ACTIONS" in os.environ else GitLab(dict(os.environ))
        for attempt in range(1, TRIES + 1):
            try:
                # from the beginning each time: what was answered by an error may have been done
                print(bring_up_to_date(host, report))
                return 0
            except Busy as busy:
                if attempt == TRIES:
                    raise Refused(f"{busy}, {TRIES} times") from None
                time.sleep(min(2.0**attempt if busy.wait is None else busy.wait, LONGEST_WAIT))
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
