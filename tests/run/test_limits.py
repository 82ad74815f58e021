"""What a run gives a trial: time, graphics processors, a slot of its own; and what is said of them."""

from __future__ import annotations

import os
import select
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import COMMAND, TRAIN, MakeProject, Project, Shelved, default_files, launcher
from planned import one_seed, two_seeds

from ledger.dvc.commands import MEMORY
from ledger.dvc.repro import PipelineRun
from ledger.machine import gpus
from ledger.machine.state_directory import StateDirectory
from ledger.run.outcome import outcome

# the time that a test waits for something that must come, in seconds
PATIENCE = 60.0


def behaving(make_project: MakeProject, code: str, **files: str) -> Project:
    return make_project(default_files() | {"train.py": TRAIN + code} | files)


# --- time

HANGS = """\
import signal, subprocess, sys, time

def forever(*, deaf=False):
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    open(NEVER).read()

seed = params["seed"]
if len(sys.argv) > 1:
    forever()
if seed == 1:
    forever()
if seed == 2:
    forever(deaf=True)
if seed == 3:
    subprocess.run([sys.executable, __file__, "grandchild"])
if seed == 4:
    # as frameworks do that save a checkpoint when they are told to end
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    forever()
"""


def test_a_trial_that_takes_too_long_is_ended(make_project: MakeProject, tmp_path: Path) -> None:
    never = tmp_path / "never"
    os.mkfifo(never)
    project = behaving(make_project, HANGS.replace("NEVER", repr(str(never))))
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "6")
    got = project.ledger("run", "-j", "3", "--timeout", "1", code=1)
    trials = project.ledger("show", "--json").json["trials"]
    found = {trial["id"].removeprefix("treatment/"): trial for trial in trials}
    assert {name: trial["status"] for name, trial in found.items()} == {
        "seed-0": "succeeded",
        **{f"seed-{seed}": "timed-out" for seed in (1, 2, 3, 4)},
        "seed-5": "succeeded",
    }
    for seed in (1, 2, 3, 4):
        error = found[f"seed-{seed}"]["error"]
        assert error["reason"] == "timed out after 1 s"
        assert error["tail"].startswith(f"$ {COMMAND}\nready")
        assert f"treatment seed={seed}: timed-out in train (timed out after 1 s)" in got.err
    assert "left processes running" not in got.err
    # nobody reads from it any more: opening it for writing fails at once
    with pytest.raises(OSError, match="No such device"):
        os.open(never, os.O_WRONLY | os.O_NONBLOCK)


def test_the_commands_of_a_stage_share_the_time(make_project: MakeProject) -> None:
    commands = "cmd:\n" + "      - sleep 0.8\n" * 4 + f"      - {COMMAND}"
    project = behaving(
        make_project, "", **{"dvc.yaml": default_files()["dvc.yaml"].replace(f"cmd: {COMMAND}", commands)}
    )
    project.ledger("new", "Slow", "--name", "a")
    project.ledger("run", "--timeout", "2", code=1)
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert (trial["status"], trial["error"]["reason"]) == ("timed-out", "timed out after 2 s")
    assert trial["error"]["tail"].count("$ sleep") == 3


@pytest.mark.parametrize(
    ("code", "printed", "blamed"),
    [
        (-9, "", True),
        (137, "", True),
        (1, "DataLoader worker (pid 7) is killed by signal: Killed.", True),
        (1, "ValueError: the learning rate is negative", False),
    ],
)
def test_memory_is_blamed_for_what_looks_like_it(code: int, printed: str, blamed: bool) -> None:
    # the kernel counts for all slots together
    done = PipelineRun(ran=(), failed_stage="train", exit_code=code, cause=MEMORY)
    failure = outcome(done, printed, "", None, full=False)[1]
    assert failure is not None
    assert (failure.reason is not None and "out of memory" in failure.reason) is blamed


