"""How the experiments behind models stand as of now, of a thousand in a moment.

Whether a verdict still holds is asked in full of a few. Of many it is asked of those whose trials or plan are not what
they were when it was written, which git's trees tell of all at once: what was voided in other experiments, whose trials
they share, is then left to whoever asks about one model.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.confirmation import Standing
from ledger.model.experiment import Experiment, directory
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger

# of this many each is asked in full
_FEW = 20

# so far back from its tip the commit of a verdict is looked for in bulk
_ROUNDS = 20

_FILES = ("hypothesis.md", "trials")


def standings(ledger: Ledger, experiments: Mapping[str, Experiment]) -> dict[str, Standing]:
    """How each stands, by name."""
    if not experiments:
        return {}
    # a clone that has never asked has no index yet, and to build one takes longer than all else
    tested = ledger.index.tested() if _any_confirms(ledger) else {}
    concluded_ = {name: one for name, one in experiments.items() if one.verdict is not None}
    moved = set(concluded_) if len(concluded_) <= _FEW else _moved_on(ledger.git, concluded_)
    found = {}
    for name, one in experiments.items():
        whole = None
        if name in moved:
            try:
                whole = ledger.find(name)
            except LedgerError:
                # it changes while it is read
                whole = None
        found[name] = Standing(
            experiment=name,
            outcome=one.outcome,
            confirmatory=one.confirmatory,
            found=one.found,
            outdated=None if whole is None else concluded.outdated(ledger, whole),
            tested=tested.get(name, ()),
        )
    return found


def _any_confirms(ledger: Ledger) -> bool:
    """Whether any plan may put a finding to the test, as the texts of all tell."""
    sources = ledger.snapshot.sources
    asked = [f"{source.tip}:{directory(name)}/hypothesis.md" for name, source in sources.items()]
    return any(one is not None and b"\nconfirms:" in one.data for one in ledger.git.objects.read_many(asked))


def _moved_on(git: Git, experiments: Mapping[str, Experiment]) -> set[str]:
    """Those whose plan or trials differ from what they were at the commit that wrote the verdict, or may do so."""
    tips = {name: one.tip for name, one in experiments.items() if one.branch is not None}
    at = histories.verdict_commits(git.objects, tips, rounds=_ROUNDS, replayed=False)
    found = tips.keys() - at.keys()
    known = {name: commit.oid for name, commit in at.items() if commit.oid != tips[name]}
    asked = [
        f"{commit}:{directory(name)}/{file}"
        for name, then in known.items()
        for commit in (then, experiments[name].tip)
        for file in _FILES
    ]
    trees = iter([None if one is None else one.oid for one in git.objects.read_many(asked)])
    for name in known:
        then, now = ([next(trees) for _ in _FILES] for _ in range(2))
        if then != now:
            found.add(name)
    return found
