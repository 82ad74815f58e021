"""The page of one experiment: the question and the verdict first, then all that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.site.brief import Brief
from ledger.analysis.site.page import ExperimentPage
from ledger.model.frozen import frozen
from ledger.model.listing import counted, listed
from ledger.model.plan import BASELINE
from ledger.model.remarks import Remark
from ledger.model.site import File
from ledger.model.verdict import Judged
from ledger.report import html, review, review_metrics, review_sections, show
from ledger.report import verdict as verdicts
from ledger.report.blocks import Block, CodeBlock, Facts, Fold, Heading, Items
from ledger.report.experiments import described_axes
from ledger.report.numbers import seconds
from ledger.report.remarks import sentence, sentences
from ledger.report.review_early import as_unconcluded
from ledger.report.site import figures, images, patch, prose, shell
from ledger.report.site.sentences import found, lacking, learned, parsed
from ledger.report.site.shell import Site
from ledger.report.svg.interval import interval
from ledger.report.text import uncoloured

if TYPE_CHECKING:
    from markupsafe import Markup

# predictions whose intervals are drawn
_DRAWN: Final = 8


@frozen
class Section:
    """A part of the page below its own heading: its id in the page's address, its title, and what it shows."""

    id: str
    title: str
    content: Markup


@frozen
class Found:
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
    data = figures.data(one, site)
    page = shell.page("experiment.html", address(one.brief.name), site, live=data is not None, **values(one, site))
    return (page, *pictures, *(() if data is None else (data,)))


def values(one: ExperimentPage, site: Site) -> dict[str, Any]:
    """What the template of an experiment shows, whether it is a page of its own or stands in a report."""
    brief, plan = one.brief, one.shown.experiment.plan
    return {
        "brief": brief,
        "sentence": learned(brief) if brief.outcome or brief.found else f"{lacking(brief).capitalize()}.",
        "predictions": [str(each) for each in plan.predictions],
        "found": [_found(each, one, site) for each in _judged(one)[:_DRAWN]],
        "author": plan.author.partition(" <")[0],
        "outdated": None if one.shown.outdated is None else sentence(one.shown.outdated),
        "sections": [section for section in _sections(one, site) if section.content],
        "ids": "" if site.alone is None else f"exp/{brief.name}/",
    }


def unreadable(name: str, why: str, site: Site) -> File:
    """The page of an experiment that cannot be read: why not."""
    return shell.page("unreadable.html", address(name), site, name=name, why=why if site.code else "")


def _judged(one: ExperimentPage) -> tuple[Judged, ...]:
    """The predictions with their outcomes, as the stored verdict has them."""
    stored = one.review.stored
    return () if stored is None or one.brief.outcome is None else stored.predictions


def _found(judged: Judged, one: ExperimentPage, site: Site) -> Found:
    prediction = parsed(judged.text)
    mean = None
    if prediction is not None and prediction.reference == BASELINE:
        summary = one.brief.baseline.get(prediction.metric.name)
        mean = None if summary is None else summary.mean
    picture = interval(judged, prediction, mean)
    return Found(
        text=judged.text,
        outcome=judged.outcome,
        said=found(judged, one.brief.arm),
        picture=None if picture is None else shell.markup(picture),
        evidence=tuple(sentences(_told(judged.remarks, site))),
    )


def _told(remarks: Iterable[Remark], site: Site) -> list[Remark]:
    """The remarks, for outsiders without those that name files."""
    return [one for one in remarks if site.code or not {"path", "paths", "file"} & dict(one.facts).keys()]


# --- the sections


def _sections(one: ExperimentPage, site: Site) -> Iterator[Section]:
    """The sections in the order in which a reader asks; those without anything to show are empty."""
    experiment, about = one.shown.experiment, as_unconcluded(one.review)
    yield _written("hypothesis", "Hypothesis", experiment.hypothesis.body)
    yield _blocks("doubts", "What this does not show", _doubts(one, site))
    yield _blocks("results", "Results", _results(one))
    yield Section(id="curves", title="Curves and distributions", content=figures.of_results(one, site))
    yield Section(id="images", title="Pictures that trials drew", content=images.shown(one.images, site))
    yield Section(id="changes", title="What changed", content=_changed(one, site))
    yield _blocks("trials", "Trials", _trials(one, site))
    yield Section(id="series", title="Numbers during training", content=figures.of_series(one, site))
    if site.code:
        yield _blocks(
            "checks", "Is it proved?", [*review.wrong(about, experiment, reasons=False), *review_sections.checks(about)]
        )
    yield _blocks("amendments", "Amendments of the plan", review_sections.amended(about))
    yield _written("notes", "Notes", experiment.notes)
    yield Section(id="lineage", title="Lineage", content=figures.lineage(one, site))
    if site.code:
        yield _blocks("reproduce", "How to reproduce it", _unheaded(review_sections.reproduce(about)))
    yield _blocks("facts", "Facts", [Facts(pairs=tuple(_facts(one, site)))])


