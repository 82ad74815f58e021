"""The sections of an experiment's page, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ledger.analysis.progress import canonical
from ledger.analysis.site.page import ExperimentPage
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.listing import counted, listed
from ledger.model.plan import BASE
from ledger.model.remarks import Kind
from ledger.report import html, models, review, review_metrics, review_sections, search, show
from ledger.report import verdict as verdicts
from ledger.report.blocks import Block, CodeBlock, Facts, Fold, Heading, Prose, Table, filled
from ledger.report.experiments import described_axes
from ledger.report.numbers import seconds, size
from ledger.report.remarks import sentences
from ledger.report.review_early import as_unconcluded
from ledger.report.site import answers, arms, figures, images, patch, prose, shell
from ledger.report.site.bounds import ROOM, Room
from ledger.report.site.shell import Site, told
from ledger.report.text import uncoloured

if TYPE_CHECKING:
    from markupsafe import Markup

# characters of logs that a page shows in all
_LOGS: Final = 30_000


@frozen
class Section:
    """A part of the page below its own heading: its id in the page's address, its title, and what it shows."""

    id: str
    title: str
    content: Markup


def sections(one: ExperimentPage, site: Site) -> Iterator[Section]:
    """The sections; those without anything to show are empty."""
    experiment, about = one.shown.experiment, as_unconcluded(one.review)
    made = prose.section("Interpretation", experiment.interpretation)
    yield Section(id="interpretation", title="What the author makes of it", content=made)
    body = prose.section("Hypothesis", experiment.hypothesis.body, experiment.plan.title)
    yield Section(id="hypothesis", title="Hypothesis", content=body)
    yield _blocks("doubts", "What this does not show", _doubts(one, site))
    yield _blocks("results", "Results", _results(one, site))
    yield Section(id="curves", title="Curves and distributions", content=figures.of_results(one, site))
    yield Section(id="tried", title="What was tried", content=arms.tried(one.tried, one.brief.name, site))
    yield Section(id="depends", title="What it depends on", content=arms.depends(one.depends, site))
    yield Section(id="images", title="Pictures that trials drew", content=images.shown(one.images, site))
    yield Section(id="changes", title="What changed", content=_changed(one, site))
    yield _blocks("trials", "Trials", _trials(one, site), room=2 * ROOM)
    yield _blocks("models", "Models", models.of_experiment(one.models) if one.models else ())
    yield Section(id="series", title="Numbers during training", content=figures.of_series(one))
    if site.code:
        yield _blocks(
            "checks", "Is it proved?", [*review.wrong(about, experiment, reasons=False), *review_sections.checks(about)]
        )
    yield _blocks("amendments", "Amendments of the plan", review_sections.amended(about))
    yield Section(id="notes", title="Notes", content=prose.section("Notes", experiment.notes))
    yield Section(id="lineage", title="Lineage", content=figures.lineage(one, site))
    if site.code:
        yield _blocks("reproduce", "How to reproduce it", _unheaded(review_sections.reproduce(about)))
    yield _blocks("facts", "Facts", [Facts(pairs=tuple(_facts(one, site))), *(_pinned(one) if site.code else ())])


def _blocks(name: str, title: str, blocks: Iterable[Block], *, room: int = ROOM) -> Section:
    return Section(id=name, title=title, content=shell.markup(html.body(Room(room).fitting(blocks), title)))


