"""Runs that tell of themselves: which process they are, and who may stop them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.machine import origin
from ledger.machine.state_directory import StateDirectory
from ledger.model.run_state import ProcessIdentity, RunState
from ledger.repo import runs
from ledger.repo.runs import AnnouncedRun

SLEEPS = "import sys; sys.stdin.read()"
ELSEWHERE: dict[str, Callable[[ProcessIdentity], ProcessIdentity]] = {
    "another host": lambda own: replace(own, host="other", boot="other"),
    "another container": lambda own: replace(own, namespace="pid:[1]"),
    "another start of the machine": lambda own: replace(own, boot="other"),
    "a process that had the number before": lambda own: replace(own, began="1"),
}


def state(run: AnnouncedRun, by: ProcessIdentity) -> RunState:
    return RunState(id=run.id, experiment="a", origin=by, jobs=1, started=datetime.now(UTC), total=3)


def test_a_process_is_known_by_more_than_its_number() -> None:
    own = origin.of(os.getpid())
    assert own is not None
    assert own == origin.of(os.getpid())
    assert own.pid == os.getpid()
    assert own != origin.of(os.getppid())
    assert origin.same_kernel(own)
    assert origin.of(2**22 + 1) is None


@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_process_of_another_place_is_not_signalled(change: Callable[[ProcessIdentity], ProcessIdentity]) -> None:
    process = subprocess.Popen([sys.executable, "-c", SLEEPS], stdin=subprocess.PIPE)
    try:
        own = origin.of(process.pid)
        assert own is not None
        assert not origin.signalled(change(own), signal.SIGKILL)
        assert process.poll() is None
        assert origin.signalled(own, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not origin.signalled(own, signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()


def test_a_run_elsewhere_is_not_stopped_from_here(tmp_path: Path) -> None:
    state_dir = StateDirectory(common=tmp_path)
    bystander = subprocess.Popen([sys.executable, "-c", SLEEPS], stdin=subprocess.PIPE)
    try:
        own = origin.of(bystander.pid)
        assert own is not None
        with runs.published(state_dir, "a") as run:
            run.publish(state(run, replace(own, host="node-7", namespace="pid:[1]")))
            (seen,) = runs.live(state_dir, "a")
            with pytest.raises(LedgerError, match="node-7"):
                runs.stop(state_dir, seen)
        assert bystander.poll() is None
        # it has ended by itself
        assert not runs.stop(state_dir, seen)
    finally:
        bystander.kill()
        bystander.communicate()


def test_runs_with_one_process_number_do_not_wait_for_each_other(tmp_path: Path) -> None:
    state_dir = StateDirectory(common=tmp_path)
    with runs.published(state_dir, "a") as one, runs.published(state_dir, "a") as other:
        assert one.id != other.id
        for run in (one, other):
            run.publish(state(run, run.origin))
        assert {seen.id for seen in runs.live(state_dir)} == {one.id, other.id}
    assert runs.live(state_dir) == ()
    assert list(state_dir.runs.iterdir()) == []


def test_only_what_ended_here_is_cleared_away(tmp_path: Path) -> None:
    state_dir = StateDirectory(common=tmp_path)
    texts = {}
    with runs.published(state_dir, "a") as run:
        for name, by in (("here", run.origin), ("there", replace(run.origin, host="other", boot="other"))):
            run.publish(replace(state(run, by), id=name))
            texts[name] = (state_dir.runs / f"a+{run.id}.json").read_text()
    for name, text in texts.items():
        (state_dir.runs / f"a+{name}.json").write_text(text)
    assert [seen.id for seen in runs.cut_off(state_dir, "a")] == ["here"]
    assert [seen.id for seen in runs.elsewhere(state_dir, "a")] == ["there"]
    with runs.published(state_dir, "a"):
        assert [path.name for path in state_dir.runs.glob("*.json")] == ["a+there.json"]
