"""An experiment as lines of the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ledger.analysis import counting, same_metrics
from ledger.analysis.looks import predicted_arms
from ledger.analysis.rows import Rows, TrialPart, not_finite, rows_of
from ledger.errors import FormatError
from ledger.model import bounds
from ledger.model.experiment import Experiment, declared_points
from ledger.model.formats import confirms, front_matter
from ledger.model.frozen import frozen
from ledger.model.row import Row
from ledger.repo.index.tables import EXPERIMENT, PROSE, TRIAL, VARIANT, Line
from ledger.stats.summary import exact

# characters of what an author makes of a verdict: beside other experiments its beginning is shown
_INTERPRETATION = 2000


@frozen
class Lines:
    """One experiment as lines of the tables, without their keys. `own`: the place of the variant that stands for it.

    `undecided`: code tells which of its trials count, or which of their metrics are one.
    """

    experiment: Line
    variants: tuple[Line, ...] = ()
    trials: tuple[Line, ...] = ()
    own: int | None = None
    prose: Line | None = None
    undecided: bool = False


def lines_of(
    experiment: Experiment, verdict: str | None, present: Mapping[str, str] | None = None, *, holds: bool | None = None
) -> Lines:
    """The lines of an experiment that could be read; `verdict` is the text of its `verdict.md`.

    `present` are the present fingerprints of its arms, which are needed where the lines are `undecided` without, and
    `holds` whether the verdict is still that of the records, which is needed of one that is to confirm a finding.
    Raises OverflowError or UnicodeEncodeError for a value that SQLite would refuse.
    """
    rows = rows_of(experiment, present)
    undecided = experiment.branch is not None and counting.undecided(experiment)
    undecided = undecided or same_metrics.unclear(record.trial.metrics for record in experiment.trials)
    # whether its verdict still holds is asked where another experiment depends on it
    undecided = undecided or (experiment.plan.confirms is not None and experiment.outcome is not None)
    own = next((place for place, row in enumerate(rows.variants) if row is rows.experiment), len(rows.variants))
    # no arm stands for an experiment that has none yet: a line that no view shows does
    hidden = rows.variants[own:] == ()
    lines = Lines(
        experiment=EXPERIMENT.line(_experiment(experiment, rows, undecided=undecided, holds=holds)),
        variants=(
            *(VARIANT.line(_variant(row, hidden=False)) for row in rows.variants),
            *([VARIANT.line(_variant(rows.experiment, hidden=True))] if hidden else []),
        ),
        trials=tuple(TRIAL.line(_trial(one)) for one in rows.tried),
        own=own,
        prose=PROSE.line({"text": _prose(experiment, verdict or "")}),
        undecided=undecided,
    )
    _check(lines)
    return lines


def unread(error: str | None) -> Lines:
    """The line of an experiment that cannot be read, or of a branch that holds none (`error` is None)."""
    return Lines(experiment=EXPERIMENT.line({"error": error}))


def _check(lines: Lines) -> None:
    """Raise for a value that SQLite would refuse: where it is written, nobody knows whose it was."""
    for line in (lines.experiment, *lines.variants, *lines.trials, lines.prose or ()):
        for value in line:
            if type(value) is str:
                value.encode()
            elif type(value) is int and abs(value) > bounds.MAX_COUNT:
                raise OverflowError(f"{value} is more than the index can hold")


def _experiment(experiment: Experiment, rows: Rows, *, undecided: bool, holds: bool | None) -> dict[str, Any]:
    plan, row = experiment.plan, rows.experiment
    return {
        "problems": [str(one) for one in experiment.passed_over],
        "newer": len(experiment.too_new),
        "undecided": undecided,
        "branch": experiment.branch,
        "title": plan.title,
        "status": row.status,
        "outcome": row.outcome,
        "confirmatory": row.confirmatory,
        "found": experiment.found,
        "parent": plan.parent,
        "confirms": {} if plan.confirms is None else confirms.to_mapping(plan.confirms),
        "holds": holds,
        "looks": plan.looks,
        "author": plan.author,
        "tags": plan.tags,
        "created": plan.created,
        "moment": plan.created.timestamp(),
        "exploratory": plan.exploratory,
        "parts": row.parts,
        "better": row.better,
        "called": row.called,
        "predicted": experiment.predicted,
        "predictions": tuple(map(str, plan.predictions)),
        "judged": () if experiment.verdict is None or experiment.outcome is None else experiment.verdict.predictions,
        "finding": None if experiment.verdict is None else experiment.verdict.finding,
        "interpretation": experiment.interpretation[:_INTERPRETATION],
        "about": predicted_arms(plan)[0] if plan.tunes is None else experiment.leading,
        "records": len(experiment.trials),
        "declared": len(declared_points(plan)),
        "missing": sum(each.missing or 0 for each in rows.variants),
    }


def _variant(row: Row, *, hidden: bool) -> dict[str, Any]:
    return {name: getattr(row, name) for name in VARIANT.columns if name != "hidden"} | {"hidden": hidden}


def _trial(tried: TrialPart) -> dict[str, Any]:
    """What `rows` makes the row of that `tried` would make."""
    trial = tried.record.trial
    # None for what was not a number: the trial failed for this metric
    measured = tried.record.metrics.items()
    return {
        "variant": trial.variant,
        "trial": trial.id,
        "params": tried.params,
        "metrics": {name: exact(value) if math.isfinite(value) else None for name, value in measured},
        "data": tried.data,
        "counts": int(tried.counts),
        "seconds": trial.seconds,
        "code": trial.code,
        "fingerprint": trial.fingerprint,
        "status": tried.record.status,
        "replicate": dict(trial.point),
        "started": trial.started,
        "reused": trial.reused,
        "extra": not_finite(tried.record),
    }


def _prose(experiment: Experiment, verdict: str) -> str:
    """What `log --grep` searches: the title, the hypothesis, the notes and the verdict's text."""
    try:
        _, verdict = front_matter.split(verdict)
    except FormatError:
        pass
    return "\n".join([experiment.plan.title, experiment.hypothesis.body, experiment.notes, verdict])
