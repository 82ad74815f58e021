"""What a command that writes has done: the values that `ops/` returns and `report/` renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import TREATMENT, Plan
from ledger.model.remarks import Remark
from ledger.model.trial import Trial


@frozen
class Amended:
    """The plan as it is now, the keys that changed, and whether results had been seen by then.

    `corrects`: where only names of metrics changed that no result has, the new ones by the old ones.
    """

    plan: Plan
    keys: tuple[str, ...]
    commit: str
    after_results: bool
    corrects: Mapping[str, str] = field(default_factory=dict)


@frozen
class Archived:
    """The short name of the branch that went, and the tag that holds its tip. `remote`: a remote has the branch too.

    `older`: the main branch where it has landed, and not all that the branch had.
    """

    experiment: str
    branch: str
    tag: str
    remote: str | None = None
    older: str | None = None


@frozen
class BroughtBack:
    """The short name of the branch that is back; `whole`: with all that it had, not just what its last run had."""

    experiment: str
    branch: str
    whole: bool


@frozen
class Noted:
    """The file that holds the note; no `commit` where the note was there already."""

    experiment: str
    path: str
    commit: str | None


@frozen
class RecordedByHand:
    """The trial, by the experiment's `plan`. `code`: the commit that the change became, None where nothing had changed.

    `tag` holds the trial, None where it is not on the branch: `uncollected` says why.
    """

    plan: Plan
    trial: Trial
    code: str | None = None
    tag: str | None = None
    uncollected: str | None = None
    warnings: tuple[Remark, ...] = ()


@frozen
class Voided:
    """Whether a trial `counts` now. No `commit` where it was voided already, for which `why` is the reason.

    `concluded`: there is a verdict.
    """

    experiment: str
    trial: str
    counts: bool
    commit: str | None
    why: str
    concluded: bool


@frozen
class Landed:
    """`experiment`, as it was when it landed, on the main branch `main` as `commit`; `kind`: `record` or `adopt`.

    `arm` is the one whose change was adopted. `tag` holds the branch's tip, for a record. `stale` are the stages to
    reproduce; `data_left` is what DVC tracks and a record leaves off main. `measured`: whether some trial ran what the
    main branch then holds, None where that cannot be known. `changed` says what changed in the arm since its trials.
    """

    experiment: Experiment
    kind: str
    main: str
    commit: str
    arm: str = TREATMENT
    tag: str | None = None
    stale: tuple[str, ...] = ()
    measured: bool | None = None
    changed: str | None = None
    remarks: tuple[Remark, ...] = ()
    data_left: tuple[str, ...] = ()
