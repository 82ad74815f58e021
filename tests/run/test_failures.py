"""Stages that misbehave: each ends as a recorded outcome with a clear message, and the other trials go on."""

from __future__ import annotations

import json
import os
import resource
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import COMMAND, PARAMS, TRAIN, MakeProject, Project, default_files

# Seed 0 does as it should, every other misbehaves in its own way.
MISBEHAVIOUR = """\
import json, os, signal, sys

seed = params["seed"]
print("trains", seed, flush=True)
if seed == 1:
    sys.exit("no convergence")
if seed == 2:
    os.kill(os.getpid(), signal.SIGKILL)
if seed == 3:
    json.dump({"accuracy": float("nan")}, open("metrics.json", "w"))
if seed == 4:
    os.remove("metrics.json")
if seed == 5:
    open("library.py", "w").write("VALUE = 2")
if seed == 6:
    open("/dev/full", "w").write("x" * 100000)
if seed == 7:
    open("metrics.json", "w").write('{"accuracy": "high"}')
if seed == 8:
    os.remove("model.txt")
if seed == 9:
    os.abort()
if seed == 10:
    params["train"]["lr"] = 0.3
if seed >= 10:
    # of 11 the layout alone is another
    json.dump(params, open("params.json", "w"))
"""


def behaving(make_project: MakeProject, code: str, **files: str) -> Project:
    return make_project(default_files() | {"train.py": TRAIN + code} | files)


def trials_of(project: Project) -> dict[str, dict[str, Any]]:
    return {trial["id"].removeprefix("treatment/"): trial for trial in project.ledger("show", "--json").json["trials"]}


def test_each_misbehaviour_is_recorded_and_the_others_go_on(make_project: MakeProject) -> None:
    files = {
        "library.py": "VALUE = 1\n",
        "dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", "deps: [train.py, library.py]"),
    }
    project = behaving(make_project, MISBEHAVIOUR, **files)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "12")
    got = project.ledger("run", "-j", "2", code=1)

    found = trials_of(project)
    assert {name: (trial["status"], (trial["error"] or {}).get("exit_code")) for name, trial in found.items()} == {
        "seed-0": ("succeeded", None),
        "seed-1": ("failed", 1),
        "seed-2": ("killed", 137),
        "seed-3": ("succeeded", None),
        "seed-4": ("failed", None),
        "seed-5": ("failed", None),
        "seed-6": ("failed", 1),
        "seed-7": ("failed", 0),
        "seed-8": ("failed", None),
        "seed-9": ("killed", 134),
        "seed-10": ("failed", None),
        "seed-11": ("succeeded", None),
    }
    failed = {name: trial["error"] for name, trial in found.items() if trial["error"]}
    assert {error["stage"] for error in failed.values()} == {"train"}
    assert {name: error["reason"] for name, error in failed.items() if error["reason"]} == {
        "seed-4": "output 'metrics.json' does not exist",
        "seed-5": "library.py changed while the trial ran, though recorded as its input",
        "seed-6": "no space left on a disk",
        "seed-7": "no numbers in metrics.json",
        "seed-8": "output 'model.txt' does not exist",
        "seed-10": "params.json changed while the trial ran, though recorded as its input",
    }
    # the last lines, and none of DVC's advice to people who run it by hand
    assert failed["seed-1"]["tail"] == f"$ {COMMAND}\ntrains 1\nno convergence"
    assert failed["seed-5"]["tail"] == f"$ {COMMAND}\ntrains 5"
    assert failed["seed-7"]["tail"].endswith("trains 7\nno numbers in metrics.json")
    assert "under `ignore`" in failed["seed-5"]["hint"]
    # what a trial cost is known where it failed too
    assert all(trial["seconds"] > 0 for trial in found.values())

    said = got.err.splitlines()
    assert [line.split("]")[0] for line in said if line.startswith("[")] == [f"[{n}/12" for n in range(1, 13)]
    assert "treatment seed=2: killed in train (SIGKILL)" in got.err
    assert "treatment seed=9: killed in train (SIGABRT)" in got.err
    assert "treatment seed=4: failed in train (output 'metrics.json' does not exist)" in got.err
    assert "warning: accuracy is not finite: the trial counts as failed for it (treatment/seed-3)" in said
    # in the order of the plan, not of their ends
    named = ", ".join(f"treatment/seed-{seed}" for seed in (1, 2, 4, 5, 6, 7, 8, 9))
    assert f"9 trials have no result: {named} and treatment/seed-10" in said
    assert "full output: ledger show a:treatment/seed-1 --log" in said
    assert "12 trials on the branch" in got.out
    # a parameter file that a stage only wrote anew is recorded as it was planned
    planned = json.dumps(PARAMS | {"seed": 11}, indent=2) + "\n"
    assert project.git("show", f"{found['seed-11']['commit']}:params.json") + "\n" == planned
    assert project.ledger("verify").code == 0
    assert project.git("status", "--porcelain") == ""


