"""One experiment whole, as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from ledger.analysis.answers import Printed, Shown
from ledger.analysis.counting import When, counted
from ledger.analysis.metric_changes import metric_change
from ledger.analysis.selected import best_arm
from ledger.analysis.variance import plural, shares
from ledger.model import trial_file
from ledger.model.experiment import Experiment, Recorded
from ledger.model.plan import BASE, BASELINE, TREATMENT, Plan, Variant
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.model.typed_values import assigned
from ledger.report import search
from ledger.report.blocks import Block, CodeBlock, Document, Facts, Fold, Heading, Items, Mark, Table, Written
from ledger.report.data_changes import described
from ledger.report.diff import arms_table, metrics_table, signs
from ledger.report.experiments import described_axes
from ledger.report.numbers import ago, number, seconds, spread
from ledger.report.remarks import sentence
from ledger.report.selected import best_of_arms
from ledger.report.shapes import experiments as shapes
from ledger.report.standing import finding, tested
from ledger.report.text import uncoloured
from ledger.report.verdict import over_cases
from ledger.stats.summary import summarise

# so wide may be what stands over a column of numbers
_HEAD: Final = 16
# a page folds the table of more trials
_MANY: Final = 24
# and so much of a commit's id is plain
_SHORT: Final = 7


def document(found: Shown, settings: Settings, *, now: datetime) -> Document:
    """One experiment whole: the plan, the trials, and the prose."""
    experiment, present, plan = found.experiment, found.present, found.experiment.plan
    blocks: list[Block] = [
        Heading(text=f"{experiment.name}: {plan.title}", level=1),
        Facts(pairs=_facts(found, settings, now)),
    ]
    if experiment.trials:
        blocks += [Heading(text="Trials", paged=True), trials(experiment, present, found.commits, settings)]
        results = [
            *means(experiment, present, settings),
            *_variance(experiment, present, settings),
            *_on_new_cases(experiment),
        ]
        blocks += [Heading(text="Results", paged=True), *results] if results else []
    passed_over = tuple(f"{text} (skipped)" for text in (*experiment.passed_over, *experiment.too_new))
    if passed_over:
        blocks.append(Items(items=passed_over, mark=Mark.WRONG))
    blocks.append(Written(text=experiment.hypothesis.body))
    if experiment.notes.strip():
        blocks.append(Written(text=experiment.notes, title="Notes"))
    return Document(title=f"{experiment.name}: {plan.title}", blocks=tuple(blocks), data=shapes.show(found))


def record(found: Shown, one: Recorded) -> Document:
    """The record of one trial, as its file has it."""
    title, text = f"{found.experiment.name}:{one.trial.id}", trial_file.dumps(one.trial)
    data = shapes.trial(one, found.present, found.commits)
    return Document(title=title, blocks=(_titled(title), CodeBlock(text=text, language="yaml")), data=data)


def printed(found: Printed) -> Document:
    """What a trial printed, as it stood in the terminal at the end: a progress bar rewrites its line."""
    title = f"{found.experiment.name}:{found.name}: output of its commands"
    rows = (row.rstrip("\r").rsplit("\r", 1)[-1] for row in found.text.split("\n"))
    lines = (uncoloured(row).expandtabs().rstrip() for row in rows)
    return Document(title=title, blocks=(_titled(title), CodeBlock(text="\n".join(lines))))


def _titled(title: str) -> Heading:
    return Heading(text=title, level=1, paged=True)


def _facts(found: Shown, settings: Settings, now: datetime) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What the plan says, and what has become of it."""
    experiment, outdated = found.experiment, found.outdated
    plan = experiment.plan
    branch = (
        (experiment.branch or _without(experiment, settings.branch_prefix))
        .removeprefix("refs/heads/")
        .removeprefix("refs/remotes/")
    )
    parent = "" if plan.parent is None else f", refines {plan.parent}"
    facts = {
        "status": (experiment.state + (f" (out of date: {sentence(outdated)})" if outdated else ""),),
        "confirmation": tuple(map(tested, found.tested)),
        "confirms": () if plan.confirms is None else (finding(plan.confirms),),
        "branch": (f"{branch} (from {plan.base[:10]}{parent})",),
        "author": (f"{plan.author}, {plan.created:%Y-%m-%d %H:%M}, {ago(plan.created, now)}",),
        "tags": (", ".join(plan.tags),) if plan.tags else (),
        "predicts": tuple(map(str, plan.predictions)) or ("nothing: exploratory",),
        "searches": () if plan.search is None else tuple(search.described(plan.search)),
        "variants": tuple(map(_variant, plan.variants)) if plan.search is None else (),
        "replicates": (described_axes(plan),),
    }
    return tuple((name, values) for name, values in facts.items() if values)


