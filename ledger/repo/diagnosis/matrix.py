"""A matrix as an experiment: versions of one data set with versions, or groups, of another; what its records say."""

from __future__ import annotations

from datetime import datetime

from ledger.analysis.matrix import answer, cells
from ledger.analysis.matrix.answer import Matrix
from ledger.analysis.plans.matrix import MatrixSide, arms
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import seeds as seed_sources
from ledger.model.data_change import ADDITION, DataChange, Grouping
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.names import slug
from ledger.model.pipeline import Pipeline, inside
from ledger.model.plan import Plan
from ledger.model.remarks import Kind, Remark
from ledger.repo import forks
from ledger.repo.axes import AskedAxes, Seeds, declared
from ledger.repo.code import Code
from ledger.repo.data_arms import require_read
from ledger.repo.datasets.held import held_at
from ledger.repo.diagnosis.drafts import Draft, checked
from ledger.repo.diagnosis.results import results
from ledger.repo.ledger import Ledger

TAG = "matrix"

_SEEDS = 5
_SHORT = 10
_MOST = 1000


@frozen
class AskedSide:
    """The rows or the columns as they were typed: a path at `revisions`, or its groups (`by`), as HEAD has them or at
    the one revision. `option` is what errors call it.
    """

    option: str
    path: str
    revisions: tuple[str, ...] = ()
    by: Grouping | None = None


@frozen
class MatrixRequest:
    """What `ledger matrix` is asked to make: the rows are trained on, the columns measured on."""

    train: AskedSide
    evaluation: AskedSide
    seeds: Seeds | None = None
    start: str | None = None
    name: str | None = None


def draft(ledger: Ledger, asked: MatrixRequest, *, author: str, created: datetime) -> Draft:
    """The plan that was asked for. Raises LedgerError for versions that cannot be told apart, and data not here."""
    rows, columns = asked.train, asked.evaluation
    if inside(rows.path, columns.path) or inside(columns.path, rows.path):
        raise LedgerError(
            f"--train {rows.path} and --eval {columns.path} overlap: they could not change separately",
            hint="name one path for training and another for evaluation",
        )
    start = forks.start(ledger, asked.start)
    code = ledger.code.at(start.commit)
    for side in (rows, columns):
        require_read(code.pipeline, side.path)
    sides = [_side(ledger, code, one) for one in (rows, columns)]
    if len(sides[0].labels) * len(sides[1].labels) < 2:
        raise LedgerError("that is one cell: there is nothing to compare", hint=f"--train {rows.path}@v1,v2")
    title = f"Is it {rows.path} or {columns.path}?"
    source = seed_sources.source(start.commit, title, [])
    seeds = asked.seeds or Seeds(count=_SEEDS)
    points = declared(ledger, code, seeds=seeds, source=source, axes=AskedAxes(), repeats=None)
    variants = arms(*sides)
    if len(variants) > _MOST:
        raise LedgerError(f"{len(variants)} arms are too many: a plan can have at most {_MOST}", hint="fewer versions")
    plan = Plan(
        title=title,
        name=asked.name or f"matrix-{slug(f'{rows.path} {columns.path}')}",
        author=author,
        created=created.replace(microsecond=0),
        base=start.commit,
        parent=start.parent,
        groups={side.path: side.by for side in (rows, columns) if side.by is not None},
        variants=variants,
        replicates=points,
        seeds_from=source if seeds.hashed else None,
        exploratory=True,
        tags=(TAG,),
    )
    again = _trained_again(code.pipeline, rows.path, columns.path)
    models = len(variants) if again else len(sides[0].labels)
    notes = tuple(
        Remark.of(Kind.RUNS_EACH_COLUMN, stage=stage, rows=rows.path, columns=columns.path) for stage in again
    )
    parts = tuple((f"{word} {label}", side.path) for word, side in zip(("train", "eval"), sides, strict=True)
                  for label in side.labels)  # fmt: skip
    trainings = models * len(points.points())
    named = asked.name is not None
    return checked(ledger, Draft(plan=plan, code=code, trainings=trainings, named=named, notes=notes, parts=parts))


def read(ledger: Ledger, experiment: Experiment, metric: str, *, sign: int) -> Matrix:
    """What the records say. Raises LedgerError where the experiment is not a matrix, or no trial has the metric."""
    found, known = cells.layout(experiment.plan), results(ledger, experiment, metric)
    return answer.answer(
        found,
        known.values,
        experiment=experiment.name,
        metric=known.metric,
        sign=sign,
        trials=known.recorded,
        failed=known.failed,
        missing=known.missing,
    )


def _side(ledger: Ledger, code: Code, asked: AskedSide) -> MatrixSide:
    commits = {text: _commit(ledger.git, asked, text) for text in asked.revisions}
    if asked.by is None:
        _require_others(ledger.git, asked, commits)
        changes = tuple(DataChange(at=commit) for commit in commits.values())
        return MatrixSide(path=asked.path, labels=tuple(commits), changes=changes)
    if len(commits) > 1:
        raise LedgerError(f"{asked.option}: groups are of one version", hint=f"{asked.option} {asked.path}/by:site")
    at = next(iter(commits.values()), None)
    groups = ledger.datasets.groups(code, asked.path, asked.by, at=at)
    names = list(groups.sizes)
    full = [ledger.git.commit(name) or name if asked.by.by == ADDITION else name for name in names]
    return MatrixSide(
        path=asked.path, labels=tuple(names), changes=tuple(DataChange(at=at, only=(name,)) for name in full)
    )


def _commit(git: Git, asked: AskedSide, text: str) -> str:
    found = git.commit(text)
    if found is None:
        raise LedgerError(
            f"{asked.option} {asked.path}@{text}: {text} is not a commit here",
            hint="git log --all, git tag; git fetch may bring it",
        )
    if held_at(git, found, asked.path) is None:
        raise LedgerError(
            f"{asked.option}: {asked.path} is not there at {text}",
            hint=f"git log --oneline -- {asked.path}.dvc {asked.path} lists the commits that changed it",
        )
    return found


def _require_others(git: Git, asked: AskedSide, commits: dict[str, str]) -> None:
    """Refuse the same content twice: the two would be one row, or one column."""
    if len(commits) < len(asked.revisions):
        twice = next(text for text in commits if asked.revisions.count(text) > 1)
        raise LedgerError(f"{asked.option} names {twice} twice", hint="give each version once")
    seen: dict[str, str] = {}
    for text, commit in commits.items():
        held = held_at(git, commit, asked.path)
        content = commit if held is None else held.content
        if content in seen:
            raise LedgerError(
                f"{asked.option}: {asked.path} holds the same at {seen[content]} and at {text}",
                hint=f"leave one of them out; git log --oneline -- {asked.path}.dvc {asked.path}",
            )
        seen[content] = text


def _trained_again(pipeline: Pipeline, train: str, evaluation: str) -> list[str]:
    """The stages that read the training data and depend on the evaluation data too, by way of others or not."""
    changed, names = [evaluation], list[str]()
    grown = True
    while grown:
        below = [
            stage
            for stage in pipeline.stages
            if stage.name not in names
            and any(inside(path, at) or inside(at, path) for path in stage.dependencies for at in changed)
        ]
        names += [stage.name for stage in below]
        changed += [output.path for stage in below for output in stage.outputs]
        grown = bool(below)
    return [
        stage.name
        for stage in pipeline.stages
        if stage.name in names and any(inside(path, train) or inside(train, path) for path in stage.dependencies)
    ]
