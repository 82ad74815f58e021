"""The plan's own history: how it was amended, how often results were looked at, and what was known before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

from ledger.analysis import looks as views
from ledger.analysis.metric_names import corrections
from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import seeds
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import front_matter, trailers, yaml12
from ledger.model.hypothesis import Plan
from ledger.model.replicates import Point, label
from ledger.model.verdict import Amendment
from ledger.repo import histories, plan_order
from ledger.repo.ledger import Ledger
from ledger.repo.plan_order import Order, PlanChange


def amendments(ledger: Ledger, experiment: Experiment) -> tuple[Amendment, ...]:
    """Every change of the front matter since the first version: date, keys, whether results were there, both texts.

    The author's date is shown, because a rebase keeps it. Where the history is gone, or was rewritten, the stored
    verdict is believed if it tells no less than what is left of it.
    """
    found = _in_commits(ledger, experiment)
    stored = () if experiment.verdict is None else experiment.verdict.amendments
    return stored if stored != found and _believed(ledger, experiment, stored, found) else found


def stored_alone(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether the verdict's amendments and looks are those that it states, and commits do not show them all."""
    verdict = experiment.verdict
    if verdict is not None and histories.tip(ledger, experiment) is None:
        return True
    stored, found = () if verdict is None else verdict.amendments, _in_commits(ledger, experiment)
    if stored != found:
        return _believed(ledger, experiment, stored, found)
    return histories.rewritten(ledger, experiment) and looks(ledger, experiment) > _looks(ledger, experiment)


def _believed(ledger: Ledger, experiment: Experiment, stored: Sequence[Amendment], found: Sequence[Amendment]) -> bool:
    """Whether what a verdict states of amendments covers what the commits of a history with gaps show."""
    known, shown = (
        (
            {(key, change.after_results) for change in changes for key in change.changed},
            {key: (change.after or {}).get(key) for change in changes for key in change.changed},
        )
        for changes in (stored, found)
    )
    return (
        all((key, seen) in known[0] or (key, True) in known[0] for key, seen in shown[0])
        and all(known[1].get(key, value) == value for key, value in shown[1].items())
        and histories.rewritten(ledger, experiment)
    )


def _in_commits(ledger: Ledger, experiment: Experiment) -> tuple[Amendment, ...]:
    order = Order(ledger, experiment)
    found: list[Amendment] = []
    for change in _changes(ledger, experiment):
        old, new = hypotheses.to_mapping(change.before), hypotheses.to_mapping(change.after)
        keys = hypotheses.changed_keys(old, new)
        seen = order.there(change, (r for r in experiment.trials if r.trial.succeeded))
        # what the commit claims is proved by the records; commits of older versions claim nothing
        claimed = seen and trailers.value(ledger.git.objects.message(change.commit), trailers.CORRECTS)
        found.append(
            Amendment(
                date=change.moment.isoformat(),
                changed=tuple(keys),
                after_results=bool(seen),
                before={key: old[key] for key in keys if key in old},
                after={key: new[key] for key in keys if key in new},
                corrects=corrections(change.before, change.after, [r.trial for r in seen]) if claimed else {},
            )
        )
    return tuple(found)


def _changes(ledger: Ledger, experiment: Experiment) -> Iterable[PlanChange]:
    """Every commit that changed what the plan says, oldest first.

    A version that cannot be read changes nothing by itself, since no trial runs under it: the next one is compared with
    the last before it.
    """
    versions = _versions(ledger, experiment)
    digests = [hypotheses.digest(plan) for _, _, plan in versions]
    for number, ((_, _, before), (commit, moment, after)) in enumerate(pairwise(versions), start=1):
        old, new = hypotheses.to_mapping(before), hypotheses.to_mapping(after)
        if old != new and not seeds.fills_in_seeds(old, new):
            earlier, later = frozenset(digests[:number]), frozenset(digests[number:])
            yield PlanChange(commit=commit, moment=moment, before=before, after=after, earlier=earlier, later=later)


def _versions(ledger: Ledger, experiment: Experiment) -> list[tuple[str, datetime, Plan]]:
    """Every plan that the history holds, oldest first, those among them that a squash has taken off the branch."""
    file = "hypothesis.md"
    own = _plans(histories.of_file(ledger, experiment, file))
    if not histories.rewritten(ledger, experiment):
        return own
    lost = _plans(histories.before_rewriting(ledger, experiment, file))
    now, was = ([hypotheses.digest(plan) for _, _, plan in line] for line in (own, lost))
    alike = next((n for n, (a, b) in enumerate(zip(now, was, strict=False)) if a != b), min(len(now), len(was)))
    if alike == len(was) or plan_order.set_back(ledger, experiment):
        # a rebase keeps them all; where the plan was exchanged nothing is made up for it
        return own
    goes_on = len(now) - now[::-1].index(was[-1]) if was[-1] in now else alike
    return [*lost, *own[goes_on:]]


def _plans(texts: Iterable[tuple[str, datetime, str]]) -> list[tuple[str, datetime, Plan]]:
    found = []
    for commit, moment, text in texts:
        with suppress(FormatError):
            found.append((commit, moment, hypotheses.parse(text).plan))
    return found


def looks(ledger: Ledger, experiment: Experiment) -> int:
    """How often results were there to be looked at. Where the history is gone the stored verdict is believed, and where
    it was rewritten if it says more.
    """
    stored = 1 if experiment.verdict is None else experiment.verdict.looks
    if histories.tip(ledger, experiment) is None and experiment.verdict is not None:
        return stored
    found = _looks(ledger, experiment)
    return stored if stored > found and histories.rewritten(ledger, experiment) else found


