"""The plan of a search: over versions that exist, by a seed that a stage reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledger.errors import LedgerError
from ledger.model import names, seeds
from ledger.model.plan import Plan, of_search
from ledger.model.replicates import REPEAT
from ledger.model.version_search import VersionSearch
from ledger.repo.axes import likely_seed
from ledger.repo.code import Code
from ledger.repo.forks import Start
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import check_evaluations, check_parameters


def axis(ledger: Ledger, code: Code) -> str:
    """The axis over which versions are repeated: the parameter that is the seed, or `repeat` where none looks like it.

    Raises LedgerError where several look like it.
    """
    return likely_seed(ledger.settings, code) or REPEAT


def search_plan(
    ledger: Ledger,
    search: VersionSearch,
    code: Code,
    start: Start,
    *,
    title: str,
    name: str,
    author: str,
    created: datetime,
    evaluation: Iterable[str] = (),
    tags: Sequence[str] = (),
) -> Plan:
    """The plan of a search that begins at `start`. Raises LedgerError for versions that are not here, and for a seed
    that no stage reads.
    """
    for commit in search.versions:
        if ledger.git.commit(commit) is None:
            raise LedgerError(
                f"the version {commit[:10]} is not in this clone", hint="git fetch --unshallow, or fetch it"
            )
        if not search.paths and not ledger.code.has_pipeline(commit):
            raise LedgerError(f"there is no dvc.yaml at the version {commit[:10]}", hint="skip it, or begin after it")
    seeds_from = seeds.source(start.commit, title, [])
    measured = check_evaluations(code, evaluation)
    variants, points = of_search(search, seeds_from, measured)
    check_parameters(ledger, code, points, ())
    if search.axis != REPEAT:
        code.plain(search.axis)
        ledger.code.require_tracked(code, search.axis, points.axes[0].values[-1])
    return Plan(
        title=title,
        name=name,
        author=author,
        created=created.replace(microsecond=0),
        base=start.commit,
        parent=start.parent,
        variants=variants,
        replicates=points,
        seeds_from=seeds_from,
        search=search,
        evaluation=measured,
        exploratory=True,
        tags=names.check_tags(tags),
    )
