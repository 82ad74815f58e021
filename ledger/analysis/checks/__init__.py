"""What `ledger verify` checks: values in, problems out.

A problem is something that cannot be so if the record is honest; what merely cannot be looked at here (a commit that
is not in this clone, a file that nothing keeps) is unproved, and never called false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger.analysis.checks.branch import branch
from ledger.analysis.checks.code import code
from ledger.analysis.checks.commit import commit
from ledger.analysis.checks.confirmation import confirmation
from ledger.analysis.checks.lost import lost
from ledger.analysis.checks.numbers import numbers
from ledger.analysis.checks.on_request import data, signature
from ledger.analysis.checks.plan import plan
from ledger.analysis.checks.records import records
from ledger.analysis.checks.search import search
from ledger.analysis.checks.verdict import verdict
from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Check, Kind, Problem, unproved
from ledger.model.frozen import frozen


@frozen
class NamedCheck:
    """One check: the name that its problems have, what is proved where it finds none, and the function."""

    name: Check
    proves: str
    find: Callable[[Gathered], Iterator[Problem]]


CHECKS = (
    NamedCheck(name=Check.RECORDS, proves="every record is whole, and no result was thrown away", find=records),
    NamedCheck(name=Check.PLAN, proves="the plan existed before the trials", find=plan),
    NamedCheck(name=Check.SEARCH, proves="each trial of a search is one that the search asks for", find=search),
    NamedCheck(name=Check.CONFIRMATION, proves="a finding is tested on fresh replicates", find=confirmation),
    NamedCheck(name=Check.LOST, proves="the trial of every record is in this clone", find=lost),
    NamedCheck(name=Check.COMMIT, proves="each trial is based on its code, and changed only its results", find=commit),
    NamedCheck(name=Check.CODE, proves="that code ran on that data", find=code),
    NamedCheck(name=Check.NUMBERS, proves="the numbers are those of the run", find=numbers),
    NamedCheck(name=Check.VERDICT, proves="the verdict follows from the plan and the records", find=verdict),
    NamedCheck(name=Check.BRANCH, proves="the branch shows what its trials produced", find=branch),
    NamedCheck(name=Check.DATA, proves="the caches hold every checkpoint (--data)", find=data),
    NamedCheck(name=Check.SIGNATURE, proves="plan, runs and verdict are signed (--signed)", find=signature),
)

# what the ids of commits decide, which a filter over the whole history changes
_BY_ID = (Check.COMMIT, Check.CODE, Check.BRANCH)
_TAGS = (Kind.TAG_OF_NOTHING, Kind.TAG_MOVED, Kind.TAG_OF_NO_TRIAL)


def problems(gathered: Gathered) -> tuple[Problem, ...]:
    """All that is wrong or unproved, in the order of the checks; why a filtered history is excused comes first."""
    found = dict.fromkeys(problem for check in CHECKS for problem in check.find(gathered))
    if not gathered.filtered:
        return tuple(found)
    return (unproved(Kind.HISTORY_FILTERED, gathered.whole), *map(_excused, found))


def _excused(problem: Problem) -> Problem:
    """A problem on a filtered history: numbers are compared with what trial commits hold, whatever these are called."""
    by_id = problem.kind.check in _BY_ID or problem.kind in _TAGS
    return replace(problem, unproved=True) if by_id else problem