def _without(experiment: Experiment, prefix: str) -> str:
    """What is said instead of the branch."""
    if experiment.deleted:
        return f"not here; {experiment.missing_hint(prefix)}"
    return "archived" if experiment.archived else "landed"


def _variant(variant: Variant) -> str:
    if variant.filled_by is not None:
        return f"{variant.name}: the trials of {variant.filled_by}"
    params = "; ".join(filter(None, (assigned(variant.params), described(variant))))
    if params and variant.at is None:
        return f"{variant.name}: {params}"
    places = {None: "the branch", BASE: "the base"}
    place = f"code and parameters of {places.get(variant.at, (variant.at or '')[:10])}"
    return f"{variant.name}: {place}" + (f", {params}" if params else "")


def trials(
    experiment: Experiment, present: Mapping[str, str], commits: Mapping[str, str] | None, settings: Settings
) -> Table | Fold:
    """One row per trial, without its commit where none are given; a page folds many of them."""
    names = list(dict.fromkeys(name for r in experiment.trials for name in r.metrics))
    shown = _fitting(names, experiment, settings)
    rows = tuple(
        (
            r.trial.id,
            _state(r, present, experiment.plan),
            *(_cell(r, n, settings) for n in shown),
            seconds(r.trial.seconds),
            "" if commits is None else short_commit(r, commits),
        )
        for r in experiment.trials
    )
    table = Table(
        head=("trial", "status", *shown, "time", "commit"),
        rows=rows,
        right=tuple(range(2, len(shown) + 3)),
        optional=tuple(range(len(shown) + 1, 2, -1)),
        head_width=_HEAD,
        names=0,
        beyond=tuple(name for name in names if name not in shown),
        columns="metric",
        indent=2,
    )
    return table if len(rows) <= _MANY else Fold(summary=f"{len(rows)} trials", blocks=(table,))


def _fitting(names: Sequence[str], experiment: Experiment, settings: Settings) -> list[str]:
    """At most five metrics, those that are predicted first."""
    first = [*experiment.predicted, *settings.metrics]
    order = sorted(names, key=lambda name: first.index(name) if name in first else len(first))
    return order[:5]


def _state(record: Recorded, present: Mapping[str, str], plan: Plan) -> str:
    trial = record.trial
    marks = []
    if present.get(trial.variant) != trial.fingerprint:
        marks.append("stale")
    if trial.point not in plan.replicates.points():
        marks.append("beyond the plan")
    if trial.reused is not None:
        marks.append(f"reused from {trial.reused.split('/')[0]}")
    elif trial.by_hand:
        marks.append("by hand")
    elif trial.succeeded and trial.stages and all(run.cached for run in trial.stages.values()):
        marks.append("restored")
    if not record.collected:
        marks.append("uncollected")
    return record.status + (f" ({', '.join(marks)})" if marks else "")


def short_commit(record: Recorded, commits: Mapping[str, str]) -> str:
    """The beginning of the trial commit's id; `-` where it is lost."""
    return (record.commit or commits.get(record.trial.id, "-"))[:_SHORT]


def _cell(record: Recorded, name: str, settings: Settings) -> str:
    return number(record.metrics.get(name), settings.precision(name)) if name in record.metrics else "-"


