"""`ledger verify`: gather what proves an experiment's record, and put it to the checks.

Reading only: no command of a pipeline, and none of DVC's, is run.
"""

from __future__ import annotations

from ledger.analysis.checks import problems
from ledger.analysis.problems import Kind, Proof, Subject, unproved, wrong
from ledger.model.experiment import Experiment, directory
from ledger.repo.ledger import Ledger
from ledger.repo.proof.gather import gather


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
            problem = wrong(Kind.UNREADABLE_EXPERIMENT, Subject(name), said=unreadable[name])
            proofs.append(Proof(experiment=name, trials=0, found=(problem,)))
        elif name in tagged:
            found = wrong if name in ledger.snapshot.sources else unproved
            problem = found(Kind.ONLY_TAGS, Subject(name), file=f"{directory(name)}/hypothesis.md")
            proofs.append(Proof(experiment=name, trials=0, found=(problem,)))
    return tuple(proofs)
