"""The plan's own history: how it was amended, and how often results were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

from ledger.analysis import looks as views
from ledger.analysis.metric_names import corrections
from ledger.errors import FormatError
from ledger.git.git import Git
from ledger.model import hypothesis as hypotheses
from ledger.model import seeds
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import front_matter, trailers
from ledger.model.plan import Plan
from ledger.model.verdict import Amendment
from ledger.repo import histories, plan_order
from ledger.repo.ledger import Ledger
from ledger.repo.plan_order import PlanChange, PlanOrder


def amendments(ledger: Ledger, experiment: Experiment) -> tuple[Amendment, ...]:
    """Every change of the front matter since the first version: date, keys, whether results were there, both texts.

    The author's date is shown, because a rebase keeps it. Where the history is gone, or was rewritten, the stored
    verdict is believed if it tells no less than what is left of it.
    """
    found = _in_commits(ledger, experiment)
    stored = () if experiment.verdict is None else experiment.verdict.amendments
    return stored if stored != found and _believed(ledger, experiment, stored, found) else found


def versions(ledger: Ledger, experiment: Experiment) -> dict[str, Plan]:
    """Every plan that the experiment has had, by its digest."""
    return {hypotheses.digest(plan): plan for _, _, plan in _versions(ledger, experiment)}


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
    order = PlanOrder(ledger, experiment)
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
    order = PlanOrder(ledger, experiment)
    for change in _changes(ledger, experiment):
        if change.before.replicates != change.after.replicates:
            seen.append(views.at_points(order.there(change, results), change.before))
    path = f"{directory(experiment.name)}/hypothesis.md"
    for commit, _, text in histories.of_file(ledger, experiment, "verdict.md"):
        if _early(text):
            continue
        commit = histories.as_it_was(ledger, experiment, commit)
        held = _held(ledger.git, commit, experiment.name, results)
        try:
            plan = hypotheses.parse(ledger.git.objects.text(commit, path) or "").plan
        except FormatError:
            plan = experiment.plan
        seen.append(views.at_points(held, plan))
    return views.count(results, seen)


def _early(text: str) -> bool:
    """Whether a verdict was computed while trials were missing; a text that cannot be read is none."""
    try:
        document, _ = front_matter.read(text)
    except FormatError:
        return True
    return bool(document.get("early"))


def _held(git: Git, commit: str, name: str, records: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The records that a commit holds."""
    folder = f"{directory(name)}/trials"
    held = {
        f"{folder}/{variant}/{file}"
        for variant in {r.trial.variant for r in records}
        for file in git.objects.folder(f"{commit}:{folder}/{variant}")
    }
    return tuple(r for r in records if r.path in held)
