"""The workflows that `ledger init --ci` writes: what they may do, and what their steps do, run as a host runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from comment_hosts import BOT, STRANGER, TOKEN, Host, Trouble, serving
from conftest import Project

from ledger.ops.workflows import rendered
from ledger.version import __version__

REVIEW, COMMENT, GITLAB = ".github/workflows/ledger.yml", ".github/workflows/ledger-comment.yml", ".gitlab/ledger.yml"
MARKER = "<!-- ledger-review -->"
REPORT = f"{MARKER}\n## Focal loss improves Dice\n\nsupported\n"
SHA = "3f2a9c1d" * 5
HOSTILE = "exp/$(touch${IFS}pwned)"


TEXTS = {
    REVIEW: rendered("github.yml"),
    COMMENT: rendered("github-comment.yml"),
    GITLAB: rendered("gitlab.yml"),
}
# the key `on` is true to YAML 1.1
PARSED = {path: yaml.load(text, yaml.BaseLoader) for path, text in TEXTS.items()}


def steps(workflow: Any) -> list[Any]:
    """All steps of a workflow of GitHub's."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


# what is written


def test_the_workflows_are_written_once(project: Project) -> None:
    project.ledger("init")
    said = project.ledger("init", "--ci", "github").out

    assert said.splitlines() == [
        f"wrote {REVIEW}",
        f"wrote {COMMENT}",
        f"next: git add {REVIEW} {COMMENT} && git commit -m 'review experiments in CI'",
    ]
    for path in (REVIEW, COMMENT):
        assert (project.root / path).read_text("utf-8") == TEXTS[path]
    assert f"experiment-ledger=={__version__}'" in TEXTS[REVIEW]
    before = project.state()
    assert project.ledger("init", "--ci", "github").out == "everything is set up already\n"
    assert project.state() == before


def test_a_workflow_that_was_changed_is_left_alone(project: Project) -> None:
    project.ledger("init", "--ci", "github")
    ours = (project.root / COMMENT).read_bytes()
    project.write({COMMENT: "name: mine\n"})
    (project.root / REVIEW).unlink()

    refused = project.ledger("init", "--ci", "github", code=2)
    assert f"error: {COMMENT} differs from what ledger {__version__} writes" in refused.err
    assert "hint: ledger init --ci github --force overwrites" in refused.err
    assert (project.root / COMMENT).read_text("utf-8") == "name: mine\n"
    assert not (project.root / REVIEW).exists()

    project.ledger("init", "--ci", "github", "--force")
    assert (project.root / COMMENT).read_bytes() == ours
    assert "--force goes with --ci" in project.ledger("init", "--force", code=2).err
    assert "jenkins" in project.ledger("init", "--ci", "jenkins", code=2).err


def test_what_is_in_the_way_is_named(project: Project, tmp_path: Path) -> None:
    project.write({".github": ""})
    assert "error: .github is in the way" in project.ledger("init", "--ci", "github", code=2).err
    (project.root / ".github").unlink()
    (project.root / ".github").symlink_to(tmp_path)
    assert "leads out of the repository" in project.ledger("init", "--ci", "github", "--force", code=2).err
    assert not (tmp_path / "workflows").exists()
    assert not (project.root / "ledger.yaml").exists()


def test_an_own_configuration_of_gitlab_is_left_to_its_author(project: Project) -> None:
    project.write({".gitlab-ci.yml": "test:\n  script: [make]\n"})
    said = project.ledger("init", "--ci", "gitlab").err
    assert "warning: .gitlab-ci.yml is yours: add `- local: .gitlab/ledger.yml` below its `include:`" in said
    project.write({".gitlab-ci.yml": "include:\n  - local: .gitlab/ledger.yml\n"})
    assert ".gitlab-ci.yml" not in project.ledger("init", "--ci", "gitlab").err


# what they may do


def test_what_a_host_knows_reaches_shell_through_the_environment_alone() -> None:
    for path in (REVIEW, COMMENT):
        workflow = PARSED[path]
        assert [step for step in steps(workflow) if "${{" in step.get("run", "")] == []
        for job in workflow["jobs"].values():
            assert job["defaults"]["run"] == {"shell": "bash"}
        for step in steps(workflow):
            assert "run" not in step or step["run"].startswith("set -euo pipefail\n")
    for job in PARSED[GITLAB].values():
        (script,) = job["script"]
        assert script.startswith("set -euo pipefail\n")
        # the names that a branch's author chooses
        assert not re.search(
            "CI_(COMMIT_(REF|BRANCH|TAG|TITLE|MESSAGE)|MERGE_REQUEST_(TITLE|SOURCE_BRANCH_NAME))", script
        )


