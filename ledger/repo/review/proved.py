"""The verdict computed again and the checks of `verify`, as far as git alone can answer them."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.checks import CHECKS, problems
from ledger.analysis.counting import When
from ledger.analysis.equality import same
from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Check, Problem
from ledger.analysis.review import CheckResult, CheckState
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.model.verdict import Judged, Verdict
from ledger.repo import concluded
from ledger.repo.evidence import gather as evidence_of
from ledger.repo.proof.gather import gather
from ledger.repo.review.git_alone import GitAlone
from ledger.repo.weighing import conclusion, weigh

# they ask caches and keys
_NOT_ASKED = (Check.DATA, Check.SIGNATURE)


@frozen
class Proved:
    """What a `Review` says under the same names. `unchecked`: why the checks could not be made."""

    recomputed: Verdict | None = None
    refusal: Remark | None = None
    outdated: Remark | None = None
    agrees: bool | None = None
    checks: tuple[CheckResult, ...] = ()
    unchecked: str | None = None


def proved(alone: GitAlone, experiment: Experiment) -> Proved:
    """The checks with their results, and the verdict that the records give beside the stored one."""
    try:
        # what this clone alone shows otherwise is none of the experiment
        gathered = gather(alone, experiment, data=False, signed=False, clone=False)
    except LedgerError as error:
        return replace(_now(alone, experiment), unchecked=error.message)
    found = problems(gathered)
    return replace(
        _verdict(alone, experiment, gathered, found),
        checks=tuple(
            _result(check.name, check.proves, tuple(p for p in found if p.kind.check is check.name)) for check in CHECKS
        ),
    )


def _result(name: Check, proves: str, found: tuple[Problem, ...]) -> CheckResult:
    if name in _NOT_ASKED:
        state = CheckState.NOT_ASKED
    elif any(not problem.unproved for problem in found):
        state = CheckState.PROBLEM
    else:
        state = CheckState.UNPROVED if found else CheckState.PASSED
    return CheckResult(name=name, proves=proves, state=state, found=found)


def _verdict(alone: GitAlone, experiment: Experiment, gathered: Gathered, found: tuple[Problem, ...]) -> Proved:
    weighed = gathered.weighed
    if weighed is None:
        return _now(alone, experiment)
    if weighed.outdated is not None:
        return replace(_now(alone, experiment), outdated=weighed.outdated, agrees=False)
    if weighed.computed is not None:
        differs = any(p.kind.check is Check.VERDICT and not p.unproved for p in found)
        return Proved(recomputed=weighed.computed, agrees=not differs)
    if weighed.not_here and weighed.stored.cases is not None:
        return _without_cases(alone, experiment, weighed.refusal)
    return Proved(refusal=weighed.refusal, agrees=None if weighed.not_here else False)


def _now(alone: GitAlone, experiment: Experiment) -> Proved:
    """The verdict that the records would give now; none before there are some."""
    if not experiment.trials:
        return Proved()
    try:
        evidence = evidence_of(alone, experiment, When.PRESENT)
        return Proved(recomputed=conclusion(alone, experiment, evidence, early=True))
    except LedgerError as error:
        return Proved(refusal=Remark.of(Kind.NOT_WEIGHED, why=error.message))


def _without_cases(alone: GitAlone, experiment: Experiment, refusal: Remark | None) -> Proved:
    """The verdict without what per-case results add, where git does not hold these."""
    then = concluded.as_concluded(alone, experiment)
    stored = then.verdict
    assert stored is not None
    bare = replace(stored, cases=None)
    try:
        verdict = weigh(alone, replace(then, verdict=bare))
    except LedgerError as error:
        return Proved(refusal=Remark.of(Kind.NOT_WEIGHED, why=error.message))
    pairs = zip(stored.predictions, verdict.predictions, strict=False)
    agrees = (
        verdict.outcome == stored.outcome
        and len(verdict.predictions) == len(stored.predictions)
        and all(_same(a, b) for a, b in pairs)
    )
    return Proved(recomputed=verdict, refusal=refusal, agrees=agrees)


def _same(a: Judged, b: Judged) -> bool:
    """Whether two say the same of a prediction, but for new cases."""
    numbers = same([a.estimate, a.p_value], [b.estimate, b.p_value])
    return numbers and (a.text, a.outcome, a.n, a.n_baseline) == (b.text, b.outcome, b.n, b.n_baseline)
