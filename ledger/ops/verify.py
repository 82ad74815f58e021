"""`ledger verify`: gather what proves an experiment's record, and put it to the checks.

Reading only: no command of a pipeline, and none of DVC's, is run.
"""

from __future__ import annotations

from ledger.analysis.checks import problems
from ledger.analysis.problems import Kind, Problem, Proof, Subject, unproved, wrong
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, directory
from ledger.repo.ledger import Ledger
from ledger.repo.proof.gather import gather
from ledger.repo.review.git_alone import GitAlone
from ledger.repo.review.touched import NO_NAME, Touched, range_of, touched


def prove(ledger: Ledger, experiment: Experiment, *, data: bool, signed: bool = False) -> Proof:
    """The proof of one experiment. `data`: read its checkpoints too; `signed`: ask for signatures."""
    found = problems(gather(ledger, experiment, data=data, signed=signed))
    return Proof(experiment=experiment.name, trials=len(experiment.trials), found=found)


def prove_all(ledger: Ledger, *, data: bool, signed: bool = False) -> tuple[Proof, ...]:
    """The proofs of all experiments, those that cannot be read among them, by name."""
    proofs = []
    unreadable = ledger.unreadable()
    tagged = {ref.split("/")[3] for ref in ledger.git.refs("refs/tags/ledger") if ref.count("/") > 3}
    for name in sorted(ledger.snapshot.sources.keys() | tagged):
        experiment = None if name in unreadable else ledger.find(name)
        if experiment is not None:
            proofs.append(prove(ledger, experiment, data=data, signed=signed))
        elif name in unreadable:
            proofs.append(_without(wrong(Kind.UNREADABLE_EXPERIMENT, Subject(name), said=unreadable[name])))
        elif name in tagged:
            found = wrong if name in ledger.snapshot.sources else unproved
            proofs.append(_without(found(Kind.ONLY_TAGS, Subject(name), file=f"{directory(name)}/hypothesis.md")))
    return tuple(proofs)


def prove_touched(ledger: Ledger, against: str, *, signed: bool = False) -> tuple[Proof, ...]:
    """The proofs of the experiments that HEAD touches since it parted from a revision, as HEAD has them.

    By git alone: what asks a cache is unproved. Raises LedgerError where there is no such revision.
    """
    return tuple(_of(ledger, one, signed=signed) for one in touched(ledger, range_of(ledger, against)))


def _of(ledger: Ledger, one: Touched, *, signed: bool) -> Proof:
    if one.source is None:
        if one.deleted:
            return _without(wrong(Kind.DELETED, Subject(one.name), folder=directory(one.name)))
        return _without(wrong(Kind.UNREADABLE_EXPERIMENT, Subject(one.name), said=NO_NAME))
    alone = GitAlone(ledger, one.name, one.source)
    try:
        return prove(alone, alone.experiment(one.name), data=False, signed=signed)
    except LedgerError as error:
        return _without(wrong(Kind.UNREADABLE_EXPERIMENT, Subject(one.name), said=error.message))


def _without(problem: Problem) -> Proof:
    """What is said of an experiment that is not here, or cannot be read."""
    return Proof(experiment=problem.experiment, trials=0, found=(problem,))