def _looks(ledger: Ledger, experiment: Experiment) -> int:
    results = views.of_arms(experiment.trials, experiment.plan)
    seen = [views.at_points(results, experiment.plan)]
    order = Order(ledger, experiment)
    for change in _changes(ledger, experiment):
        if change.before.replicates != change.after.replicates:
            seen.append(views.at_points(order.there(change, results), change.before))
    path = f"{directory(experiment.name)}/hypothesis.md"
    for commit, _, text in histories.of_file(ledger, experiment, "verdict.md"):
        if _early(text):
            continue
        held = _held(ledger, commit, experiment.name, results)
        try:
            plan = hypotheses.parse(ledger.git.objects.text(commit, path) or "").plan
        except FormatError:
            plan = experiment.plan
        seen.append(views.at_points(held, plan))
    return views.count(results, seen)


def _early(text: str) -> bool:
    """Whether a verdict was computed while trials were missing; a text that cannot be read is none."""
    try:
        document = yaml12.loads_untrusted(front_matter.split(text)[0])
    except (FormatError, yaml12.YamlError):
        return True
    return not isinstance(document, dict) or bool(document.get("early"))


def _held(ledger: Ledger, commit: str, name: str, records: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The records that a commit holds."""
    folder = f"{directory(name)}/trials"
    held = {
        f"{folder}/{variant}/{file}"
        for variant in {r.trial.variant for r in records}
        for file in ledger.git.objects.folder(f"{commit}:{folder}/{variant}")
    }
    return tuple(r for r in records if r.path in held)


def known_before(ledger: Ledger, experiment: Experiment, records: Mapping[str, Sequence[Recorded]]) -> tuple[str, ...]:
    """The repeated results that count for an arm that is predicted about, and that are older than the plan."""
    order = Order(ledger, experiment)
    return tuple(
        r.trial.id
        for arm in experiment.plan.predicted
        for r in records.get(arm, ())
        if r.trial.reused is not None and r.trial.started <= order.written(r)
    )


def left_out(
    ledger: Ledger,
    experiment: Experiment,
    records: Mapping[str, Sequence[Recorded]],
    changes: Sequence[Amendment],
) -> tuple[str, ...]:
    """The results that were known when the replicates were chosen, of arms that others had trained, and are not used.

    `records` are those that count, by arm. Where another experiment is not in this clone the stored verdict is
    believed.
    """
    chosen = _chosen(experiment, changes)
    found: dict[str, None] = {}
    for used in records.values():
        points = {r.trial.point for r in used} | set(experiment.plan.replicates.points())
        for name, arm, fingerprint in dict.fromkeys(_sources(experiment, used, chosen)):
            try:
                other = ledger.find(name)
            except LedgerError:
                other = None
            if other is None:
                return () if experiment.verdict is None else experiment.verdict.left_out
            for point in _known(other.of(arm), fingerprint, chosen, points):
                found.setdefault(f"{name}/{arm} {label(point)}")
    return tuple(found)


def _chosen(experiment: Experiment, changes: Sequence[Amendment]) -> datetime:
    """When the replicates were chosen."""
    dates = [datetime.fromisoformat(change.date) for change in changes if "replicates" in change.changed]
    return max([experiment.plan.created, *dates])


def to_be_left_out(ledger: Ledger, experiment: Experiment) -> tuple[str, ...]:
    """A warning for each other arm whose known results the plan would reuse in part: the verdict will say so.

    The same rule as `left_out`, before the plan's own trials are there. Raises LedgerError as `Ledger.arms` does.
    """
    plan = experiment.plan
    points = set(plan.replicates.points())
    chosen: datetime | None = None
    said: list[str] = []
    for variant in plan.variants:
        if variant.at is None:
            continue
        fingerprint = ledger.arm(experiment, variant).fingerprint
        names = {name for name, _, _ in ledger.index.at_fingerprint(fingerprint)} - {experiment.name}
        for other in filter(None, map(ledger.find, sorted(names))):
            chosen = chosen or _chosen(experiment, amendments(ledger, experiment))
            for arm in dict.fromkeys(r.trial.variant for r in other.trials if r.trial.reused is None):
                shared = _known(other.of(arm), fingerprint, chosen, set())
                lost = list(dict.fromkeys(_known(other.of(arm), fingerprint, chosen, points)))
                if not lost or not points.intersection(shared):
                    continue
                text = ", ".join(label(point) for point in lost[:5]) + (" …" if len(lost) > 5 else "")
                said.append(
                    f"known results of {other.name}:{arm} are reused without {text}: the verdict will not be "
                    "confirmatory. Take all of them, or seeds that nobody has run (--seeds hashed:N)"
                )
    return tuple(said)


def _sources(experiment: Experiment, used: Sequence[Recorded], chosen: datetime) -> Iterable[tuple[str, str, str]]:
    """The experiments, with arm and fingerprint, that had trained trials before the replicates were chosen."""
    for trial in (r.trial for r in used if r.trial.started <= chosen):
        if trial.reused is not None:
            name, arm, _ = trial.reused.split("/", 2)
            yield name, arm, trial.fingerprint
        elif trial.experiment != experiment.name:
            yield trial.experiment, trial.variant, trial.fingerprint


def _known(
    records: Iterable[Recorded], fingerprint: str, chosen: datetime, points: Collection[Point]
) -> Iterable[Point]:
    """The points with results at a state by a time, on the same axes as `points` if any, that are none of these."""
    axes = {tuple(sorted(name for name, _ in point)) for point in points}
    for trial in (r.trial for r in records):
        known = trial.succeeded and trial.fingerprint == fingerprint and trial.started <= chosen
        same_axes = not axes or tuple(sorted(name for name, _ in trial.point)) in axes
        if known and trial.point not in points and same_axes:
            yield trial.point
