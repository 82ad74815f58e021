"""What a command that writes has done: the values that `ops/` returns and `report/` renders."""

from __future__ import annotations

from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.hypothesis import TREATMENT


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
    remarks: tuple[str, ...] = ()
    data_left: tuple[str, ...] = ()