def test_failed_trials_are_tried_again_when_asked(make_project: MakeProject, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.touch()
    project = behaving(make_project, f"import os\nassert params['seed'] != 1 or not os.path.exists({str(bad)!r})\n")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    project.ledger("run", code=1)
    again = project.ledger("run", code=1)
    assert "nothing to run: every declared trial has been tried, 1 failed" in again.out
    assert "1 failed earlier in this state: ledger run --again" in again.err
    bad.unlink()
    retried = project.ledger("run", "--again")
    assert [line.split(":")[0] for line in retried.err.splitlines()] == ["[1/1] treatment seed=1"]
    assert {name: trial["status"] for name, trial in trials_of(project).items()} == {
        "seed-0": "succeeded",
        "seed-1": "failed",
        "seed-1.2": "succeeded",
    }
    assert "nothing to run" in project.ledger("run", "--again").out
    # whoever reads the verdict knows of it
    verdict = project.ledger("conclude", "-m", "so", "--json").json
    assert [w for w in verdict["warnings"] if w.startswith("1 attempt at replicates that count") and "1 failed" in w]
    assert project.ledger("verify", "--json").json["problems"] == []


# --- a disk that is full


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What stands for a full disk where nobody may make one: the workers cannot write more than so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


BIG = """\
import resource
if params["seed"] == 1:
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    open("model.txt", "w").write("x" * 5_000_000)
"""


def test_what_dvc_could_not_keep_is_a_failure_and_leaves_nothing(make_project: MakeProject) -> None:
    project = behaving(make_project, BIG)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    with no_file_larger_than(2_000_000):
        project.ledger("run", code=1)
    found = trials_of(project)
    assert [trial["status"] for trial in found.values()] == ["succeeded", "failed", "succeeded"]
    assert "File too large" in found["seed-1"]["error"]["tail"]
    # no path of this machine is in a record
    assert str(project.root) not in found["seed-1"]["error"]["tail"]
    left = [path for path in (project.root / ".dvc/cache").rglob("*") if path.is_file() and path.stat().st_size > 10**6]
    assert left == []
    slot = project.root / ".git/ledger/slots/0"
    assert [path for path in slot.iterdir() if path.is_file() and path.stat().st_size > 10**6] == []


# --- processes that a stage leaves behind

DAEMONS = """\
import os, subprocess, sys

def linger():
    alive = os.open(ALIVE, os.O_WRONLY)
    os.close(0)
    never = os.open(NEVER, os.O_RDONLY)
    os.read(never, 1)
    open("late.txt", "w").write("too late")

seed = params["seed"]
if len(sys.argv) > 1:
    linger()
if seed == 1:
    subprocess.Popen([sys.executable, __file__, "child"])
if seed == 2:
    subprocess.Popen([sys.executable, __file__, "child"], start_new_session=True, stdout=subprocess.DEVNULL)
if seed == 3 and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        linger()
    os._exit(0)
if seed == 4:
    # without the mark in its environment
    subprocess.Popen([sys.executable, __file__, "child"], start_new_session=True, env={})
"""


def test_what_a_stage_leaves_running_is_ended(make_project: MakeProject, tmp_path: Path) -> None:
    alive, never = tmp_path / "alive", tmp_path / "never"
    os.mkfifo(alive)
    os.mkfifo(never)
    # both ends of one, so that its readers wait; one end of the other, which ends with the last writer
    held, listener = os.open(never, os.O_RDWR), os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    try:
        code = DAEMONS.replace("ALIVE", repr(str(alive))).replace("NEVER", repr(str(never)))
        project = behaving(make_project, code)
        project.ledger("new", "Seeds", "--name", "a", "--seeds", "5")
        got = project.ledger("run", "-j", "2")
        assert "warning: stages left processes running, now ended: python" in got.err
        assert "treatment/seed-1, treatment/seed-2, treatment/seed-3 and treatment/seed-4" in got.err
        ready, _, _ = select.select([listener], [], [], 20)
        assert not ready or os.read(listener, 1) == b""
        os.write(held, b"xxxxx")
        assert not list((project.root / ".git/ledger/slots").glob("*/late.txt"))
        assert project.git("ls-tree", "-r", "--name-only", "HEAD").count("late") == 0
    finally:
        os.close(held)
        os.close(listener)


# --- what a stage prints

NOISY = r"""
import sys
seed = params["seed"]
if seed == 1:
    for n in range(200_000):
        print("a line of some fifty characters, for ten megabytes", n)
if seed == 2:
    for n in range(101):
        print(f"\r{n}%|" + "#" * (n // 10), end="", flush=True)
    print()
if seed == 3:
    sys.stdout.buffer.write(bytes(range(256)) + b"\xff\xfe\n")
if seed == 4:
    print("\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jgone? \u202eevil")
    print("    indented")
if seed == 5:
    print("y" * 3_000_000)
sys.stdout.flush()
sys.exit(1 if seed else 0)
"""


def test_logs_of_all_kinds(make_project: MakeProject) -> None:
    project = behaving(make_project, NOISY)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "6")
    got = project.ledger("run", "-j", "2", code=1)
    assert max(map(len, got.err.splitlines())) <= 310
    assert not {c for c in got.err if not c.isprintable()} - {"\n"}
    tails = {name: trial["error"]["tail"] for name, trial in trials_of(project).items() if trial["error"]}
    assert tails["seed-1"].splitlines()[-1].endswith("megabytes 199999")
    assert len(tails["seed-1"].splitlines()) == 20
    assert tails["seed-2"] == f"$ {COMMAND}\n100%|##########"
    assert "ABCDEFG" in tails["seed-3"]
    assert tails["seed-4"] == f"$ {COMMAND}\nred gone? ?evil\n    indented"
    assert len(tails["seed-5"]) <= 4000

    logs = [project.ledger("show", f"a:treatment/seed-{seed}", "--log").out for seed in range(6)]
    assert len(logs[1].splitlines()) == 200_001
    assert logs[2] == f"$ {COMMAND}\n100%|##########\n"
    assert logs[4].splitlines()[1:] == ["red gone?  evil", "    indented"]
    # each character once: there are ten million
    assert not {c for c in set("".join(logs)) if not c.isprintable()} - {"\n"}


def test_logs_that_are_not_there(make_project: MakeProject) -> None:
    project = behaving(make_project, "")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    no_trials = project.ledger("show", "a:treatment/seed-0", "--log", code=2)
    assert "no log of a:treatment/seed-0 here" in no_trials.err
    assert "it has no trials yet" in no_trials.err
    project.ledger("run")
    assert project.ledger("show", "a:treatment/seed-0", "--log").out == f"$ {COMMAND}\n"
    for wrong in ("a", "a:treatment", ""):
        assert "--log needs one trial" in project.ledger("show", wrong, "--log", code=2).err
    assert "its trials: treatment/seed-0" in project.ledger("show", "a:treatment/seed-7", "--log", code=2).err
    assert "not the name of a trial" in project.ledger("show", "a:treatment/../seed-0", "--log", code=2).err
    (project.root / ".git/ledger/logs/a/treatment/seed-0.log").unlink()
    assert "logs stay where the trial ran" in project.ledger("show", "a:treatment/seed-0", "--log", code=2).err
