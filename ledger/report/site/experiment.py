"""The page of one experiment: the question and the verdict first, then all that they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.site.page import ExperimentPage
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.site import File
from ledger.model.verdict import Judged
from ledger.report import search, standing
from ledger.report.remarks import sentence, sentences
from ledger.report.site import answers, figures, images, prose, shell
from ledger.report.site.sections import sections
from ledger.report.site.sentences import found, lacking, learned, parsed
from ledger.report.site.shell import Site, told
from ledger.report.svg.interval import interval

if TYPE_CHECKING:
    from markupsafe import Markup

# predictions whose intervals are drawn
_DRAWN: Final = 8


@frozen
class PredictionShown:
    """One prediction with its outcome, in words and as a picture."""

    text: str
    outcome: str
    said: str
    picture: Markup | None
    evidence: tuple[str, ...]


def address(name: str) -> str:
    """Where the page of an experiment lies in the site."""
    return f"experiments/{name}.html"


def files(one: ExperimentPage, site: Site) -> tuple[File, ...]:
    """The page with the files that belong to it."""
    pictures = images.files(one.images)
    data = figures.data(one)
    page = shell.page("experiment.html", address(one.brief.name), site, live=data is not None, **values(one, site))
    return (page, *pictures, *(() if data is None else (data,)))


def values(one: ExperimentPage, site: Site) -> dict[str, Any]:
    """What the template of an experiment shows, whether it is a page of its own or stands in a report."""
    brief, plan = one.brief, one.shown.experiment.plan
    return {
        "brief": brief,
        "sentence": _answer(one),
        "predictions": [str(each) for each in plan.predictions],
        "found": [_found(each, one, site) for each in _judged(one)[:_DRAWN]],
        "pictures": [
            (shell.markup(drawn[0]), drawn[1])
            for each in one.answers
            if (drawn := answers.picture(each, one.review.settings)) is not None
        ],
        "quoted": prose.beginning(brief.interpretation, prose.QUOTED),
        "author": brief.author.partition(" <")[0],
        "wrong": list(_wrong(one)),
        "tested": [standing.tested(each) for each in brief.tested],
        "sections": [section for section in sections(one, site) if section.content],
        "ids": "" if site.alone is None else f"exp/{brief.name}/",
    }


def unreadable(name: str, why: str, site: Site) -> File:
    """The page of an experiment that cannot be read: why not."""
    return shell.page("unreadable.html", address(name), site, name=name, why=why if site.code else "")


def _answer(one: ExperimentPage) -> str:
    """What came of it, in one sentence: of a search what it has found; before there is a verdict what it waits for."""
    if one.answers:
        return f"{answers.said(one.answers[0], one.review.settings)}."
    about, plan = one.review, one.shown.experiment.plan
    verdict = about.recomputed or about.stored
    if verdict is not None and verdict.finding is not None and plan.search is not None:
        return f"{search.said(verdict.finding, plan.search, about.settings)}."
    return learned(one.brief, about.settings) if one.brief.outcome else f"{lacking(one.brief)}."


def _wrong(one: ExperimentPage) -> Iterator[str]:
    """Why the verdict that stands above is not to be trusted; the checks say more."""
    about = one.review
    if one.shown.outdated is not None:
        yield f"This verdict is out of date: {sentence(one.shown.outdated)}."
    elif about.agrees is False:
        yield "This verdict is not what the records give."
    if about.problems:
        yield "Problems were found when the record was checked."


def _judged(one: ExperimentPage) -> tuple[Judged, ...]:
    """The predictions with their outcomes, as the stored verdict has them."""
    stored = one.review.stored
    return () if stored is None or one.brief.outcome is None else stored.predictions


def _found(judged: Judged, one: ExperimentPage, site: Site) -> PredictionShown:
    prediction = parsed(judged.text)
    mean = None
    if prediction is not None and prediction.reference == BASELINE:
        summary = one.brief.baseline.get(prediction.metric.name)
        mean = None if summary is None else summary.mean
    picture = interval(judged, prediction, mean)
    return PredictionShown(
        text=judged.text,
        outcome=judged.outcome,
        said=found(judged),
        picture=None if picture is None else shell.markup(picture),
        evidence=tuple(sentences(told(judged.remarks, site))),
    )
