"""Several trials at a time, and several runs: each trial once, and shared stages once."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, PARAMS, PIPELINE, TRAIN, MakeProject, Project, default_files, launcher
from launcher import Command

from ledger.model.trial import StageRun
from ledger.model.trial_file import loads

# `prepare` says in a file outside that it runs. It then waits, for a while, until others wait for it: were it not
# shared, they would run it too.
PREPARE = """\
import glob, json, os, time

params = json.load(open("params.json"))
with open(TALLY, "a") as tally:
    tally.write(f"{params['data']}\\n")
end = time.monotonic() + 20
while WAITERS and time.monotonic() < end:
    states = []
    for path in glob.glob(RUNS + "/*.json"):
        try:
            states += json.load(open(path))["running"]
        except (OSError, ValueError):
            pass
    if sum(bool(state["waits"]) for state in states) >= WAITERS or len(open(TALLY).readlines()) > 1:
        break
    time.sleep(0.02)
open("prepared.txt", "w").write(str(params["data"]))
"""

SHARED = """\
stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    params:
      - params.json: [data]
    outs: [prepared.txt]
  train:
    cmd: python train.py
    deps: [train.py, prepared.txt]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""

# two trials meet in a folder; alone, each gives up after a while
MEET = """
import os, time
open(os.path.join(FOLDER, str(params["seed"])), "w").close()
end = time.monotonic() + 20
while len(os.listdir(FOLDER)) < 2:
    assert time.monotonic() < end, "nobody came"
    time.sleep(0.02)
"""


def shared(make_project: MakeProject, tmp_path: Path, *, waiters: int) -> tuple[Project, Path]:
    """A project whose `prepare` does not read the seed, and the file that counts its runs."""
    tally = tmp_path / "tally"
    prepare = PREPARE.replace("TALLY", repr(str(tally))).replace("WAITERS", str(waiters))
    files = {
        "prepare.py": prepare.replace("RUNS", repr(str(tmp_path / "project/.git/ledger/runs"))),
        "dvc.yaml": SHARED,
        "params.json": json.dumps(PARAMS | {"data": 1}),
        ".gitignore": "/model.txt\n/prepared.txt\n",
    }
    return make_project(default_files() | files), tally


def trials(project: Project, name: str = "a") -> list[dict[str, Any]]:
    return list(project.ledger("show", name, "--json").json["trials"])


def stages(project: Project, name: str = "a") -> list[Mapping[str, StageRun]]:
    """What each stage of each trial took."""
    folder = f"exp/{name}:experiments/{name}/trials"
    files = project.git("ls-tree", "-r", "--name-only", folder).splitlines()
    return [loads(project.git("show", f"{folder}/{file}")).stages for file in files]


