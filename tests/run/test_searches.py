"""Searches that really run: cut off with two trials under way, gone on with by two runs at once and in a clone."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from conftest import MakeProject, Project, Shelved, launcher
from launcher import Command

from ledger.model import trial_file
from ledger.model.directions import HIGHER
from ledger.model.trial import Trial
from ledger.model.version_search import KnownNoise, VersionSearch
from ledger.ops.new import create
from ledger.repo.ledger import open_ledger
from ledger.repo.plan_request import PlanRequest

TRAIN = """\
import json, os, random

level, version = json.load(open("level.json"))
seed = json.load(open("params.json"))["seed"]
log = os.path.join(os.path.dirname(os.popen("git rev-parse --git-common-dir").read().strip()), "ran.txt")
with open(log, "a") as ran:
    ran.write(f"{version} {seed}\\n")
json.dump({"dice": level + random.Random(f"{version} {seed}").gauss(0, 0.02)}, open("metrics.json", "w"))
"""

FILES = {
    "train.py": TRAIN,
    "level.json": "[0.63, 0]\n",
    "params.json": '{"seed": 0}\n',
    "dvc.yaml": """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, level.json]
    params:
      - params.json: [seed]
    metrics:
      - metrics.json: {cache: false}
""",
}


WHEN = datetime(2026, 11, 20, tzinfo=UTC)


def begun(project: Project) -> None:
    """A search over eight versions of the code, the sixth of which is worse.

    Its seeds follow from the ids of commits: at the same dates they are the same whenever the tests run.
    """
    dated = {name: WHEN.isoformat() for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")}
    with patch.dict(os.environ, dated):
        project.git("commit", "-q", "--amend", "--no-edit", "--date", dated["GIT_AUTHOR_DATE"])
        versions = [project.git("rev-parse", "HEAD")]
        for version in range(1, 8):
            level = 0.63 if version < 5 else 0.55
            versions.append(project.commit(f"version {version}", {"level.json": f"[{level}, {version}]\n"}))
    search = VersionSearch(
        metric="dice", better=HIGHER, versions=tuple(versions), noise=KnownNoise(sd=0.02, df=8), confidence=0.97
    )
    with open_ledger(project.root) as ledger:
        create(ledger, PlanRequest(title="Where", search=search), now=WHEN)


def records(project: Project) -> list[Trial]:
    """The records on the branch."""
    paths = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/where/trials/").split()
    return [trial_file.loads(project.git("show", f"HEAD:{path}")) for path in paths]


def other(project: Project) -> Command:
    """A run in a process of its own."""
    return launcher.ledger("run", "-j", "2", cwd=project.root, stderr=subprocess.PIPE, text=True)


def test_a_search_that_was_killed_goes_on_from_its_records_alone(shelved: Shelved) -> None:
    project = shelved(begun, FILES)
    killed = other(project)
    assert killed.stderr is not None
    said = [killed.stderr.readline() for _ in range(3)]
    assert said[2].startswith("[3] at-"), said
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    so_far = project.ledger("status", "--json").json["search"]
    assert so_far["trainings"] >= 3 and not so_far["finished"]
    assert so_far["expected"]["trials"] > 0
    refused = project.ledger("conclude", "-m", "x", code=2)
    assert "has no answer yet" in refused.err

    # two at once, which share what is left
    beside = other(project)
    project.ledger("run", "-j", "2", code=None)
    _, errors = beside.communicate(timeout=120)
    assert beside.returncode in (0, 1), errors
    project.ledger("run")

    trials = records(project)
    places = Counter((trial.variant, trial.point) for trial in trials)
    assert set(places.values()) == {1}
    ran = Counter((project.root / "ran.txt").read_text("utf-8").split("\n")[:-1])
    # what ran when the first was killed may have run twice
    assert sum(ran.values()) - len(trials) <= 2 and max(ran.values()) <= 2

    found = project.ledger("status", "--json").json["search"]
    assert (found["answer"], found["finished"], found["trainings"]) == ("step", True, len(trials))
    fifth = project.git("rev-parse", "--short=7", "main~2")
    assert found["version"] == f"at-{fifth}"
    project.ledger("conclude", "-m", "as it was made")
    stored = (project.root / "experiments/where/verdict.md").read_text("utf-8")
    assert "answer: step" in stored and f"with {fifth}" in stored
    logged = project.ledger("log").out
    assert f"step at {fifth}" in logged and "dice[at-" in logged
    proof = project.ledger("verify", "--json").json
    assert (proof["problems"], proof["unproved"]) == ([], [])

    edited = stored.replace("answer: step", "answer: drift", 1)
    project.commit("better", {"experiments/where/verdict.md": edited})
    assert project.ledger("verify", "--json", code=1).json["problems"]


def test_a_spent_budget_says_how_to_go_on_and_a_clone_does(
    shelved: Shelved, tmp_path: Path, make_project: MakeProject
) -> None:
    project = shelved(begun, FILES)
    project.ledger("amend", "--key", "search.budget=3", "-m", "try it")
    done = project.ledger("run", "--json", code=1)
    assert len(done.json["trials"]) == 3
    assert (done.json["finding"]["answer"], done.json["ended"]) == ("open", True)
    told = project.ledger("conclude", "-m", "so far").out
    assert "the budget is spent: ledger amend where --key search.budget=13" in told

    clone = make_project({}, name="clone", dvc=False)
    clone.git("pull", "-q", "--tags", str(project.root), "exp/where:exp/where")
    clone.git("switch", "-q", "exp/where")
    clone.ledger("amend", "--key", "search.budget=30", "-m", "more")
    clone.ledger("run")
    trials = records(clone)
    assert len(trials) > 3
    assert [trial for trial in trials if trial in records(project)] == records(project)
    status = clone.ledger("status", "--json").json
    assert status["search"]["answer"] == "step"
    assert "plan was amended" in status["verdict_outdated"] or "trials were recorded" in status["verdict_outdated"]
    clone.ledger("conclude", "-m", "found")
    verdict = clone.ledger("show", "--json").json["verdict"]
    # neither the budget nor the confidence is what was searched
    assert not any("changed after results" in reason for reason in verdict["reasons"])
    proof = clone.ledger("verify", "--json").json
    assert proof["problems"] == []


def test_another_metric_after_results_is_said(shelved: Shelved) -> None:
    project = shelved(begun, FILES)
    project.ledger("amend", "--key", "search.budget=2", "-m", "try it")
    project.ledger("run", code=1)
    path = project.root / "experiments/where/hypothesis.md"
    text = path.read_text("utf-8")
    project.commit(
        "turn it round", {"experiments/where/hypothesis.md": text.replace("better: higher", "better: lower")}
    )
    project.ledger("conclude", "-m", "x")
    verdict = project.ledger("show", "--json").json["verdict"]
    assert any("changed after results had been seen: search" in reason for reason in verdict["reasons"])
