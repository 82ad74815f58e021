"""A pull request from a fork through both workflows: their steps, on a real repository, in the order of the host."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci_runner import GITLAB, HOSTILE, MARKER, PARSED, REVIEW, GitHub, given, run, steps
from comment_hosts import Host, serving
from conftest import Project, Shelved
from honest import FILES, branch

LEDGER = f"""#!/bin/sh
exec {sys.executable} -I -m ledger "$@"
"""
RECORD = "experiments/a/trials/treatment/seed-1.yaml"


class Machine:
    """A host's machine. The repository has `main` alone, the fork the branch, under a hostile name, and the tags."""

    def __init__(self, project: Project, tmp: Path) -> None:
        self.project = project
        self.fork = tmp / "fork.git"
        self.checkout = tmp / "checkout"
        self.temp = tmp / "runner"
        self.summary = tmp / "summary.md"
        for place in ("ledger-venv/bin", "apart/venv/bin"):
            (self.temp / place).mkdir(parents=True)
            (self.temp / place / "ledger").write_text(LEDGER)
            (self.temp / place / "ledger").chmod(0o755)
        for name, refs in {"upstream.git": ["main"], "fork.git": [f"exp/a:refs/heads/{HOSTILE}", "--tags"]}.items():
            project.git("init", "-q", "--bare", str(tmp / name))
            project.git("push", "-q", str(tmp / name), *refs)
        project.git("clone", "-q", str(tmp / "upstream.git"), str(self.checkout))

    @property
    def report(self) -> Path:
        """The report, which the first workflow hands to the second."""
        return self.temp / "ledger-report/report.md"

    def review(self, head: str) -> dict[str, int]:
        """Run the steps on a commit of the fork's, as long as they succeed. Returns their exit codes."""
        git = self.project.git
        git("push", "-qf", str(self.fork), f"{head}:refs/heads/{HOSTILE}")
        git("fetch", "-q", str(self.fork), f"refs/heads/{HOSTILE}", cwd=self.checkout)
        git("checkout", "-q", "--detach", "FETCH_HEAD", cwd=self.checkout)
        base = git("rev-parse", "origin/main", cwd=self.checkout)
        pull = {"head": {"repo": {"clone_url": str(self.fork)}}, "base": {"sha": base}}
        context = {"github": {"event": {"pull_request": pull}}}
        variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_HEAD_REF": HOSTILE,
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temp),
            **given(PARSED[REVIEW]["jobs"]["review"], context),
        }
        codes = {}
        for step in steps(PARSED[REVIEW]):
            if "run" in step and step["name"] != "Install ledger":
                done = run(step["run"], {**variables, **given(step, context)}, self.checkout)
                codes[step["name"]] = done.returncode
                if done.returncode:
                    break
        assert git("status", "--porcelain", cwd=self.checkout) == ""
        return codes


@pytest.fixture
def machine(shelved: Shelved, tmp_path: Path) -> Machine:
    """A machine, and an honest experiment in a fork."""
    return Machine(shelved(branch, FILES), tmp_path)


@pytest.fixture
def host() -> Iterator[Host]:
    """A host without comments."""
    with serving() as one:
        yield one


FINE = {"Fetch the trials of a fork": 0, "Review": 0, "Verify": 0}


def test_a_pull_request_of_a_fork(machine: Machine, host: Host, tmp_path: Path) -> None:
    assert machine.review("exp/a") == FINE
    assert machine.project.git("tag", "--list", "ledger/a/*", cwd=machine.checkout)
    report = machine.report.read_text("utf-8")
    assert report.startswith(f"{MARKER}\n")
    assert "A higher rate" in report
    assert machine.summary.read_text("utf-8") == report

    github = GitHub(host, tmp_path / "second")
    github.report_from(machine.report)
    assert github.comment() == "commented\n"
    assert github.comment() == "the comment says so already\n"
    assert host.writes == []

    # a number that no run gave: the report says so, although the check fails
    project = machine.project
    text = (project.root / RECORD).read_text("utf-8")
    project.commit("better", {RECORD: text.replace("accuracy: 0.", "accuracy: 1.")})
    assert machine.review("exp/a") == {**FINE, "Verify": 1}
    github.report_from(machine.report)
    assert github.comment() == "edited the comment\n"
    assert len(host.comments) == 1


def test_a_pull_request_that_touches_no_experiment(machine: Machine, host: Host, tmp_path: Path) -> None:
    machine.project.git("switch", "-q", "-c", "words", "main")
    machine.project.commit("words", {"README.md": "words\n", "ledger.py": "raise SystemExit('pwned')\n"})
    assert machine.review("words") == FINE
    assert machine.report.read_bytes() == b""
    github = GitHub(host, tmp_path / "second")
    github.report_from(machine.report)
    assert github.comment() == "no experiment is touched: nothing to say\n"
    assert host.writes == []


def test_a_merge_request_of_gitlab(machine: Machine) -> None:
    """The first job, without its installation."""
    project = machine.project
    project.git("fetch", "-q", str(machine.fork), f"refs/heads/{HOSTILE}", cwd=machine.checkout)
    project.git("fetch", "-q", str(machine.fork), "refs/tags/*:refs/tags/*", cwd=machine.checkout)
    # where the report is to be, the branch has a link out of the checkout
    (machine.temp / "elsewhere").mkdir()
    (script,) = PARSED[GITLAB]["ledger-review"]["script"]
    before, _, after = script.partition("apart=$(mktemp -d)\n")
    _, _, after = after.partition("\n)\n")
    assert "python3" not in after
    (machine.checkout / "ledger-report").symlink_to(machine.temp / "elsewhere")
    variables = {
        "CI_COMMIT_SHA": project.git("rev-parse", "exp/a"),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": project.git("rev-parse", "main"),
        "CI_COMMIT_REF_NAME": HOSTILE,
        "LEDGER_TOKEN": "secret",
    }
    done = run(f"{before}apart={machine.temp}/apart\n{after}", variables, machine.checkout)
    assert done.returncode == 0, done.stderr
    report = machine.checkout / "ledger-report/report.md"
    assert report.read_text("utf-8").startswith(f"{MARKER}\n")
    assert list((machine.temp / "elsewhere").iterdir()) == []