def start(root: Path, *arguments: str) -> Command:
    """A command in a process of its own."""
    return launcher.ledger(
        *arguments,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: Command, code: int = 0) -> str:
    """What a command said; it must end with `code`."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, f"{out}\n{err}"
    return f"{out}{err}"


def sound(project: Project, names: list[str], seeds: int) -> None:
    """Every trial is on its branch once and under a tag once, and all is clean."""
    wanted = [f"treatment/seed-{seed}" for seed in range(seeds)]
    for name in names:
        listed = project.git("ls-tree", "-r", "--name-only", f"exp/{name}", f"experiments/{name}/trials").splitlines()
        assert sorted(listed) == sorted(f"experiments/{name}/trials/{trial}.yaml" for trial in wanted)
        keys = "--format=%(trailers:key=Ledger-Trial,valueonly)"
        assert sorted(project.git("log", keys, f"--tags=ledger/{name}/*").split()) == sorted(wanted)
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""
    if project.git("branch", "--show-current") != f"exp/{names[-1]}":
        project.git("switch", "-q", f"exp/{names[-1]}")
        project.dvc("checkout")
    assert "up to date" in project.dvc("status")


def test_three_at_a_time_give_what_one_after_the_other_gives(project: Project, tmp_path: Path) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    other = tmp_path / "other"
    shutil.copytree(project.root, other, symlinks=True)
    project.ledger("run", "-j", "3")
    sound(project, ["a"], 4)
    fast = trials(project)
    files = project.git("ls-tree", "-r", "HEAD", "dvc.lock", "metrics.json", "params.json")
    project.root = other
    project.ledger("run", "-j", "1")
    slow = trials(project)
    assert [t["id"] for t in fast] == [f"treatment/seed-{seed}" for seed in range(4)]
    keys = ("id", "status", "fingerprint", "params", "metrics", "data", "outs")
    assert [[t.get(k) for k in keys] for t in fast] == [[t.get(k) for k in keys] for t in slow]
    assert len({t["metrics"]["accuracy"] for t in fast}) == 4
    # the branch shows the same canonical trial, whichever ended first
    assert project.git("ls-tree", "-r", "HEAD", "dvc.lock", "metrics.json", "params.json") == files


def test_a_stage_that_all_trials_share_runs_once(make_project: MakeProject, tmp_path: Path) -> None:
    project, tally = shared(make_project, tmp_path, waiters=2)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    project.ledger("run", "-j", "3")
    assert tally.read_text() == "1\n"
    took = stages(project)
    assert sorted(t["prepare"].cached for t in took) == [False, True, True, True]
    # whoever restored it knows what it took
    assert len({t["prepare"].seconds for t in took}) == 1
    assert all(t["prepare"].seconds for t in took)
    assert [t["train"].cached for t in took] == [False] * 4
    sound(project, ["a"], 4)


def test_a_stage_runs_once_for_each_value_that_it_reads(make_project: MakeProject, tmp_path: Path) -> None:
    project, tally = shared(make_project, tmp_path, waiters=0)
    arms = [
        f"--variant=d{data}r{number}:data={data},train.lr={rate}"
        for data in (1, 2, 3)
        for number, rate in enumerate((0.2, 0.3))
    ]
    project.ledger("new", "Grid", "--name", "a", "--seeds", "1", *arms)
    project.ledger("run", "-j", "3")
    found = trials(project)
    assert Counter(t["status"] for t in found) == {"succeeded": 6}
    assert sorted(tally.read_text().split()) == ["1", "2", "3"]
    took = stages(project)
    assert sum(not t["prepare"].cached for t in took) == 3
    assert all(t["prepare"].seconds for t in took)


def test_jobs_of_the_settings(make_project: MakeProject, tmp_path: Path) -> None:
    folder = tmp_path / "meet"
    folder.mkdir()
    train = TRAIN + MEET.replace("FOLDER", repr(str(folder)))
    project = make_project(default_files() | {"train.py": train, "ledger.yaml": "jobs: 2\n"})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    project.ledger("run")
    sound(project, ["a"], 2)


def test_templates_that_each_trial_fills_in_anew(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace(COMMAND, f"{COMMAND} ${{seed}}")
    project = make_project(
        default_files()
        | {"dvc.yaml": f"vars: [params.json]\n{pipeline}", "train.py": TRAIN + "import sys\nassert sys.argv[1:]\n"}
    )
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=0..2")
    project.ledger("run", "-j", "2")
    sound(project, ["a"], 3)
    assert len({t["metrics"]["accuracy"] for t in trials(project)}) == 3


def test_a_failure_in_one_slot_leaves_the_others_alone(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"train.py": TRAIN + "assert params['seed'] != 1, 'one'\n"})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    said = project.ledger("run", "-j", "2", code=1)
    assert "treatment/seed-1 failed in train" in said.err
    assert [t["status"] for t in trials(project)] == ["succeeded", "failed", "succeeded"]
    assert "has been tried, 1 failed" in project.ledger("run", "-j", "2", code=1).out


# --- several runs


def test_two_runs_of_one_experiment_share_its_trials(make_project: MakeProject, tmp_path: Path) -> None:
    folder = tmp_path / "meet"
    folder.mkdir()
    # each run takes a trial before either goes on
    train = TRAIN + MEET.replace("FOLDER", repr(str(folder)))
    project = make_project(default_files() | {"train.py": train})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    runs = [start(project.root, "run", "a", "--json") for _ in range(2)]
    answers = [run.communicate(timeout=120) for run in runs]
    # the first to end says with 1 that some of the trials are still under way elsewhere
    assert {run.returncode for run in runs} <= {0, 1}, answers
    assert runs[0].returncode == 0 or runs[1].returncode == 0, answers
    done = [[t["id"] for t in json.loads(out)["trials"]] for out, _ in answers]
    assert sorted(done[0] + done[1]) == [f"treatment/seed-{seed}" for seed in range(4)]
    assert done[0]
    assert done[1]
    # each passes over the trials that the other has
    assert all("belong to another run" in err for _, err in answers)
    sound(project, ["a"], 4)


def test_two_experiments_at_once(project: Project) -> None:
    for name in ("a", "b"):
        project.ledger("new", "Seeds", "--name", name, "--seeds", "2", "--no-switch", "-S", f"train.name={name}")
    runs = [start(project.root, "run", name, "-j", "2") for name in ("a", "b")]
    for run in runs:
        assert "2 trials on the branch" in ended(run)
    sound(project, ["a", "b"], 2)
    for name in ("a", "b"):
        assert {t["params"]["train.name"] for t in trials(project, name)} == {name}


def test_six_processes_record_into_one_repository(project: Project) -> None:
    names = [f"e{number}" for number in range(6)]
    for name in names:
        project.ledger("new", "Seeds", "--name", name, "--seeds", "2", "--no-switch", "-S", f"train.name={name}")
    runs = [start(project.root, "run", name) for name in names]
    for run in runs:
        assert "2 trials on the branch" in ended(run)
    sound(project, names, 2)


@pytest.mark.parametrize("packed", [False, True])
def test_a_trial_that_was_collected_since_it_was_planned_is_not_run_again(project: Project, *, packed: bool) -> None:
    from ledger.repo.ledger import open_ledger
    from ledger.run.plan import missing
    from ledger.run.queue import Queue
    from ledger.run.spec import DeclaredTrials

    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    with open_ledger(project.root) as ledger:
        experiment = ledger.experiment("a")
        assert experiment.branch is not None
        specs = missing(ledger, experiment, only=(), again=False)
        project.ledger("run", "--only", "treatment/seed-0")
        if packed:
            project.git("pack-refs", "--all")
        queue = Queue(ledger, DeclaredTrials(specs), experiment.branch)
        assert not list(queue.fill(1, lambda spec: False, lambda spec: None))
        taken = queue.take()
        assert taken is not None
        assert taken.spec.id == "treatment/seed-1"
        assert [spec.id for spec in queue.elsewhere] == ["treatment/seed-0"]
        assert queue.take() is None
        taken.claim.close()
