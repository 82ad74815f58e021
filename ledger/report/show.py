"""One experiment whole, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from ledger.analysis.counting import When, counted
from ledger.analysis.diff import metric_change
from ledger.analysis.variance import plural, shares
from ledger.model.experiment import Experiment, Recorded
from ledger.model.hypothesis import BASELINE, TREATMENT, Plan, Variant
from ledger.model.parameters import format_value
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.report.diff import arms_table, metrics_table, signs
from ledger.report.experiments import described_axes
from ledger.report.numbers import ago, number, seconds, spread
from ledger.report.text import clean, columns, cut_apart, width
from ledger.stats.summary import summarise

# so wide may be what stands over a column of numbers
_HEAD: Final = 16
# and so much of a commit's id is plain
_SHORT: Final = 7


def show(
    experiment: Experiment,
    present: Mapping[str, str],
    commits: Mapping[str, str],
    settings: Settings,
    *,
    outdated: str | None,
    now: datetime,
    total: int | None,
) -> str:
    """One experiment whole: the plan, the trials, and the prose.

    `commits`: trial commits by trial id. `outdated` says why its verdict is, if it is.
    """
    plan = experiment.plan
    branch = (
        (experiment.branch or _without(experiment, settings.branch_prefix))
        .removeprefix("refs/heads/")
        .removeprefix("refs/remotes/")
    )
    facts = [
        ["status", experiment.state + (f" (out of date: {outdated})" if outdated else "")],
        ["branch", f"{branch} (from {plan.base[:10]}{', refines ' + plan.parent if plan.parent else ''})"],
        ["author", f"{clean(plan.author)}, {plan.created:%Y-%m-%d %H:%M}, {ago(plan.created, now)}"],
        *([["tags", ", ".join(map(clean, plan.tags))]] if plan.tags else []),
        *(["predicts" if i == 0 else "", str(p)] for i, p in enumerate(plan.predictions)),
        *([["predicts", "nothing: exploratory"]] if not plan.predictions else []),
        *(["variants" if i == 0 else "", _variant(v)] for i, v in enumerate(plan.variants)),
        ["replicates", described_axes(plan)],
    ]
    lines = [f"{experiment.name}: {clean(plan.title)}", "", *columns(facts, indent=2, total=total), ""]
    if experiment.trials:
        lines += [*_trials(experiment, present, commits, settings, total), ""]
        lines += _means(experiment, present, settings, total)
        lines += _variance(experiment, present, settings)
    lines += [f"! {clean(problem)} (passed over)" for problem in experiment.problems]
    body = experiment.hypothesis.body.strip()
    if body:
        lines += ["", *(_shown(line) for line in body.splitlines())]
    if experiment.notes.strip():
        lines += ["", "## Notes", "", *(_shown(line) for line in experiment.notes.strip().splitlines())]
    return "\n".join(lines).rstrip() + "\n"


def _without(experiment: Experiment, prefix: str) -> str:
    """What is said in place of the branch."""
    if experiment.deleted:
        return f"not here; {experiment.missing_hint(prefix)}"
    return "archived" if experiment.archived else "landed"


def _shown(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + clean(line)


def _variant(variant: Variant) -> str:
    if variant.filled_by is not None:
        return f"{variant.name}: the trials of {variant.filled_by}"
    params = clean(", ".join(f"{key}={format_value(value)}" for key, value in variant.params.items()))
    if params and not variant.at_base:
        return f"{variant.name}: {params}"
    place = "code and parameters of the base" if variant.at_base else "code and parameters of the branch"
    return f"{variant.name}: {place}" + (f", {params}" if params else "")


def _trials(
    experiment: Experiment,
    present: Mapping[str, str],
    commits: Mapping[str, str],
    settings: Settings,
    total: int | None,
) -> list[str]:
    names = list(dict.fromkeys(name for r in experiment.trials for name in r.trial.metrics))
    shown = _fitting(names, experiment, settings)
    while True:
        rows = [
            [
                r.trial.id,
                _state(r, present, experiment.plan),
                *(_cell(r, n, settings) for n in shown),
                seconds(r.trial.seconds),
                short_commit(r, commits),
            ]
            for r in experiment.trials
        ]
        heads = [clean(name) for name in shown]
        head = ["trial", "status", *(heads if total is None else cut_apart(heads, _HEAD)), "time", "commit"]
        lines = columns(rows, head=head, right=range(2, len(head) - 1), indent=2, total=total)
        if len(shown) < 2 or _fits(lines, total):
            break
        shown = shown[:-1]
    if len(shown) < len(names):
        lines.append(f"  and {len(names) - len(shown)} more metrics: --json shows all")
    return lines


def _fits(lines: Sequence[str], total: int | None) -> bool:
    return total is None or max(map(width, lines)) <= total


def _fitting(names: Sequence[str], experiment: Experiment, settings: Settings) -> list[str]:
    """At most five metrics, those that are predicted first."""
    first = [p.metric.name for p in experiment.plan.predictions] + list(settings.metrics)
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
    return number(record.trial.metrics.get(name), settings.precision(name)) if name in record.trial.metrics else "-"


def _means(experiment: Experiment, present: Mapping[str, str], settings: Settings, total: int | None) -> list[str]:
    """What came of each arm: beside the baseline, where there is one, with the difference from it."""
    # of arms that have changed since, the trials say so themselves
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    good = {
        arm: counted(experiment, arm, when, present=present.get(arm))
        for arm in dict.fromkeys(r.trial.variant for r in experiment.trials)
    }
    good = {arm: records for arm, records in good.items() if records}
    names = list(dict.fromkeys(name for records in good.values() for r in records for name in r.trial.metrics))
    values: Values = {
        arm: {n: {r.trial.point: r.trial.metrics[n] for r in records if n in r.trial.metrics} for n in names}
        for arm, records in good.items()
    }
    shown = _fitting(names, experiment, settings)
    if len(good) < 2 or BASELINE not in good or not shown:
        return _of_arms(values, shown, settings, total)
    parts = experiment.plan.replicates.parts_axis
    if good.keys() == {BASELINE, TREATMENT}:
        changes = [metric_change(name, values[BASELINE][name], values[TREATMENT][name], parts=parts) for name in shown]
        return metrics_table(changes, (BASELINE, TREATMENT), settings, total=total, indent=2)
    lines = []
    every = []
    for name in shown:
        changes = [
            replace(metric_change(name, values[BASELINE][name], of[name], parts=parts), name=arm)
            for arm, of in values.items()
            if arm != BASELINE
        ]
        lines += [*arms_table(name, changes, settings, total=total, indent=2), ""]
        every += changes
    return [*(lines[:-1]), *signs(every, indent=2)]


def _variance(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> list[str]:
    """Which axis the noise of the metrics comes from, a line a metric that varies."""
    names = list(dict.fromkeys(name for r in experiment.trials for name in r.trial.metrics))
    lines = []
    for name in _fitting(names, experiment, settings):
        found = shares(experiment, name, present)
        if found is not None:
            *axes, rest = found.shares
            order = [*sorted(axes, key=lambda part: -part[1]), rest]
            parts = ", ".join(f"{share:.0%} {axis.rpartition('.')[2]}" for axis, share in order)
            of = "the differences in" if found.paired else "the treatment's"
            advice = f": more {plural(found.more)}" if found.more is not None else ""
            advice += f", not {' or '.join(map(plural, found.less))}" if found.less else ""
            lines.append(f"  variance of {of} {clean(name)}: {clean(parts)}{advice}")
    return ["", *lines] if lines else []


Values: TypeAlias = Mapping[str, Mapping[str, Mapping[Point, float]]]


def _of_arms(values: Values, shown: Sequence[str], settings: Settings, total: int | None) -> list[str]:
    """A row an arm, with as many metrics as there is room for beside whole names."""
    for count in range(len(shown), 0, -1):
        rows = []
        for arm, of in values.items():
            n = max(len(points) for points in of.values())
            means = (spread(summarise(of[name].values()), settings.precision(name)) for name in shown[:count])
            rows.append([arm, str(n), *means])
        head = ["mean ± sd", "n", *map(clean, shown[:count])]
        lines = columns(rows, head=head, right=range(1, len(head)), indent=2, total=total)
        if _fits(lines, total):
            return lines
    return columns(rows, head=head, right=(1, 2), indent=2, flexible=0, apart=True, total=total) if shown else []
