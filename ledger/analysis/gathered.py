"""What git, DVC's caches and this clone hold about an experiment: all that `ledger verify` judges.

`repo/proof/` gathers it, `analysis/checks/` judges it: one field changed is one kind of tampering.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from ledger.analysis.gathered_tags import Run, Tags
from ledger.analysis.problems import Subject
from ledger.analysis.witness import Content, Witness
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats.lockfile import LockedStage
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.model.trial import Trial
from ledger.model.verdict import Verdict

# --- records and their trials


@frozen
class UnreadableCode:
    """Why the code of a trial cannot be read; it may have `no_pipeline` at all."""

    said: str
    no_pipeline: bool


@frozen
class Origin:
    """How a record without a trial commit may have come onto the branch.

    `unknown_to`: the runs whose commits do not hold it. `commit`: the one that brought it, None where none is
    known; `with_trials`: it brings records of trials whose commits are held, as a landing does; `replayed`: it says
    that it stands for one of another clone, of which runs here knew nothing.
    """

    unknown_to: tuple[Run, ...]
    commit: str | None
    subject: str
    with_trials: bool
    replayed: bool = False


@frozen
class OrderInGit:
    """What commits say of a trial and the plan. `held`: the plan in its code; `unreadable`: there is one, not readable.

    `under`: the digest of the plan that the trial ran under. `written`: when the plan was written, for a trial that no
    code ties to it.
    """

    held: Plan | None
    unreadable: bool
    under: str | None
    written: datetime


@frozen
class Claim:
    """A record, and what this clone holds of its trial.

    `commit` is its trial commit, None where no tag here holds one, which has the very text of the record if
    `same_record`. `code_here`: whether its code is in this clone. `witness` is None without commit or code, and where
    `unreadable` says why. `environment`: the blob that the trial commit holds of it. `source`: the trial that it
    repeats. `order` is None where the plan is not about its arm; `origin` where it has a trial commit. `known`: what
    the names of the trials that a search knew may mean now, where two clones have used one; any may be right.
    """

    record: Recorded
    commit: str | None = None
    parents: tuple[str, ...] = ()
    same_record: bool = True
    code_here: bool = True
    witness: Witness | None = None
    unreadable: UnreadableCode | None = None
    environment: str | None = None
    source: Recorded | None = None
    order: OrderInGit | None = None
    origin: Origin | None = None
    known: tuple[Mapping[str, str], ...] = ()

    @property
    def trial(self) -> Trial:
        """What the record says."""
        return self.record.trial


@frozen
class ToConfirm:
    """What an experiment is to confirm: every trial of the first one, and the state of the arm that it found.

    `state` is the fingerprint at which the arm's trials count there, None where it has no result.
    """

    trials: tuple[Trial, ...]
    state: str | None


# --- what the history keeps


@frozen
class Removed:
    """A record that a commit removed, or `changed`: its path in the experiment's folder, and the blob it was before."""

    path: str
    oid: str
    commit: str
    changed: bool


@frozen
class EnvironmentFile:
    """A file of an environment: the digest of what it says, or why it cannot be read."""

    path: str
    digest: str | None
    error: str | None = None


@frozen
class PlanHistory:
    """What the history says of the plan.

    `base_made`: when its base was committed, None where that is not known. `versions`: every plan in the history.
    `whole`: that is the experiment's own history; `complete`: and shows every amendment, which one that was rewritten
    may not.
    """

    base_made: datetime | None = None
    versions: Sequence[Plan] = ()
    whole: bool = True
    complete: bool = True


# --- the verdict and the branch


@frozen
class Weighed:
    """The stored verdict beside the one that the plan and the records of its time give.

    `text` is what follows the front matter. `computed` and `expected` are what these should be, None where
    `refusal` says why they cannot be computed, perhaps since something is `not_here`. `outdated`: why it is not that of
    the present plan and records; `changed`: those of its own experiment differ. `settled`: it has no branch here,
    and was not put away. `stated_alone`: its amendments and looks do not follow from the history that is here.
    `without_cases`: it does without per-case results that `ledger.yaml` named when it was written.
    """

    stored: Verdict
    text: str
    computed: Verdict | None = None
    expected: str | None = None
    refusal: Remark | None = None
    not_here: bool = False
    outdated: Remark | None = None
    changed: bool = False
    settled: bool = False
    stated_alone: bool = False
    without_cases: bool = False


