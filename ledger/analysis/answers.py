"""What commands that read gather from a repository: values that documents are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.analysis.progress import DeclaredTrial
from ledger.errors import LedgerError
from ledger.model.confirmation import Tested
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.run_state import RunState

if TYPE_CHECKING:
    # with them comes numpy, which `status` does without where nothing is searched
    from ledger.analysis.search.forecast import SearchForecast
    from ledger.analysis.searching import State


@frozen
class Overview:
    """Where one is while no experiment is checked out: the branch, the experiments counted by state, and the runs."""

    branch: str
    states: Mapping[str, int]
    runs: tuple[RunState, ...]


@frozen
class SearchStatus:
    """How far a search is, and what it is expected to take still: `each` are the seconds of a trial, None where none is
    known; `coming` is None where it has ended, or nothing is known of the noise.
    """

    state: State
    coming: SearchForecast | None
    each: float | None


@frozen
class Status:
    """How far an experiment has come: its declared trials, its runs, and what stands in the way.

    `unrecorded` are results in the work tree, `dirty` its other changes. `killed` are runs that were cut off,
    `elsewhere` those of other machines. `outdated` says why the verdict is, if it is; `refusal` why the results do not
    stand for the present code. `search`: how far it is, where the plan has one.
    """

    experiment: Experiment
    declared: tuple[DeclaredTrial, ...]
    unrecorded: tuple[str, ...]
    dirty: tuple[str, ...]
    runs: tuple[RunState, ...]
    killed: tuple[RunState, ...]
    elsewhere: tuple[RunState, ...]
    outdated: Remark | None
    refusal: LedgerError | None
    search: SearchStatus | None = None


@frozen
class Shown:
    """An experiment, or one arm of it, with what stands beside its trials.

    `present` are the fingerprints of the arms now, `commits` the trial commits by trial id. `outdated` says why the
    verdict is, if it is. `tested`: what later experiments have confirmed of it or have not, an entry an arm. `record`
    is the one trial that is asked for, None for all of them.
    """

    experiment: Experiment
    present: Mapping[str, str]
    commits: Mapping[str, str]
    outdated: Remark | None = None
    tested: tuple[Tested, ...] = ()
    record: Recorded | None = None


@frozen
class Printed:
    """What the commands of one trial printed. `record` is the trial's, None where it is not recorded yet."""

    experiment: Experiment
    name: str
    text: str
    record: Recorded | None