def test_actions_are_pinned_by_commit_and_the_version_is_told() -> None:
    for path in (REVIEW, COMMENT):
        text = TEXTS[path]
        used = re.findall(r"uses: (.*)", text)
        assert len(used) == len([step for step in steps(PARSED[path]) if "uses" in step]) > 0
        assert [one for one in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_what_runs_on_a_branch_can_write_nothing_and_what_writes_runs_nothing_of_it() -> None:
    review, comment = PARSED[REVIEW], PARSED[COMMENT]
    assert review["on"] == "pull_request"
    assert review["permissions"] == {"contents": "read"}
    assert [job for job in review["jobs"].values() if "permissions" in job] == []
    assert "secrets" not in TEXTS[REVIEW]
    (checkout,) = [step["with"] for step in steps(review) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["persist-credentials"] == "false"
    assert checkout["fetch-depth"] == "0"
    install = next(step for step in steps(review) if "pip" in step.get("run", ""))
    order = [step.get("uses", "").partition("@")[0] or step["name"] for step in steps(review)]
    assert order.index(install["name"]) < order.index("actions/checkout")

    assert comment["on"] == {"workflow_run": {"workflows": [review["name"]], "types": ["completed"]}}
    assert comment["permissions"] == {}
    (job,) = comment["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step.get("uses", "").partition("@")[0] for step in steps(comment)] == ["actions/download-artifact", ""]
    for path in (REVIEW, COMMENT):
        assert "pull_request_target" not in TEXTS[path]

    gitlab = PARSED[GITLAB]
    assert gitlab["ledger-comment"]["variables"] == {"GIT_STRATEGY": "none"}
    (rule,) = gitlab["ledger-comment"]["rules"]
    assert "$LEDGER_TOKEN && $CI_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert gitlab["ledger-review"]["script"][0].index("unset LEDGER_TOKEN") < 30


# what the steps do


def run(script: str, env: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does, with nothing of the test's environment but where programs and git's settings are."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(command, cwd=cwd, env={**kept, **env}, capture_output=True, text=True, check=False)


def given(step: Any, context: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a step, its expressions as the host evaluates them."""

    def value(match: re.Match[str]) -> str:
        found: Any = context
        for name in match[1].split("."):
            found = found[name]
        return str(found)

    return {name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text) for name, text in step.get("env", {}).items()}


class GitHub:
    """The second workflow: the event and the artifact that it gets, the host that it asks."""

    def __init__(self, host: Host, tmp: Path) -> None:
        self.host = host
        self.temp = tmp / "runner"
        self.report = self.temp / "ledger-report/report.md"
        self.report.parent.mkdir(parents=True)
        self.report.write_text(REPORT, "utf-8")
        (self._step,) = [step for step in steps(PARSED[COMMENT]) if "run" in step]
        fork = {"id": 2, "owner": {"login": "mallory"}, "full_name": "mallory/unet"}
        self.run: dict[str, Any] = {
            "head_repository": fork,
            "head_branch": HOSTILE,
            "head_sha": SHA,
            "pull_requests": [],
        }
        self.pull: dict[str, Any] = {
            "number": 7,
            "state": "open",
            "head": {"sha": SHA, "ref": HOSTILE, "repo": fork},
            "base": {"repo": {"id": 1}},
        }
        host.pulls = [self.pull]

    def comment(self, code: int = 0) -> str:
        """Run the step; it must end with `code`. Returns what it printed, and forgets what was asked before."""
        self.host.asked.clear()
        event = self.temp / "event.json"
        event.write_text(json.dumps({"workflow_run": self.run}), "utf-8")
        context = {"github": {"token": TOKEN}, "runner": {"temp": self.temp}}
        env = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.host.url,
            "GITHUB_REPOSITORY": "lab/unet",
            "GITHUB_EVENT_PATH": str(event),
            **given(self._step, context),
        }
        work = self.temp / "work"
        work.mkdir(exist_ok=True)
        done = run(self._step["run"], env, work)
        assert done.returncode == code, done.stdout + done.stderr
        assert list(work.iterdir()) == []
        assert TOKEN not in done.stdout + done.stderr
        return done.stdout + done.stderr


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