def _unheaded(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without the heading that a report gives them."""
    return [block for block in blocks if not isinstance(block, Heading)]


def _doubts(one: ExperimentPage, site: Site) -> Iterator[Block]:
    """What weakens the verdict, and what cannot be attributed to anything."""
    about = as_unconcluded(one.review)
    verdict = about.recomputed or about.stored
    lines: list[str] = []
    if verdict is not None and not verdict.confirmatory and verdict.predictions:
        lines += [f"not confirmatory: {text}" for text in sentences(told(verdict.reasons, site))]
    pairs = [(pair, sentences(told(pair.remarks, site))) for pair in about.unattributed]
    # before there is a verdict the top of the page says what has not run, with the trials that nobody has collected
    warnings = [each for each in about.warnings if each.kind != Kind.NOT_RUN or one.brief.outcome is not None]
    lines += [f"{pair.a} and {pair.b}: {text}" for pair, texts in pairs for text in texts]
    said = {text for _, texts in pairs for text in texts}
    lines += [text for text in sentences(told(warnings, site)) if text not in said]
    yield from review_sections.told([*dict.fromkeys(lines)])


def _results(one: ExperimentPage, site: Site) -> Iterator[Block]:
    """The metrics of the arms; of a search what it has measured and found."""
    about, experiment = one.review, one.shown.experiment
    found = [block for each in one.answers for block in answers.blocks(each, about.settings)]
    verdict = about.recomputed or about.stored
    if not found and verdict is not None and verdict.finding is not None:
        found = _unheaded(verdicts.found_by_search(verdict, experiment, about.settings, commands=site.code))
    if found:
        # what the top of the page says is not said again
        top = answers.said(one.answers[0], about.settings) if one.answers else _searched(one)
        yield from (block for block in found if not (isinstance(block, Prose) and block.text.rstrip(".") == top))
        return
    # a base that nobody has trained is nothing to compare with, and the arms of a grid stand beside each other
    grid = not experiment.plan.predictions and len({r.trial.variant for r in experiment.trials if r.valid}) > 2
    compared = not grid and about.changed is not None and any(change.a.n for change in about.changed.metrics)
    shown = _unheaded(review_metrics.metrics(about, experiment)) if compared else []
    yield from shown or show.means(experiment, one.shown.present, about.settings)
    if compared:
        yield from review_metrics.other_arms(about, experiment)


def _searched(one: ExperimentPage) -> str:
    """What a search has found, in one sentence; "" where there is none."""
    verdict, plan = one.review.recomputed or one.review.stored, one.shown.experiment.plan
    if verdict is None or verdict.finding is None or plan.search is None:
        return ""
    return search.said(verdict.finding, plan.search, one.review.settings)


def _changed(one: ExperimentPage, site: Site) -> Markup:
    """The tables of what differs, then the patches of the code."""
    changed = one.review.changed
    if changed is None:
        return shell.markup("")
    kept = ("parameters", "data", "code", "environment", "files of the data") if site.code else ("parameters",)
    if not site.code and changed.a.startswith(f"{BASE} "):
        # a commit that nobody has given a name
        changed = replace(changed, a=BASE)
    blocks = Room().fitting(review_sections.differences(changed, kept))
    return shell.markup(html.body(blocks, "What changed") + (patch.rendered(one.patches) if site.code else ""))


def _trials(one: ExperimentPage, site: Site) -> Iterator[Block]:
    """Those that failed before all, with what they said; those that were voided with the reasons."""
    experiment = one.shown.experiment
    if not experiment.trials:
        return
    if site.code:
        yield from Room(15_000).fitting(review_sections.failed(one.review))
    yield from Room(5_000).fitting(review_sections.voided(one.review))
    yield show.trials(experiment, one.shown.present, one.shown.commits if site.code else None, one.review.settings)
    if site.code:
        yield from _logs(one)


def _logs(one: ExperimentPage) -> Iterator[Block]:
    texts = {name: text for name, log in one.logs.items() if (text := _plain(log)).strip()}
    room, shown = _LOGS, list[Block]()
    for name, text in texts.items():
        room -= len(text)
        if room < 0:
            more = counted(len(texts) - len(shown), "more log")
            shown.append(Prose(text=f"{more}: `ledger show {one.brief.name}:{name} --log` prints one"))
            break
        shown.append(Fold(summary=name, blocks=(CodeBlock(text=text),)))
    if shown:
        yield Fold(summary=f"Last lines of {counted(len(texts), 'log')}", blocks=tuple(shown), on_screen=True)


def _plain(text: str) -> str:
    """A log as it stood in the terminal at the end: a progress bar rewrites its line."""
    rows = (row.rstrip("\r").rsplit("\r", 1)[-1] for row in text.split("\n"))
    return "\n".join(uncoloured(row).expandtabs().rstrip() for row in rows)


# --- facts


def _facts(one: ExperimentPage, site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    brief, plan, trials = one.brief, one.shown.experiment.plan, one.shown.experiment.trials
    yield "name", (brief.name,)
    yield "author", (plan.author.partition(" <")[0],)
    yield "made", (f"{plan.created:%Y-%m-%d}",)
    if brief.concluded is not None:
        yield "concluded", (f"{brief.concluded:%Y-%m-%d}",)
    yield "status", (brief.status,)
    if plan.search is not None:
        yield "searches", tuple(search.described(plan.search)) if site.code else (plan.search.metric,)
    if plan.tags:
        yield "tags", (listed(plan.tags, 20),)
    yield "replicates", (described_axes(plan),)
    spent = [record.trial.seconds for record in trials if record.trial.seconds is not None]
    if spent:
        yield "time", (f"{seconds(sum(spent))} in {counted(len(trials), 'trial')}",)
    if site.code:
        yield "forked from", (plan.base[:10],)


def _pinned(one: ExperimentPage) -> Iterator[Block]:
    """What the trial that stands for the experiment has read and written, by the hashes that DVC knows it by."""
    experiment = one.shown.experiment
    record = canonical(experiment, one.shown.present, experiment.leading)
    if record is None:
        return
    rows = [
        *(_pin("input", path, pin) for path, pin in record.trial.data.items()),
        *(_pin("output", path, pin) for path, pin in record.trial.outs.items()),
    ]
    if rows:
        table = Table(head=("", "path", "size", "files", "MD5"), rows=tuple(rows), right=(2, 3))
        yield Fold(summary=f"Data and outputs of {record.trial.id}", blocks=(filled(table),))


def _pin(kind: str, path: str, pin: Pinned) -> tuple[str, ...]:
    return (kind, path, size(pin.size), "" if pin.nfiles is None else str(pin.nfiles), pin.md5 or "")
