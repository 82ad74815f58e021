"""A trial: one run of the whole pipeline. Its file is read and written in `trial_file.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from ledger.model import replicates
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten, merge_files
from ledger.model.replicates import Point

SUCCEEDED = "succeeded"
FAILED = "failed"
KILLED = "killed"
TIMED_OUT = "timed-out"
STATUSES = (SUCCEEDED, FAILED, KILLED, TIMED_OUT)

# thousands of experiments have their trials at the same few points
_stems: dict[str, str] = {}
_REMEMBERED = 10_000


@frozen
class StageRun:
    """What one stage took. `cached`: DVC restored or kept its outputs; the seconds are then the original ones."""

    seconds: float | None
    cached: bool
    peak_memory_mb: float | None = None


@frozen
class Failure:
    """Why a trial has no result. `tail`: the last lines that the stage printed.

    `reason` says what ended it where the exit code does not: no time or no memory left, an output that is missing, an
    input that it changed.
    """

    stage: str | None
    exit_code: int | None
    tail: str
    reason: str | None = None
    hint: str | None = None

    @property
    def ending(self) -> str:
        """The reason, else how the command ended: `exit code 3`, `SIGKILL`; empty where neither is known."""
        code = self.exit_code
        if self.reason or not code:
            return self.reason or ""
        # a shell reports the signal that ended its command as 128 + n
        return _SIGNALS.get(-code if code < 0 else code - 128, f"exit code {code}")


# those that POSIX numbers alike everywhere, and bus errors and segmentation faults as Linux does
_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM"}  # fmt: skip


@frozen
class Basis:
    """What a search knew when it asked for a trial: the trials that had ended, by arm (`seed-0.2`), and by their ids
    those that ran meanwhile.
    """

    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The trials that had ended, `at-3f2a9c1/seed-0.2`."""
        return tuple(f"{arm}/{stem}" for arm, stems in self.known.items() for stem in stems)


@frozen
class Trial:
    """One record. `params` are by file and nested, as `dvc.lock` pinned them; paths are relative to the git root.

    `code` is the commit whose code and data pointers ran; `seconds` the sum over the stages, the original time
    for those that were restored; `by_hand`: recorded after a `dvc repro` by hand; `reused`: the trial of
    another experiment that this one repeats, `name/variant/seed-0`; `asked`: where a search asked for it.
    """

    experiment: str
    variant: str
    point: Point
    attempt: int
    status: str
    fingerprint: str
    code: str
    started: datetime
    seconds: float | None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, Pinned] = field(default_factory=dict)
    outs: Mapping[str, Pinned] = field(default_factory=dict)
    stages: Mapping[str, StageRun] = field(default_factory=dict)
    environment: str | None = None
    error: Failure | None = None
    by_hand: bool = False
    reused: str | None = None
    asked: Basis | None = None

    @property
    def id(self) -> str:
        """`variant/seed-0`, with `.2` behind it for the second attempt."""
        # equal points may differ in their names (1 and true), their texts may not
        key = f"{self.attempt} {self.point!r}"
        stem = _stems.get(key)
        if stem is None:
            if len(_stems) > _REMEMBERED:
                _stems.clear()
            stem = _stems[key] = replicates.stem(self.point, self.attempt)
        return f"{self.variant}/{stem}"

    @property
    def succeeded(self) -> bool:
        """Whether the whole pipeline ran and its metrics could be read."""
        return self.status == SUCCEEDED

    @property
    def flat_params(self) -> dict[str, Any]:
        """Parameters by dotted key; a key that two files share is `file:key`."""
        return merge_files({file: flatten(tree) for file, tree in self.params.items()})


def record_path(directory: str, trial: Trial) -> str:
    """Where the record lies, below the experiment's directory."""
    return f"{directory}/trials/{trial.id}.yaml"


def renamed(trial: Trial, stem: str) -> Trial | None:
    """The trial as a file of this stem names it: `seed-0.2` makes it a later attempt. None for a stem of another point.

    Two clones may run one point each as its first attempt. When they come together one file is given the next free
    name, and keeps what its trial commit holds to the last byte.
    """
    _, attempt = replicates.split_stem(stem)
    later = replace(trial, attempt=max(attempt, trial.attempt))
    return later if replicates.stem(later.point, later.attempt) == stem else None


def next_free(path: str, taken: Iterable[str]) -> str:
    """The path of a record with the attempt that follows on all which are `taken` at its point."""
    folder, _, file = path.rpartition("/")
    slug, attempt = replicates.split_stem(file.removesuffix(".yaml"))
    for other in taken:
        where, _, name = other.rpartition("/")
        point, number = replicates.split_stem(name.removesuffix(".yaml"))
        if (where, point) == (folder, slug) and name.endswith(".yaml"):
            attempt = max(attempt, number)
    return f"{folder}/{slug}.{attempt + 1}.yaml"
