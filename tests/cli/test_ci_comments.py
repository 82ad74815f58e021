"""The comment that the workflows keep: their step, run as the host runs it, against a stand-in of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ci_runner import GITLAB, HOSTILE, MARKER, PARSED, REPORT, SHA, GitHub, run
from comment_hosts import BOT, STRANGER, TOKEN, Host, Trouble, serving


@pytest.fixture
def host() -> Iterator[Host]:
    """A host without comments."""
    with serving() as one:
        yield one


@pytest.fixture
def github(host: Host, tmp_path: Path) -> GitHub:
    """A pull request from a fork, whose report has just been made."""
    return GitHub(host, tmp_path)


def test_one_comment_is_made_then_kept_up_to_date(github: GitHub) -> None:
    host = github.host
    assert github.comment() == "commented\n"
    assert [(c["user"], c["body"].startswith(REPORT)) for c in host.comments] == [(BOT, True)]
    assert "Computed by the workflow of a fork" in host.comments[0]["body"]

    assert github.comment() == "the comment says so already\n"
    assert host.writes == []

    github.report.write_text(REPORT.replace("supported", "refuted"), "utf-8")
    assert github.comment() == "edited the comment\n"
    assert host.writes == ["PATCH /repos/lab/unet/issues/comments/1"]
    assert "refuted" in host.comments[0]["body"]

    github.report.write_text("", "utf-8")
    assert github.comment() == "edited the comment\n"
    assert host.comments[0]["body"] == f"{MARKER}\nThis no longer touches an experiment.\n"
    assert github.comment() == "the comment says so already\n"
    assert len(host.comments) == 1


def test_nothing_is_posted_where_no_experiment_is_touched(github: GitHub) -> None:
    github.report.write_text("", "utf-8")
    assert github.comment() == "no experiment is touched: nothing to say\n"
    assert github.host.writes == []
    github.report.unlink()
    assert "there is no report" in github.comment()
    assert github.host.asked == []


def test_only_comments_of_our_own_user_count(github: GitHub) -> None:
    host = github.host
    host.comment(STRANGER, f"{MARKER}\nall is well\n")
    for number in range(120):
        host.comment(BOT, f"deployed {number}")
    assert github.comment() == "commented\n"
    assert host.comments[0]["body"] == f"{MARKER}\nall is well\n"

    github.report.write_text(REPORT + "more\n", "utf-8")
    assert github.comment() == "edited the comment\n"
    assert host.writes == ["PATCH /repos/lab/unet/issues/comments/122"]
    assert len(host.comments) == 122


def test_the_pull_request_is_the_one_whose_head_ran(github: GitHub) -> None:
    host = github.host
    other: dict[str, Any] = {**github.pull, "number": 8, "head": {**github.pull["head"], "sha": "0" * 40}}
    host.pulls = [other, github.pull]
    github.comment()
    assert host.writes == ["POST /repos/lab/unet/issues/7/comments"]

    for pulls, says in (
        ([other], "is closed, or has moved on"),
        ([{**github.pull, "state": "closed"}], "is closed, or has moved on"),
        ([github.pull, {**github.pull, "number": 9}], "several pull requests are at this commit"),
    ):
        host.pulls = pulls
        assert says in github.comment()
        assert host.writes == []
    github.run["head_repository"] = None
    assert "the repository of the branch is gone" in github.comment()


def test_a_branch_of_the_repository_itself_is_no_fork(github: GitHub) -> None:
    own = {"id": 1, "owner": {"login": "lab"}, "full_name": "lab/unet"}
    github.run.update(head_repository=own, head_branch="exp/--upload-pack=x")
    github.pull["head"] = {"sha": SHA, "ref": "exp/--upload-pack=x", "repo": own}
    github.comment()
    assert github.host.comments[0]["body"] == REPORT


def test_a_passing_trouble_of_the_host_is_waited_for(github: GitHub) -> None:
    host = github.host
    now = {"Retry-After": "0"}
    host.troubles = [Trouble(code=502, headers=now), Trouble(code=403, headers=now), Trouble(code=429, headers=now)]
    assert github.comment() == "commented\n"
    assert len(host.writes) == 4
    assert len(host.comments) == 1

    host.comments.clear()
    host.troubles = [Trouble(code=502, headers=now, done=True)]
    # it was posted, although the host said otherwise
    assert github.comment() == "the comment says so already\n"
    assert len(host.comments) == 1

    host.comments.clear()
    host.troubles = [Trouble(code=500, headers=now)] * 4
    assert "gave 500, 4 times" in github.comment(code=1)
    host.troubles = [Trouble(code=403, headers={})]
    assert "error: POST /issues/7/comments gave 403" in github.comment(code=1)
    assert len(host.writes) == 1


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (f"{MARKER}\n{'x' * 60_000}".encode(), "longer than 60000 bytes"),
        (f"{MARKER}\n".encode() + b"\xff\xfe", "not UTF-8"),
        (b"# No marker\n", "does not begin with its marker"),
        (b" " + REPORT.encode(), "does not begin with its marker"),
        (f"{MARKER}\nred \x1b[31m\n".encode(), "control characters"),
        (f"{MARKER}\nab\u202ecd\n".encode(), "control characters"),
        (f"{MARKER}\r\n::set-output name=x::y\r\n".encode(), "does not begin with its marker"),
        (f"{MARKER}\nab\r::error::y\n".encode(), "control characters"),
    ],
)
def test_a_report_that_is_no_text_is_refused(github: GitHub, report: bytes, says: str) -> None:
    github.report.write_bytes(report)
    said = github.comment(code=1)
    assert says in said
    assert said.count("\n") == 1
    assert github.host.asked == []


def test_a_report_that_is_a_link_is_refused(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(REPORT, "utf-8")
    github.report.unlink()
    github.report.symlink_to(tmp_path / "secret")
    assert "not a plain file" in github.comment(code=1)


def test_modules_beside_the_report_are_not_imported(github: GitHub) -> None:
    for folder in (github.report.parent, github.temp):
        (folder / "json.py").write_text("raise SystemExit('pwned')", "utf-8")
    assert github.comment() == "commented\n"


def test_nobody_is_notified_and_no_quick_action_is_taken(github: GitHub) -> None:
    github.report.write_text(
        REPORT + "@everyone a@b.org &#64;you &#x40;you &commat;you @&#117;s\n/merge\n  /close\nin/path\n", "utf-8"
    )
    github.comment()
    body = github.host.comments[0]["body"]
    assert re.findall(r"&(?:#|commat)(?!117)|@(?!\u200b)", body) == []
    assert body.count("@\u200b") == 6
    assert re.findall(r"^[ \t]*/", body, re.MULTILINE) == []
    assert "\nin/path\n" in body
    assert github.comment() == "the comment says so already\n"


def test_notes_of_gitlab(host: Host, tmp_path: Path) -> None:
    (script,) = PARSED[GITLAB]["ledger-comment"]["script"]
    env = {
        "CI_API_V4_URL": host.url,
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_COMMIT_REF_NAME": HOSTILE,
        "LEDGER_TOKEN": TOKEN,
    }
    report = tmp_path / "ledger-report/report.md"
    report.parent.mkdir()
    host.comment(STRANGER, REPORT)
    for number in range(100):
        host.comment(BOT, f"note {number}")

    def comment(text: str) -> str:
        host.asked.clear()
        report.write_text(text, "utf-8")
        done = run(script, env, tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert comment("") == "no experiment is touched: nothing to say\n"
    assert host.writes == []
    host.troubles = [Trouble(code=502, headers={"Retry-After": "0"})]
    assert comment(REPORT) == "commented\n"
    assert (len(host.comments), host.comments[-1]["body"]) == (102, REPORT)
    assert comment(REPORT) == "the comment says so already\n"
    assert host.writes == []
    assert comment(REPORT + "more\n") == "edited the comment\n"
    assert host.writes == ["PUT /projects/1/merge_requests/7/notes/102"]
    assert host.comments[0]["body"] == REPORT
