"""The outcome of a run in words: notes, errors that did not end it, and the answer."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import LedgerError
from ledger.model.finding import Found
from ledger.model.listing import counted, listed
from ledger.model.run_report import RunReport
from ledger.model.trial import Trial
from ledger.model.tune_finding import TuneFinding
from ledger.model.tune_search import CURRENT
from ledger.model.typed_values import assigned
from ledger.report.changes import Told
from ledger.report.remarks import sentence, sentences
from ledger.report.text import cut

# how many failures are shown, each with the end of what it printed, cut to this many lines and columns
_FAILURES, _ROWS, _COLUMNS = 5, 10, 300


def notes(report: RunReport, *, quiet: bool) -> Iterator[str]:
    """Notes to print besides the answer; `quiet` leaves out failures, which the JSON contains."""
    for warning, trials in report.warnings:
        yield f"warning: {sentence(warning)} ({listed(trials, 6)})"
    if not quiet:
        yield from _failures(report)
    if report.elsewhere:
        yield f"{len(report.elsewhere)} belong to another run: ledger status {report.name} shows its progress"
    if report.stale:
        yield f"the branch changed during the run, so {report.stale} are stale: ledger run runs them again"
    grown = report.missing - len(report.lost) - len(report.elsewhere)
    if grown > 0:
        some = f"{grown} {'is' if grown == 1 else 'are'}"
        yield f"the plan grew during the run, so {some} missing: ledger run continues with them"
    for collected in filter(None, (report.earlier, report.collected)):
        yield from (f"warning: {remark}" for remark in sentences(collected.remarks))
    if report.skipped_failures and not report.failed:
        yield f"{report.skipped_failures} failed earlier in this state: ledger run --again retries them"


def _failures(report: RunReport) -> Iterator[str]:
    for trial in report.failed[:_FAILURES]:
        yield from _failure(trial)
    if len(report.failed) > 1:
        yield f"\n{len(report.failed)} trials have no result: {listed((t.id for t in report.failed), 12)}"
    if report.failed:
        yield f"full output: ledger show {report.name}:{report.failed[0].id} --log"


def _failure(trial: Trial) -> Iterator[str]:
    error = trial.error
    assert error is not None
    reason = f" ({error.reason})" if error.reason else ""
    stage = f" in {error.stage}" if error.stage else ""
    yield f"\n{trial.id} {trial.status}{stage}{reason}:"
    for row in error.tail.splitlines()[-_ROWS:]:
        yield f"  {cut(row, _COLUMNS)}"
    if error.hint:
        yield f"hint: {error.hint}"


def errors(report: RunReport) -> Iterator[LedgerError]:
    """What went wrong outside the trials."""
    if report.uncollected is not None:
        yield LedgerError(
            f"the trials are recorded, but not on the branch yet: {report.uncollected.message}",
            hint=report.uncollected.hint or "the next ledger run collects the trials",
        )
    if report.lost:
        yield LedgerError(
            f"interrupted twice because the worker process was killed: {', '.join(report.lost)}",
            hint="is there enough memory for this many jobs? ledger run retries them",
        )


def answer(report: RunReport) -> Iterator[str]:
    """What is on the branch now, what a search has found, or that there was nothing to run."""
    done = [*filter(None, (report.earlier, report.collected))]
    for collected in done:
        count = collected.trials
        yield f"{counted(count, 'trial')} on the branch, full states under {collected.tag}"
    if report.finding is not None:
        yield from _found(report, report.finding)
        return
    nothing = not report.trials and not done and report.uncollected is None
    if nothing and not report.elsewhere and report.unfinished == report.skipped_failures:
        tried = f"has been tried, {report.skipped_failures} failed" if report.skipped_failures else "is recorded"
        yield f"nothing to run: every declared trial {tried}"


def _found(report: RunReport, finding: Found) -> Iterator[str]:
    if not report.ended:
        yield f"no answer yet after {finding.trainings} trials: ledger run continues the search"
    elif isinstance(finding, TuneFinding) and finding.answered:
        yield f"{finding.stated} ({assigned(finding.params)}), after {finding.trainings} trials"
        if report.trials:
            then = "" if finding.best == CURRENT or finding.n == 1 else f", then ledger confirm {report.name}"
            yield f"next: ledger conclude {report.name}{then}"
    elif finding.answered:
        yield f"{finding.stated}, after {finding.trainings} trials: ledger status {report.name} shows it"
    else:
        yield f"no answer after {finding.trainings} of {finding.budget} trials: ledger status {report.name} shows more"


def in_background(name: str, trials: int, pid: int, log: str) -> Told:
    """A run that has begun in another process, and how one follows it."""
    ways = f"follow them: ledger status {name} --watch\nstop them:   ledger status {name} --stop\nlog: {log}"
    return Told(answer=f"{counted(trials, 'trial')} of {name} run in the background (process {pid})", notes=(ways,))