def _written(name: str, title: str, text: str) -> Section:
    """What somebody wrote in markdown, if they did."""
    shown = "" if prose.is_empty(text) else f'<div class="prose">{prose.rendered(text)}</div>'
    return Section(id=name, title=title, content=shell.markup(shown))


def _blocks(name: str, title: str, blocks: Iterable[Block]) -> Section:
    return Section(id=name, title=title, content=shell.markup(html.body(tuple(blocks))))


def _unheaded(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without the heading that a report gives them."""
    return [block for block in blocks if not isinstance(block, Heading)]


def _doubts(one: ExperimentPage, site: Site) -> Iterator[Block]:
    """What weakens the verdict, and what cannot be attributed to anything."""
    about, verdict = one.review, one.review.recomputed or one.review.stored
    if verdict is not None and not verdict.confirmatory and verdict.predictions:
        yield Items(items=tuple(f"not confirmatory: {text}" for text in sentences(_told(verdict.reasons, site))))
    pairs = [(pair, sentences(_told(pair.remarks, site))) for pair in about.unattributed]
    lines = [f"{pair.a} and {pair.b}: {text}" for pair, texts in pairs for text in texts]
    yield from review_sections.told([*dict.fromkeys(lines)])
    told = {text for _, texts in pairs for text in texts}
    warnings = dict.fromkeys(sentences(_told(about.warnings, site)))
    yield from review_sections.told([text for text in warnings if text not in told])


def _results(one: ExperimentPage) -> Iterator[Block]:
    """The metrics of the arms; of a search what it has measured and found."""
    about, experiment = one.review, one.shown.experiment
    verdict = about.recomputed or about.stored
    if verdict is not None and verdict.finding is not None:
        yield from verdicts.found_by_search(verdict, experiment, about.settings)
        return
    shown = _unheaded(review_metrics.metrics(about, experiment))
    yield from shown or show.means(experiment, one.shown.present, about.settings)
    yield from review_metrics.other_arms(about, experiment)


def _changed(one: ExperimentPage, site: Site) -> Markup:
    """The tables of what differs, then the patches of the code."""
    changed = one.review.changed
    if changed is None:
        return shell.markup("")
    kept = ("parameters", "data", "code", "environment", "files of the data") if site.code else ("parameters",)
    blocks = review_sections.differences(changed, kept)
    return shell.markup(html.body(tuple(blocks)) + patch.rendered(one.patches))


def _trials(one: ExperimentPage, site: Site) -> Iterator[Block]:
    experiment = one.shown.experiment
    if not experiment.trials:
        return
    commits = one.shown.commits if site.code else None
    yield show.trials(experiment, one.shown.present, commits, one.review.settings)
    if not site.code:
        return
    yield from review_sections.failed(one.review)
    if one.logs:
        logs = tuple(
            Fold(summary=name, blocks=(CodeBlock(text=_plain(text)),))
            for name, text in one.logs.items()
            if text.strip()
        )
        yield Fold(summary=f"Last lines of {counted(len(logs), 'log')}", blocks=logs)


def _plain(text: str) -> str:
    """A log as it stood in the terminal at the end: a progress bar rewrites its line."""
    rows = (row.rstrip("\r").rsplit("\r", 1)[-1] for row in text.split("\n"))
    return "\n".join(uncoloured(row).expandtabs().rstrip() for row in rows)


def _facts(one: ExperimentPage, site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    brief, plan, trials = one.brief, one.shown.experiment.plan, one.shown.experiment.trials
    yield "name", (brief.name,)
    yield "author", (plan.author.partition(" <")[0],)
    yield "made", (f"{plan.created:%Y-%m-%d}",)
    if brief.concluded is not None:
        yield "concluded", (f"{brief.concluded:%Y-%m-%d}",)
    yield "status", (brief.status,)
    if plan.tags:
        yield "tags", (listed(plan.tags, 20),)
    yield "replicates", (described_axes(plan),)
    spent = [record.trial.seconds for record in trials if record.trial.seconds is not None]
    if spent:
        yield "time", (f"{seconds(sum(spent))} in {counted(len(trials), 'trial')}",)
    if site.code:
        yield "forked from", (plan.base[:10],)


def linked(briefs: Sequence[Brief]) -> list[dict[str, Any]]:
    """Experiments as links of a page."""
    return [{"name": one.name, "title": one.title, "state": one.state} for one in briefs]
