"""`ledger bisect --dry-run`: the versions, and what it may cost to search them."""

from __future__ import annotations

from typing import Any

from ledger.analysis.bisection.expected import Cost, ExpectedTrainings
from ledger.report.blocks import Block, Document, Items, Mark, Prose, Table
from ledger.report.numbers import percent, rough, seconds
from ledger.report.remarks import sentences

_SHORT = 7


def document(found: Cost) -> Document:
    """The versions with their weights before any trial, then what falls of several sizes take."""
    what = f"versions of {' and '.join(found.search.paths)}" if found.search.paths else "commits"
    blocks: list[Block] = [
        Prose(text=f"{len(found.places)} {what}, oldest first; nothing has been run"),
        Items(items=sentences(found.remarks), mark=Mark.WRONG, near=True),
        _versions(found),
        _expected(found),
        Prose(text=_noise(found)),
    ]
    return Document(title=f"{found.name}: the versions and the cost", blocks=tuple(blocks), data=_shape(found))


def _versions(found: Cost) -> Table:
    rows = []
    for place, prior in zip(found.places, _priors(found), strict=True):
        files = (
            "?" if place.files is None else str(len(place.files)) if prior is not None and found.search.paths else ""
        )
        skipped = "skipped" if place.commit in found.search.skipped else ""
        # with the first one nothing changed
        told = ("", "") if prior is None else (files, percent(prior))
        rows.append((place.commit[:_SHORT], place.subject, *told, skipped))
    head = ("version", "subject", "files", "prior", "")
    return Table(head=head, rows=tuple(rows), right=(2, 3), optional=(2,), names=1)


def _expected(found: Cost) -> Table:
    known, timed = found.search.noise is not None, found.seconds is not None
    rows = []
    for one in found.expected:
        size = (rough(one.size),) if known else ()
        time = (seconds((found.seconds or 0.0) * one.forecast.trials),) if timed else ()
        rows.append((f"{one.fall:g} sd", *size, _trials(one), *time))
    head = ("change", *((found.search.metric,) if known else ()), "trainings", *(("one at a time",) if timed else ()))
    return Table(head=head, rows=tuple(rows), right=tuple(range(len(head))))


def _trials(one: ExpectedTrainings) -> str:
    return f"{'more than' if one.forecast.at_least else 'about'} {one.forecast.trials:.0f}"


def _noise(found: Cost) -> str:
    search = found.search
    known = "its noise over seeds is not known yet"
    if search.noise is not None:
        known = f"noise over seeds: sd {rough(search.noise.sd)} with {search.noise.df:g} degrees of freedom"
    fresh = 0 if search.confirm is None else search.confirm.seeds
    more = f"; {fresh} fresh seeds per arm confirm the answer" if fresh else ""
    return f"{known}; at most {search.budget} trainings{more}"


def _priors(found: Cost) -> list[float | None]:
    """The weight of each version as a share; None of the first, with which nothing changed."""
    weights = found.search.weights or (1.0,) * (len(found.places) - 1)
    return [None, *(weight / sum(weights) for weight in weights)]


def _shape(found: Cost) -> dict[str, Any]:
    search = found.search
    return {
        "metric": search.metric,
        "better": search.better,
        "path": search.paths[0] if len(search.paths) == 1 else None,
        "paths": list(search.paths),
        "versions": [
            {
                "name": place.commit[:_SHORT],
                "commit": place.commit,
                "subject": place.subject,
                "files": None if place.files is None else len(place.files),
                "prior": prior,
                "skipped": place.commit in search.skipped,
            }
            for place, prior in zip(found.places, _priors(found), strict=True)
        ],
        "noise": None if search.noise is None else {"sd": search.noise.sd, "df": search.noise.df},
        "expected": [
            {"sd": one.fall, "change": one.size, "trainings": one.forecast.trials, "at_least": one.forecast.at_least}
            for one in found.expected
        ],
        "seconds": found.seconds,
        "budget": search.budget,
        "confidence": search.confidence,
    }
