"""How `trials.py` runs trials: with `ledger run`, and with what people use instead."""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Thread

import psutil
from trial_projects import MARK, Mark, Project

import ledger

BINARIES = Path(sys.executable).parent
LEDGER, DVC = str(BINARIES / "ledger"), str(BINARIES / "dvc")
NAME = "nothing-changes"

# how long a queue may go without a finished task before it counts as stuck, in seconds
STUCK = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some trials and what they took, in seconds.

    `wall` is the whole, from the first command to the last result; `each` the time from a result to the next where
    trials run one at a time; `own` what their commands took as the records say, the median; `done` how many of the
    `trials` gave a result. `peak` is the memory of the process that was called, in MB.
    """

    trials: int
    done: int
    wall: float
    each: Sequence[float] = ()
    own: float | None = None
    marks: Sequence[Mark] = ()
    peak: float | None = None
    remark: str = ""

    @property
    def alone(self) -> float:
        """From the first command's begin to the last one's end, where the stages note that."""
        return max(mark.time for mark in self.marks) - min(mark.time for mark in self.marks)

    def ran(self, stage: str) -> int:
        """How often a stage ran."""
        return sum(mark.stage == stage and mark.word == "begins" for mark in self.marks)


def with_ledger(project: Project, trials: int, *, jobs: int) -> Run:
    """`ledger run -j`. `each` is the time between the lines that tell of the trials."""
    project.call(LEDGER, "new", "Nothing changes", "--name", NAME, "--seeds", str(trials))
    begun = time.perf_counter()
    process = subprocess.Popen(
        [LEDGER, "run", "-j", str(jobs)],
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    memory = _Memory(process.pid)
    assert process.stderr is not None
    told = [time.perf_counter() for line in process.stderr if re.match(r"\[\d+/\d+\]", line)]
    memory.join()
    if process.wait() != 0:
        raise SystemExit(f"ledger run gave {process.returncode}")
    wall = time.perf_counter() - begun
    with ledger.open(project.root) as book:
        records = [record.trial for record in book.experiment(NAME).trials]
    return Run(
        trials=trials,
        done=sum(record.succeeded for record in records),
        wall=wall,
        each=_between(told),
        own=statistics.median(record.seconds or 0.0 for record in records),
        marks=project.marks(),
        peak=memory.peak,
    )


def with_repro(project: Project, trials: int) -> Run:
    """`params.yaml` edited and `dvc repro`, a seed after the other: nothing is kept but the last result."""
    return _in_turn(project, trials, lambda seed: [DVC, "repro", "-q"], prepare=project.set_seed)


def with_exp_run(project: Project, trials: int) -> Run:
    """`dvc exp run -S seed=K`, a seed after the other."""
    return _in_turn(project, trials, lambda seed: [DVC, "exp", "run", "-q", "-S", f"seed={seed}"])


def _in_turn(
    project: Project,
    trials: int,
    command: Callable[[int], Sequence[str]],
    prepare: Callable[[int], None] = lambda seed: None,
) -> Run:
    each = []
    for seed in range(1, trials + 1):
        prepare(seed)
        begun = time.perf_counter()
        project.call(*command(seed))
        each.append(time.perf_counter() - begun)
    return Run(trials=trials, done=trials, wall=sum(each), each=each, marks=project.marks())


def with_queue(project: Project, trials: int, *, jobs: int) -> Run:
    """`dvc exp run --queue` for each seed, then `dvc queue start -j`, until all are done or none is for a minute.

    `each`: the time to queue a trial, and that from its result to the next one's; the start of the workers is left out.
    """
    begun = time.perf_counter()
    queued = [begun]
    for seed in range(1, trials + 1):
        project.call(DVC, "exp", "run", "-q", "--queue", "-S", f"seed={seed}")
        queued.append(time.perf_counter())
    project.call(DVC, "queue", "start", "-j", str(jobs))
    last = time.perf_counter()
    results: list[float] = []
    while len(results) < trials and time.perf_counter() - last < STUCK:
        # reading refs costs a millisecond where `dvc queue status` would take half a second of the processor
        time.sleep(0.05)
        new = _finished(project) - len(results)
        if new > 0:
            last = time.perf_counter()
            results += [last] * new
    done = len(results)
    remark = ""
    if done < trials:
        states = re.findall(r" (Queued|Running|Failed|Success) *$", project.call(DVC, "queue", "status"), re.M)
        counts = ", ".join(f"{states.count(state)} {state.lower()}" for state in dict.fromkeys(states))
        remark = (
            f"{trials - done} of {trials} gave no result within {STUCK:g} s of the last one ({counts or 'no task'})"
        )
    _end_workers(project)
    each = [there + after for there, after in zip(_between(queued), _between(results), strict=False)]
    return Run(trials=trials, done=done, wall=last - begun, each=each, marks=project.marks(), remark=remark)


def _between(moments: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def _finished(project: Project) -> int:
    refs = project.call("git", "for-each-ref", "--format=%(refname)", "refs/exps").splitlines()
    # refs/exps/<two digits>/<the rest of the commit>/<name>; DVC's own are celery, exec and temp
    return sum(re.match(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38}/", ref) is not None for ref in refs)


def _end_workers(project: Project) -> None:
    """Let the workers of a queue end; they hold on for some seconds, and would take time from what is measured next."""
    project.call(DVC, "queue", "stop", check=False)
    workers = []
    for process in psutil.process_iter():
        # somebody else's, or gone meanwhile
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(project.root):
                workers.append(process)
    for process in psutil.wait_procs(workers, timeout=20)[1]:
        with contextlib.suppress(psutil.Error):
            process.kill()


def plainly(project: Project, trials: int, *, jobs: int) -> Run:
    """The stage's command and nothing else: what the machine can do."""
    command = [sys.executable, "stage.py", "train", "metrics.json"]
    begun = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda _: project.call(*command), range(trials)))
    return Run(trials=trials, done=trials, wall=time.perf_counter() - begun, marks=project.marks())


class _Memory(Thread):
    """Reads the peak memory of a process until it ends: `VmHWM` never falls, so the last reading counts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.peak: float | None = None
        self.start()

    def run(self) -> None:
        """The life of the thread."""
        with contextlib.suppress(OSError):
            while found := re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text()):
                self.peak = int(found[1]) / 1024
                time.sleep(0.02)