def means(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> list[Block]:
    """What came of each arm: beside the baseline, where there is one, with the difference from it."""
    # of arms that have changed since, the trials say so themselves
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    good = {
        arm: counted(experiment, arm, when, present=present.get(arm))
        for arm in dict.fromkeys(r.trial.variant for r in experiment.trials)
    }
    good = {arm: records for arm, records in good.items() if records}
    names = list(dict.fromkeys(name for records in good.values() for r in records for name in r.metrics))
    values: Values = {
        arm: {n: {r.trial.point: r.metrics[n] for r in records if n in r.metrics} for n in names}
        for arm, records in good.items()
    }
    shown = _fitting(names, experiment, settings)
    if not shown:
        return []
    luck = _luck(experiment, present, settings)
    if len(good) < 2 or BASELINE not in good:
        return [_of_arms(values, shown, settings), *luck]
    parts, leading = experiment.plan.replicates.parts_axis, experiment.leading
    if good.keys() == {BASELINE, leading}:
        changes = [metric_change(name, values[BASELINE][name], values[leading][name], parts=parts) for name in shown]
        return [replace(metrics_table(changes, (BASELINE, leading), settings), indent=2)]
    tables = []
    every = []
    for name in shown:
        changes = [
            replace(metric_change(name, values[BASELINE][name], of[name], parts=parts), name=arm)
            for arm, of in values.items()
            if arm != BASELINE
        ]
        tables.append(replace(arms_table(name, changes, settings), indent=2))
        every += changes
    rows = [row for table in tables for row in table.rows]
    last = replace(tables[-1], notes=signs(every, rows), short_notes=signs(every, rows, with_p=False))
    return [*tables[:-1], last, *luck]


def _luck(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> list[Block]:
    """What being the best of several arms adds to it."""
    found = best_arm(experiment, present, settings)
    return [] if found is None else [Items(items=best_of_arms(*found, settings), indent=2)]


def _variance(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> list[Block]:
    """Which axis the noise of the metrics comes from, one line per metric that varies."""
    names = list(dict.fromkeys(name for r in experiment.trials for name in r.metrics))
    leading = "the treatment" if experiment.leading == TREATMENT else experiment.leading
    lines = []
    for name in _fitting(names, experiment, settings):
        found = shares(experiment, name, present)
        if found is not None:
            *axes, rest = found.shares
            order = [*sorted(axes, key=lambda part: -part[1]), rest]
            parts = ", ".join(f"{share:.0%} {axis.rpartition('.')[2]}" for axis, share in order)
            of = "the differences in" if found.paired else f"{leading}'s"
            advice = f": more {plural(found.more)}" if found.more is not None else ""
            advice += f", not {' or '.join(map(plural, found.less))}" if found.less else ""
            lines.append(f"variance of {of} {name}: {parts}{advice}")
    return [Items(items=tuple(lines), indent=2)] if lines else []


def _on_new_cases(experiment: Experiment) -> list[Block]:
    """What the verdict says of new cases, one line per prediction that has per-case results."""
    judged = () if experiment.verdict is None else experiment.verdict.predictions
    lines = tuple(f"{one.text}: {over_cases(one, one.over_cases)}" for one in judged if one.over_cases is not None)
    return [Items(items=lines, indent=2)] if lines else []


Values: TypeAlias = Mapping[str, Mapping[str, Mapping[Point, float]]]


def _of_arms(values: Values, shown: Sequence[str], settings: Settings) -> Table:
    """One row per arm, with as many metrics as fit beside whole names."""
    rows = tuple(
        (
            arm,
            str(max(len(points) for points in of.values())),
            *(spread(summarise(of[name].values()), settings.precision(name)) for name in shown),
        )
        for arm, of in values.items()
    )
    return Table(
        head=("mean ± sd", "n", *shown),
        rows=rows,
        right=tuple(range(1, len(shown) + 2)),
        optional=tuple(range(len(shown) + 1, 2, -1)),
        names=0,
        indent=2,
    )
