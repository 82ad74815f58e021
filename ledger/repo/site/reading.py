"""All that the page of one experiment shows, out of the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.analysis.answers import Shown
from ledger.analysis.bands import Bands, bands
from ledger.analysis.curves import Sample, choose, names_of
from ledger.analysis.diff import Diff
from ledger.analysis.site.brief import Brief
from ledger.analysis.site.page import ExperimentPage, Patch
from ledger.dvc.store import Store
from ledger.errors import LedgerError
from ledger.git.changed_lines import hunks
from ledger.git.git import Git
from ledger.machine.state_directory import StateDirectory
from ledger.model.experiment import Experiment
from ledger.model.models import ModelVersion
from ledger.model.remarks import Kind, Remark
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger
from ledger.repo.plots import curves, plotted
from ledger.repo.review.reading import read as reviewed
from ledger.repo.site import answers, arms, images
from ledger.repo.targets import Target

# bytes of a log that a page shows, and of how many trials
_TAIL: Final = 4_000
_LOGS: Final = 100
# objects of DVC that are not here, whose coming makes a page anew: they come together
_ABSENT: Final = 30
_FILES: Final = 40
_LINES: Final = 400
_CHARACTERS: Final = 40_000
# points of a line, and series beside the curves
_POINTS: Final = 200
_SERIES: Final = 36


def read(
    ledger: Ledger,
    name: str,
    briefs: Mapping[str, Brief],
    children: tuple[Brief, ...],
    models: tuple[ModelVersion, ...] = (),
    *,
    code: bool,
) -> ExperimentPage:
    """The experiment with what its page shows; `briefs` are those of all that the site has, by name.

    `models` are the versions that come from it. `code`: with what changed in the code, what trials printed, and what
    was found of the data. Raises LedgerError where it cannot be read.
    """
    experiment = ledger.find(name)
    if experiment is None:
        raise LedgerError(f"there is no experiment {name}")
    commits = histories.trial_commits(ledger, name)
    review = reviewed(ledger, name, ledger.snapshot.sources[name], None, None)
    store = ledger.store()
    curves, others_, notes = _series_of(ledger, experiment, store)
    drawn = images.read(ledger, experiment, commits, store)
    present = ledger.present(experiment)
    return ExperimentPage(
        brief=briefs[name],
        shown=Shown(
            experiment=experiment,
            present=present,
            commits=commits,
            outdated=concluded.outdated(ledger, experiment),
            tested=briefs[name].tested,
            record=None,
        ),
        review=review,
        curves=curves,
        series=others_,
        notes=notes,
        patches=_patches_of(ledger.git, review.changed) if code else (),
        logs=_logs(ledger.state_dir, experiment) if code else {},
        images=drawn,
        absent=tuple(sorted(store.absent)[:_ABSENT]),
        answers=answers.read(ledger, experiment) if code else (),
        tried=arms.covered(ledger, experiment),
        depends=arms.weighed(ledger, experiment, present),
        models=models,
        parent=briefs.get(experiment.plan.parent or ""),
        children=children,
    )


def _logs(state_dir: StateDirectory, experiment: Experiment) -> dict[str, str]:
    """The last lines that trials printed, where this clone keeps their logs."""
    folder = state_dir.log(experiment.name, "x").parent
    if not folder.is_dir():
        return {}
    found = {}
    for record in experiment.trials[:_LOGS]:
        try:
            with state_dir.log(experiment.name, record.trial.id).open("rb") as file:
                file.seek(-min(_TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
                found[record.trial.id] = file.read().decode("utf-8", "replace")
        except OSError:
            continue
    return found


def others(experiment: Experiment) -> tuple[str, ...]:
    """The other experiments that its page says something of beside their names: whose trials it has or names."""
    plan = experiment.plan
    named = [
        *(variant.filled_by.partition(":")[0] for variant in plan.variants if variant.filled_by is not None),
        *(p.reference for p in plan.predictions if p.reference is not None and not p.of_variant),
        *(r.trial.reused.partition("/")[0] for r in experiment.trials if r.trial.reused is not None),
    ]
    return tuple(sorted({name for name in named if name != experiment.name}))


def _patches_of(git: Git, changed: Diff | None) -> tuple[Patch, ...]:
    """The patches of the files that differ, at most forty; none where the code of a side is not here."""
    if changed is None or not changed.code:
        return ()
    a, b = changed.commits
    if a is None or b is None:
        return ()
    paths = [path for one in changed.code[:_FILES] for path in (one.old_path, one.path) if path is not None]
    try:
        found = hunks(git, a, b, paths)
    except LedgerError:
        return ()
    return tuple(_bounded({one.path: found[one.path] for one in changed.code[:_FILES] if found.get(one.path)}))


def _bounded(found: dict[str, str]) -> Iterator[Patch]:
    room = _CHARACTERS
    for path, text in found.items():
        lines = text.split("\n")
        kept: list[str] = []
        for line in lines[:_LINES]:
            room -= len(line) + 1
            if room < 0:
                break
            kept.append(line)
        yield Patch(path=path, text="\n".join(kept), cut=len(lines) - len(kept))


def _series_of(
    ledger: Ledger, experiment: Experiment, store: Store
) -> tuple[Bands | None, Bands | None, tuple[Remark, ...]]:
    """The curves that `plot` draws, the other series, and remarks on trials that lack some; None: there are none."""
    if not experiment.trials:
        return None, None, ()
    target = Target(text=experiment.name, experiment=experiment, variant=experiment.leading)
    try:
        arms, left_out = plotted.arms(ledger, [target])
        found = curves.read(ledger, arms, store)
    except LedgerError:
        # nothing has succeeded, or nothing is declared: `plot` says so where it is asked
        return None, None, ()
    first, others = names_of(found.samples)
    notes = [*left_out, *found.notes]
    if len(others) > _SERIES:
        notes.append(Remark.of(Kind.CURVES_NOT_DRAWN, names=others[_SERIES:]))
    return _bands(found.samples, first), _bands(found.samples, others[:_SERIES]), tuple(notes)


def _bands(samples: tuple[Sample, ...], names: tuple[str, ...]) -> Bands | None:
    if not names:
        return None
    try:
        return bands(choose(samples, y=names), most=_POINTS)
    except LedgerError:
        # not a finite value
        return None