def test_a_shell_that_is_not_here(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/nowhere/fish")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    project.ledger("run")
    log = project.ledger("show", "a:treatment/seed-0", "--log").out
    assert "SHELL is /nowhere/fish, which does not exist: /bin/sh runs the commands" in log


def test_lengths_of_time(shelved: Shelved) -> None:
    project = shelved(one_seed, default_files())
    for wrong in ("soon", "0", "-1", "1e3", "1y", ""):
        refused = project.ledger("run", "--timeout", wrong, code=2)
        assert "is not a duration" in refused.err
        assert "--timeout 90 (seconds), 30m, 2h" in refused.err
    project.ledger("run", "--timeout", "1.5h")


# --- graphics processors

ASKS = """\
import os
print("gpus", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
hello = os.open(HELLO, os.O_WRONLY)
os.write(hello, b"x")
# one byte each, and no buffer that takes the other's
os.read(os.open(GO, os.O_RDONLY), 1)
"""


def test_each_slot_has_gpus_of_its_own(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,0,GPU-7f,5")
    hello, go = tmp_path / "hello", tmp_path / "go"
    os.mkfifo(hello)
    os.mkfifo(go)
    project = behaving(make_project, ASKS.replace("HELLO", repr(str(hello))).replace("GO", repr(str(go))))
    project.ledger("new", "Other", "--name", "b", "--seeds", "5", "--no-switch")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    heard, gate = os.open(hello, os.O_RDWR), os.open(go, os.O_RDWR)
    controller = launcher.ledger(
        *("run", "-j", "2", "--gpus-per-trial", "2"),
        cwd=project.root,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        # both are at work at once
        for _ in range(2):
            assert select.select([heard], [], [], PATIENCE)[0]
            os.read(heard, 1)
        refused = project.ledger("run", "b", "-j", "1", "--gpus-per-trial", "1", code=2)
        assert "4 are visible, and other runs hold 4 of them" in refused.err
        os.write(gate, b"xx")
        assert controller.communicate(timeout=PATIENCE)[1] and controller.returncode == 0
    finally:
        controller.kill()
        controller.communicate()
        os.close(heard)
        os.close(gate)
    logs = [project.ledger("show", f"a:treatment/seed-{seed}", "--log").out for seed in range(2)]
    assert sorted(line for log in logs for line in log.splitlines() if "gpus" in line) == ["gpus 2,0", "gpus GPU-7f,5"]
    # they are free again
    assert "nothing to run" in project.ledger("run", "--gpus-per-trial", "4").out


def test_too_few_gpus(shelved: Shelved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = shelved(two_seeds, default_files())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    refused = project.ledger("run", "-j", "2", "--gpus-per-trial", "2", code=2)
    assert "2 slots with 2 each need 4 GPUs; 2 are visible" in refused.err
    assert "hint: ledger run -j 1 --gpus-per-trial 2" in refused.err
    refused = project.ledger("run", "--gpus-per-trial", "3", code=2)
    assert "hint: ask for fewer GPUs per trial" in refused.err
    # as the driver has it, -1 and nothing hide them all
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    refused = project.ledger("run", "--gpus-per-trial", "1", code=2)
    assert "no GPU is visible" in refused.err
    assert "CUDA_VISIBLE_DEVICES=0,1 ledger run --gpus-per-trial 1" in refused.err
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "nvidia-smi").write_text("#!/bin/sh\nprintf '0\\n1\\n2\\n'\n")
    (tools / "nvidia-smi").chmod(0o755)
    asked = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    assert gpus.visible(asked) == ("0", "1", "2")
    (tools / "nvidia-smi").write_text("#!/bin/sh\necho no driver >&2; exit 9\n")
    assert gpus.visible(asked) == ()


def test_gpus_that_another_run_holds_are_passed_over(tmp_path: Path) -> None:
    place, environment = StateDirectory(common=tmp_path), {"CUDA_VISIBLE_DEVICES": "0,1,2"}
    with ExitStack() as first, ExitStack() as second:
        assert gpus.shared_out(place, environment, each=1, slots=2, held=first) == [
            {"CUDA_VISIBLE_DEVICES": "0"},
            {"CUDA_VISIBLE_DEVICES": "1"},
        ]
        assert gpus.shared_out(place, environment, each=1, slots=1, held=second) == [{"CUDA_VISIBLE_DEVICES": "2"}]
    with ExitStack() as third:
        assert gpus.shared_out(place, environment, each=3, slots=1, held=third) == [{"CUDA_VISIBLE_DEVICES": "0,1,2"}]


# --- what is said


def test_json_is_quiet(make_project: MakeProject) -> None:
    code = 'import sys\nif params["seed"] == 1: sys.exit("no")\nif params["seed"] == 2:\n'
    code += '    open("metrics.json", "w").write(\'{"accuracy": NaN}\')\n'
    project = behaving(make_project, code)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    got = project.ledger("run", "--json", code=1)
    assert got.err == "warning: accuracy is not finite: the trial counts as failed for it (treatment/seed-2)\n"
    (one,) = [got.json] if isinstance(got.json, dict) else got.json
    assert [trial["status"] for trial in one["trials"]] == ["succeeded", "failed", "succeeded"]
    assert one["trials"][1]["error"]["exit_code"] == 1
    assert one["trials"][2]["metrics"] == {"accuracy": None}
    again = project.ledger("run", "--json", code=1)
    assert (again.json["trials"], again.json["tag"]) == ([], None)
