"""What a plan's author may want to know before the first trial: doubtful metrics, and what replicates can detect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.datasets.groups import NONE
from ledger.analysis.designs import planned
from ledger.analysis.outlook import RECENT, Outlook, outlook
from ledger.errors import FormatError, LedgerError
from ledger.model import replicates
from ledger.model.experiment import Experiment
from ledger.model.formats import metrics
from ledger.model.near_misses import near_misses
from ledger.model.plan import Plan
from ledger.model.remarks import Kind, Remark
from ledger.model.typed_values import format_value
from ledger.repo.axes import seed_parameter
from ledger.repo.ledger import Ledger


def foreseen(ledger: Ledger, plan: Plan) -> tuple[tuple[Remark, ...], tuple[Outlook, ...]]:
    """What is doubtful, and for each prediction what the plan's replicates can see, as far as the noise is known."""
    known = ledger.recent(RECENT) if plan.predictions else ()
    found = [*_unknown_metrics(ledger, plan, known), *_repeated_seeds(ledger, plan), *_in_no_group(ledger, plan)]
    found += _of_search(ledger, plan)
    design, n = planned(plan.replicates)
    if plan.predictions and len(plan.replicates.points()) == 1:
        return (*found, Remark.of(Kind.ONE_TRIAL)), ()
    if plan.predictions and n < design.fewest:
        parts = plan.replicates.parts_axis
        return (*found, Remark.of(Kind.ONE_PART, part="replicate" if parts is None else parts.kind)), ()
    seen = (outlook(known, p, plan.replicates, alpha=plan.alpha / plan.looks) for p in plan.predictions)
    return tuple(found), tuple(one for one in seen if one is not None)


def _repeated_seeds(ledger: Ledger, plan: Plan) -> Iterator[Remark]:
    """That repeats of a pipeline with a seed all have the same one."""
    if any(axis.name == replicates.REPEAT for axis in plan.replicates.axes):
        try:
            seed = seed_parameter(ledger.settings, ledger.code.at(plan.base))
        except LedgerError:
            return
        yield Remark.of(Kind.REPEATED_SEED, seed=seed)


def _of_search(ledger: Ledger, plan: Plan) -> Iterator[Remark]:
    """That a search for the best parameters cannot begin with what they are, or cannot repeat what it finds."""
    search = plan.tunes
    if search is None:
        return
    present = {name: value for name, (_, value) in ledger.code.at(plan.base).names.items()}
    _, outside = search.space.within(present)
    if outside is not None:
        yield Remark.of(Kind.CURRENT_OUTSIDE, parameter=outside, value=format_value(present.get(outside)))
    # imported late: few plans are of this kind
    from ledger.analysis.tuning.told import first

    count = len(plan.replicates.points())
    # the best and what it is compared with are each explored at one
    enough = min(first(search.space), search.space.size) + (count - 1) * (1 if search.current is None else 2)
    if count > 1 and search.budget < enough:
        yield Remark.of(Kind.FEW_REPLICATES, budget=search.budget, replicates=count, enough=enough)


def _in_no_group(ledger: Ledger, plan: Plan) -> Iterator[Remark]:
    """Files that the table or the pattern of a plan's groups misses."""
    for path, by in plan.groups.items():
        try:
            groups = ledger.datasets.groups(ledger.code.at(plan.base), path, by)
        except LedgerError:
            # what an arm needs of it is refused where the arm is
            continue
        if count := groups.sizes.get(NONE, 0):
            total = sum(groups.sizes.values())
            yield Remark.of(Kind.IN_NO_GROUP, by=by.by, path=path, count=str(count), all=str(total))


def _unknown_metrics(ledger: Ledger, plan: Plan, recent: Sequence[Experiment]) -> Iterator[Remark]:
    """Metrics that are predicted and that nobody has seen: in the base's metrics files, or where git does not hold
    these in the trials of the experiments that began last.
    """
    if plan.predictions and not ledger.code.at(plan.base).pipeline.metric_files():
        yield Remark.of(Kind.NO_METRICS_FILE)
        return
    held = metrics_at(ledger, plan.base)
    seen = {name for one in recent for record in one.trials for name in record.trial.metrics} if held is None else held
    aliases = ledger.settings.aliases
    known = {aliases.now(name) for name in seen}
    for name in dict.fromkeys(aliases.now(p.metric.name) for p in plan.predictions):
        # a key that two files share is written file:key
        if known and name not in known and aliases.now(name.rpartition(":")[2]) not in known:
            yield Remark.of(
                Kind.UNKNOWN_METRIC,
                metric=name,
                commit=None if held is None else plan.base[:10],
                near=tuple(near_misses(name, sorted(known))),
                known=tuple(sorted(known)),
            )


def metrics_at(ledger: Ledger, commit: str) -> set[str] | None:
    """The names in the metrics files of a commit, None where git does not hold them all or one cannot be read."""
    known: set[str] = set()
    for path in ledger.code.at(commit).pipeline.metric_files():
        text = ledger.git.objects.text(commit, path)
        if text is None:
            return None
        try:
            known |= metrics.parse(path, text)[0].keys()
        except FormatError:
            return None
    return known
