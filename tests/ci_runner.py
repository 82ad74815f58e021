"""Runs the steps of the workflows that `ledger init --ci` writes, as a host would."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from comment_hosts import TOKEN, Host

from ledger.repo.workflows import rendered

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

    def report_from(self, artifact: Path) -> None:
        """Take the artifact of the first workflow."""
        self.report.write_bytes(artifact.read_bytes())

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
