"""What a reviewer has to know of an experiment, as one value: read from git alone, it is the same in every clone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from ledger.analysis.diff import Diff
from ledger.analysis.problems import Check, Problem
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.settings import Settings
from ledger.model.verdict import REFUTED, Amendment, Verdict


@frozen
class Against:
    """What is reviewed against: a revision as it was named, and the commit at which the experiment parted from it."""

    name: str
    commit: str


class CheckState(StrEnum):
    """What came of a check of `verify`."""

    PASSED = "passed"
    PROBLEM = "problem"
    UNPROVED = "unproved"
    """Nothing is wrong, and something cannot be proved from git alone."""
    NOT_ASKED = "not asked"
    """It asks caches or keys, which differ from clone to clone."""


@frozen
class CheckResult:
    """One check with what it has found. `proves`: what is proved where it finds nothing."""

    name: Check
    proves: str
    state: CheckState
    found: tuple[Problem, ...] = ()


@frozen
class ArmResults:
    """The trials of one arm that count. `values`: by metric the value of each replicate (`seed-0`).

    `declared` is how many replicates the plan asks for, None where it does not say so for this arm; `filled_by` the
    experiment whose trials these are.
    """

    name: str
    declared: int | None
    succeeded: int
    failed: int
    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    filled_by: str | None = None


@frozen
class Failed:
    """A trial that has no result. `commit`: its trial commit, None where no tag here holds it."""

    record: Recorded
    commit: str | None

    @property
    def tail(self) -> str:
        """The last lines that it printed, twenty at most and 2,000 characters."""
        error = self.record.trial.error
        return "" if error is None else "\n".join(error.tail[-2000:].splitlines()[-20:])


@frozen
class Unattributed:
    """Two sides between which more than one thing differs, so that no difference can be attributed."""

    a: str
    b: str
    remarks: tuple[Remark, ...]


@frozen
class Picture:
    """A picture that git holds: its path at a commit."""

    path: str
    commit: str


class Host(StrEnum):
    """Who serves a repository on the web, which decides how an address in it is written."""

    GITHUB = "github"
    GITLAB = "gitlab"


@frozen
class WebAddress:
    """Where the repository is on the web: `https://github.com/lab/project`, of plain characters alone."""

    host: Host
    url: str


@frozen
class Review:
    """One experiment under review.

    - `experiment` as it stands at the commit that is reviewed; None where it cannot be read (`unreadable` says why) or
      where it is `deleted` there, or `left_out` since there are too many to be read. All that follows is then empty.
    - `settings`: `ledger.yaml` of that commit, by which metrics are shown.
    - `recomputed`: the verdict that the records give, None where `refusal` says why there is none. `outdated`: why the
      stored one is not about the present plan and records. `agrees`: whether they are the same; None without a stored
      one, and where nothing can be computed.
    - `changed`: how the leading arm and its results differ from what it is compared with; None where
      `not_compared` says why. `others`: the same of further arms, of which `others_left_out` are too many to be shown.
    - `arms`: with the values of their trials that count, but for `arms_left_out` of many. `failed`, `voided`: all such
      trials.
    - `checks`: those of `verify`, none where `unchecked` says why they cannot be made here.
    - `reproduce`: the commands that check out the code and run a trial again, in their order.
    """

    name: str
    experiment: Experiment | None
    against: Against | None
    settings: Settings
    unreadable: str | None = None
    deleted: bool = False
    left_out: bool = False
    recomputed: Verdict | None = None
    refusal: Remark | None = None
    outdated: Remark | None = None
    agrees: bool | None = None
    changed: Diff | None = None
    not_compared: str | None = None
    others: tuple[Diff, ...] = ()
    others_left_out: int = 0
    arms: tuple[ArmResults, ...] = ()
    arms_left_out: int = 0
    checks: tuple[CheckResult, ...] = ()
    unchecked: str | None = None
    unattributed: tuple[Unattributed, ...] = ()
    failed: tuple[Failed, ...] = ()
    voided: tuple[Recorded, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    warnings: tuple[Remark, ...] = ()
    pictures: tuple[Picture, ...] = ()
    reproduce: tuple[str, ...] = ()
    web: WebAddress | None = None

    @property
    def stored(self) -> Verdict | None:
        """The verdict that the branch has."""
        return None if self.experiment is None else self.experiment.verdict

    @property
    def outcome(self) -> str | None:
        """The stored outcome, None before there is one."""
        return None if self.experiment is None else self.experiment.outcome

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot be so, by all checks."""
        return tuple(problem for check in self.checks for problem in check.found if not problem.unproved)

    @property
    def objectionable(self) -> bool:
        """Whether a check found a problem, the stored verdict is not that of the records, or it is refuted.

        So it is where the plan cannot be read or is gone, or checks cannot be made.
        """
        outcomes = {self.outcome, None if self.recomputed is None else self.recomputed.outcome}
        unproved = self.deleted or bool(self.unreadable or self.unchecked or self.problems)
        return unproved or self.agrees is False or REFUTED in outcomes
