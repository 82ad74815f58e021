"""The plan of a bisection: its versions, what is believed of them, and what is known of the noise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledger.analysis.bisection.expected import Candidate
from ledger.analysis.noise import noise
from ledger.analysis.outlook import RECENT
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.names import slug
from ledger.model.near_misses import did_you_mean, either_of, near_misses
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Axis, Replicates
from ledger.model.version_search import Confirm, KnownNoise, VersionSearch
from ledger.repo.bisection import between
from ledger.repo.bisection.between import Ends
from ledger.repo.bisection.request import BisectRequest, Prior, check
from ledger.repo.diagnosis.results import better
from ledger.repo.foresight import metrics_at
from ledger.repo.ledger import Ledger
from ledger.repo.plan_request import PlanRequest
from ledger.repo.search_plan import axis

# other code and other data may be as noisy or not: what the ledger knows counts as this many values at most
_MOST_KNOWN = 10

# a tag's name that is longer does not stand in the name of the experiment
_MAX_WORD = 12

_BUDGET, _CONFIDENCE, _FRESH = 60, 0.95, 5


@frozen
class SearchDraft:
    """What is to be searched, as a request for an experiment, with the places, and what is to be said of it."""

    search: VersionSearch
    request: PlanRequest
    places: tuple[Candidate, ...]
    remarks: tuple[Remark, ...]


def draft(ledger: Ledger, asked: BisectRequest) -> SearchDraft:
    """The search that was asked for. Raises LedgerError for what cannot be searched."""
    check(asked)
    ends = between.ends(ledger, asked.good, asked.bad)
    unknown = _known_metric(ledger, asked, ends)
    evaluation = between.evaluations(ledger.git, ends, asked.evaluation, _evaluated(ledger))
    paths = asked.paths
    if not paths and not asked.commits:
        paths = between.chosen_paths(ledger, ends, evaluation)
    # what is the same at both ends needs no care, and what was not there at one end cannot be exchanged
    evaluation = tuple(path for path in between.differing(ledger.git, ends, evaluation) if path not in paths)
    if asked.commits:
        places = between.code_places(ledger, ends)
    else:
        left_out = {commit for commit in map(ledger.git.commit, asked.skip) if commit is not None}
        places = between.data_places(ledger, paths, ends, left_out)
    weights, remarks = _weights(asked, places)
    seed = axis(ledger, ledger.code.at(ends.bad))
    at, other = _evaluation_at(ledger.git, asked, ends)
    search = VersionSearch(
        metric=asked.metric,
        better=better(ledger, asked.metric, asked.better),
        versions=tuple(place.commit for place in places),
        paths=tuple(paths),
        skipped=_skipped(ledger.git, asked, places),
        axis=seed,
        seeds=asked.seeds,
        budget=asked.budget or _BUDGET,
        confidence=asked.confidence or _CONFIDENCE,
        weights=weights,
        noise=_noise(ledger, asked.metric, seed),
        confirm=None if asked.confirm == 0 else Confirm(seeds=asked.confirm or _FRESH),
        evaluation_at=at if evaluation else None,
        evaluation_other=other if evaluation else None,
    )
    request = PlanRequest(
        title=f"Where did {asked.metric} change between {asked.good} and {asked.bad}?",
        name=asked.name or _name(ledger.git, asked, ends),
        start=ends.bad,
        evaluation=evaluation,
        tags=("bisect",),
        switch=False,
        search=search,
    )
    doubts = (*unknown, *remarks, *_doubts(ledger, ends, request))
    return SearchDraft(search=search, request=request, places=places, remarks=doubts)


def _name(git: Git, asked: BisectRequest, ends: Ends) -> str:
    """`bisect-dice-v12-3f2a9c1`: tags as they were written, and of what moves the commit."""

    def called(text: str, commit: str) -> str:
        is_tag = git.has_ref(f"refs/tags/{text}")
        word = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        return word if is_tag and word and len(word) <= _MAX_WORD else commit[:7]

    return f"bisect-{slug(asked.metric)}-{called(asked.good, ends.good)}-{called(asked.bad, ends.bad)}"


def _known_metric(ledger: Ledger, asked: BisectRequest, ends: Ends) -> tuple[Remark, ...]:
    """That no recent trial has the metric. Raises LedgerError where git holds the metrics of the bad end without it."""
    now = ledger.settings.aliases.now
    held = metrics_at(ledger, ends.bad)
    seen = held or {name for one in ledger.recent(RECENT) for record in one.trials for name in record.trial.metrics}
    known, metric = sorted({now(name) for name in seen}), now(asked.metric)
    if not known or metric in known:
        return ()
    near = near_misses(metric, known)
    if held:
        raise LedgerError(
            f"no metrics file at {ends.bad[:10]} has {asked.metric}",
            hint=either_of(near, f"known: {listed(known, 8)}"),
        )
    facts = {"metric": metric, "commit": None, "near": tuple(near), "known": tuple(known)}
    return (Remark.of(Kind.UNKNOWN_METRIC, **facts),)


def _evaluated(ledger: Ledger) -> tuple[str, ...]:
    """What the plans that began last name as their evaluation."""
    return tuple(dict.fromkeys(path for one in ledger.recent(RECENT) for path in one.plan.evaluation))


def _noise(ledger: Ledger, metric: str, axis: str) -> KnownNoise | None:
    """The noise over seeds that the ledger has seen, None where it has seen none."""
    like = Replicates(axes=(Axis(name=axis, values=(0, 1)),))
    found = noise(ledger.recent(RECENT), metric, like, of_mean=True)
    return None if found is None else KnownNoise(sd=float(f"{found.sd:.6g}"), df=min(found.df, _MOST_KNOWN))


def _weights(asked: BisectRequest, places: Sequence[Candidate]) -> tuple[tuple[float, ...] | None, tuple[Remark, ...]]:
    """The prior weight of each version after the first: by the files of its addition, where these are known."""
    if asked.commits or asked.prior is Prior.FLAT:
        return None, ()
    unknown = [place.commit for place in places[1:] if place.files is None]
    if unknown:
        names = tuple(commit[:7] for commit in unknown)
        return None, (Remark.of(Kind.FLAT_PRIOR, versions=names),)
    return tuple(float(max(1, len(place.files or ()))) for place in places[1:]), ()


def _skipped(git: Git, asked: BisectRequest, places: Sequence[Candidate]) -> tuple[str, ...]:
    versions = [place.commit for place in places]
    found = []
    for text in asked.skip:
        commit = git.commit(text)
        if commit not in versions:
            raise LedgerError(
                f"--skip {text} is not one of the {len(versions)} versions",
                hint=did_you_mean(text, [version[:10] for version in versions], "--dry-run lists them"),
            )
        if commit in (versions[0], versions[-1]):
            raise LedgerError(f"--skip {text} is an end of the search", hint="choose another GOOD or BAD")
        found.append(commit)
    return tuple(dict.fromkeys(found))


def _evaluation_at(git: Git, asked: BisectRequest, ends: Ends) -> tuple[str, str]:
    """The end whose evaluation data every version is measured on, and the other one."""
    at = ends.bad if asked.evaluation_at is None else git.commit(asked.evaluation_at)
    if at not in (ends.good, ends.bad):
        raise LedgerError(
            f"--evaluation-at {asked.evaluation_at} is neither GOOD nor BAD",
            hint=f"--evaluation-at {asked.good}, or leave it out: then it is {asked.bad}",
        )
    return at, ends.good if at == ends.bad else ends.bad


def _doubts(ledger: Ledger, ends: Ends, request: PlanRequest) -> tuple[Remark, ...]:
    """What else differs between the ends, and is held as it is at the bad one."""
    search = request.search
    if search is None or not search.paths:
        return ()
    others = between.other_changes(ledger, ends, (*search.paths, *request.evaluation))
    return (Remark.of(Kind.HELD_AT_BAD, paths=others),) if others else ()