@frozen
class CommitState:
    """What a commit shows: its lock entries by stage, and the blobs of the results that git holds, by path."""

    label: str
    locks: Mapping[str, LockedStage]
    results: Mapping[str, str]


@frozen
class TipShown:
    """What the branch's tip shows, beside what trials made.

    `canonical` is the trial that it should show, None where none counts at present. `earlier` are states that it may
    have inherited, such as its base. `contents`: the md5s of the results at the tip. `reproduced`: the stages whose
    entries agree with code and parameters that the branch has or had. `lockfiles`: where each stage is pinned.
    `metrics`: the metrics files. `complete`: whether all trials are among the `trials`; else nothing is of none.
    """

    tip: CommitState
    canonical: CommitState | None
    trials: Sequence[CommitState]
    earlier: Sequence[CommitState]
    contents: Mapping[str, Content]
    reproduced: Collection[str]
    lockfiles: Mapping[str, str]
    metrics: Collection[str]
    complete: bool


@frozen
class Branch:
    """The branch: why its code is not (or perhaps not) that of its trials, why it cannot be read, or what it shows."""

    changed_unseen: str | None = None
    perhaps_changed: str | None = None
    unreadable: str | None = None
    shown: TipShown | None = None


# --- checkpoints and signatures, where they are asked for


@frozen
class MissingObjects:
    """The objects of one output or input of a trial that no cache here holds whole."""

    trial: Trial
    corrupt: tuple[str, ...]
    absent: tuple[str, ...]
    # by the name of a remote that is a folder: what is corrupt there, and in no cache
    on_remotes: tuple[tuple[str, tuple[str, ...]], ...] = ()


@frozen
class Unsigned:
    """A tag, or a commit with the first line of its message, that has no good signature, and why."""

    tag: str | None = None
    commit: str = ""
    subject: str = ""
    why: str


@frozen
class Gathered:
    """One experiment under proof.

    `files`: the blobs in its folder by their path there, the `links` and `submodules` among them; the work tree has
    those that are `uncommitted` otherwise. `pending`: the trial commits that wait to be collected. `elsewhere`: the
    records that another branch of it has, and this one has not.
    `after_landing`: those that the branch made after it had landed, each with a tag that has it. `mend`: the commands
    that bring back what the branch was set back past. `replaced`: the objects that git shows otherwise than they are.
    `shallow`: the clone lacks the older history.
    `filtered`: commits have other ids than the records name, since the whole history was filtered. `branch` is None
    without a branch, or results; `finding` where the plan confirms nothing, or what it confirms is not here.
    `checkpoints` and `unsigned` are empty where nobody asked.
    """

    experiment: Experiment
    claims: tuple[Claim, ...]
    files: Mapping[str, str]
    links: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()
    environments: tuple[EnvironmentFile, ...] = ()
    uncommitted: tuple[str, ...] = ()
    tags: Tags
    pending: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    after_landing: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[Removed, ...] = ()
    mend: str | None = None
    plans: PlanHistory = PlanHistory()
    finding: ToConfirm | None = None
    weighed: Weighed | None = None
    branch: Branch | None = None
    shallow: bool = False
    replaced: tuple[str, ...] = ()
    filtered: bool = False
    checkpoints: tuple[MissingObjects, ...] = ()
    remotes: tuple[str, ...] = ()
    unsigned: tuple[Unsigned, ...] = ()

    @property
    def folder(self) -> str:
        """The experiment's folder."""
        return directory(self.experiment.name)

    @property
    def whole(self) -> Subject:
        """The subject of what is wrong with no trial of its own."""
        return Subject(self.experiment.name)

    def subject(self, path: str) -> Subject:
        """The subject of what is wrong with a file in the folder: a trial where it is a record, or voids one."""
        return Subject(self.experiment.name, trial_of(path))


def trial_of(path: str) -> str | None:
    """The id of the trial whose record is at a path in the experiment's folder, None for another file."""
    folder, _, rest = path.partition("/")
    if folder != "trials" or rest.count("/") != 1 or not rest.endswith(".yaml"):
        return None
    return rest.removesuffix(".yaml")
