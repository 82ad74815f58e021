"""What `ledger.yaml` said before an experiment had results: what is chosen there later may be chosen by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from ledger.analysis import direction
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import settings
from ledger.model.experiment import Experiment, directory
from ledger.model.settings import Settings
from ledger.repo import histories
from ledger.repo.ledger import Ledger


def committed(git: Git, commit: str) -> Settings:
    """The settings that a commit has; the defaults where they cannot be read."""
    text = git.objects.text(commit, settings.FILE)
    try:
        return Settings() if text is None else settings.parse(text)
    except LedgerError:
        return Settings()


def before_results(ledger: Ledger, experiment: Experiment, holds: Callable[[Settings], bool]) -> bool:
    """Whether something held of the committed settings before the first result was there, and has held since."""
    settled = all(holds(committed(ledger.git, commit)) for commit in _at_first_results(ledger, experiment))
    return settled and not _began_before(ledger, experiment, holds)


def late_directions(ledger: Ledger, experiment: Experiment, now: Settings) -> tuple[str, ...]:
    """The predicted metrics whose better values are others `now` than before the first result.

    Empty where no failure counts as the worst value. What the history has lost the stored verdict says.
    """
    if experiment.plan.failures != "worst":
        return ()
    predictions = experiment.plan.predictions
    stored = () if experiment.verdict is None else experiment.verdict.late_directions

    def as_now(name: str, known: Settings) -> bool:
        return direction.of_metric(name, predictions, known) == direction.of_metric(name, predictions, now)

    names = dict.fromkeys(p.metric.name for p in predictions)
    return tuple(n for n in names if n in stored or not before_results(ledger, experiment, partial(as_now, n)))


def _at_first_results(ledger: Ledger, experiment: Experiment) -> Iterator[str]:
    """The last commit before the first result was on the branch, and those whose code had results."""
    own = histories.tip(ledger, experiment)
    parent = None if own is None else _first_result(ledger.git, experiment, own)
    if parent is not None:
        yield parent
    results = tuple(r for r in experiment.trials if r.trial.succeeded)
    for code in sorted(histories.codes(experiment, results)):
        if ledger.git.commit(code) is not None:
            yield code


def _first_result(git: Git, experiment: Experiment, own: str) -> str | None:
    """The parent of the first commit that holds a result, None where it came with the plan, as a squash brings it."""
    folder = directory(experiment.name)
    results = {r.path for r in experiment.trials if r.trial.succeeded}
    log = ("log", "--reverse", "--topo-order", "--no-renames", "--diff-filter=A", "--format=%x00%P%x00", "--name-only")
    parts = git.text(*log, own, "--", f"{folder}/trials").split("\0")[1:]
    for parents, files in zip(parts[::2], parts[1::2], strict=True):
        if results.intersection(files.splitlines()):
            parent = parents.partition(" ")[0]
            held = parent and git.objects.read(f"{parent}:{folder}/hypothesis.md") is not None
            return parent if held else None
    return None


def _began_before(ledger: Ledger, experiment: Experiment, holds: Callable[[Settings], bool]) -> bool:
    """Whether a trial with a result began before it held: the trial may have waited to be collected."""
    own = histories.tip(ledger, experiment)
    if own is None:
        return False
    since: datetime | None = None
    for line in ledger.git.text("log", "--format=%H %aI", own, "--", settings.FILE).splitlines():
        commit, _, moment = line.partition(" ")
        if not holds(committed(ledger.git, commit)):
            break
        since = datetime.fromisoformat(moment)
    began = [r.trial.started for r in experiment.trials if r.trial.succeeded and r.trial.reused is None]
    return since is not None and any(moment < since for moment in began)
