"""The stored verdict, beside the one that the plan and the records of its time give."""

from __future__ import annotations

from ledger.analysis.counting import When
from ledger.analysis.gathered import Weighed
from ledger.errors import LedgerError, NotHere
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import front_matter
from ledger.model.interpretation import interpretation_of
from ledger.model.remarks import Kind, Remark
from ledger.repo import concluded, plan_history, since_verdict
from ledger.repo.evidence import gather
from ledger.repo.ledger import Ledger
from ledger.repo.weighing import leaves_out_cases, weigh
from ledger.report import verdict as report


def weighed(ledger: Ledger, experiment: Experiment) -> Weighed | None:
    """The verdict as stored and as computed anew; None where there is none."""
    # what has been recorded and amended since makes it old, and not false
    then = concluded.as_concluded(ledger, experiment)
    if experiment.verdict is None or then.verdict is None:
        return None
    stored = ledger.git.objects.text(experiment.tip, f"{directory(experiment.name)}/verdict.md") or ""
    _, body = front_matter.split(stored)
    if concluded.is_lost(ledger, experiment):
        return Weighed(stored=then.verdict, text=body, refusal=Remark.of(Kind.BASIS_NOT_HERE), not_here=True)
    try:
        verdict = weigh(ledger, then)
    except LedgerError as error:
        refusal = Remark.of(Kind.NOT_WEIGHED, why=error.message)
        return Weighed(stored=then.verdict, text=body, refusal=refusal, not_here=isinstance(error, NotHere))
    arms = gather(ledger, then, When.JUDGED).arms
    outdated = concluded.outdated(ledger, experiment)
    # what was put away by --force may have been out of date before, by an honest hand
    settled = experiment.branch is None and not experiment.archived
    changed = outdated is not None and settled and since_verdict.own_change(ledger, experiment) is not None
    return Weighed(
        stored=then.verdict,
        text=body,
        computed=verdict,
        expected=report.body(verdict, then, arms, ledger.settings, interpretation_of(stored)),
        outdated=outdated,
        changed=changed,
        settled=settled,
        without_cases=leaves_out_cases(ledger, then),
        stated_alone=plan_history.stored_alone(ledger, then),
    )
