"""`ledger ablate`: what each group of the data does to a metric."""

from __future__ import annotations

from ledger.analysis.ablation.design import Design
from ledger.cli import ablate_options as own
from ledger.cli import console, diagnosis, documents, options, values
from ledger.cli import diagnosis_options as given
from ledger.cli.page import Page
from ledger.ops import ablate as ops
from ledger.repo.ledger import Ledger
from ledger.repo.targets import whole
from ledger.report import ablate as report
from ledger.report import ablate_words, drafts
from ledger.report.documents import Format


def ablate(
    metric: given.Metric,
    experiment: given.Known = None,
    path: own.PathOf = None,
    by: own.By = None,
    design: own.DesignOf = None,
    empty: own.Empty = None,
    higher: given.Higher = False,
    lower: given.Lower = False,
    seeds: given.Seeds = None,
    budget: own.Budget = None,
    start: given.Start = None,
    jobs: given.Jobs = None,
    timeout: options.Timeout = None,
    name: given.Name = None,
    dry_run: given.DryRun = False,
    output: given.Output = None,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Show what each group of the data adds to a metric: left out, taken alone, or by its Shapley value.

    It creates an experiment, runs its trials and answers. If interrupted, repeat the command to continue.

    Example: ledger ablate dice --path data/raw --by site -j 4
    """
    page = Page(form=options.page_of(form), output=output, json=json)
    chosen = None if design is None else options.one_of("--design", design, tuple(Design))
    question = ops.AblationQuestion(
        metric=metric,
        better=diagnosis.better(higher=higher, lower=lower),
        design=chosen,
        empty=values.number("--empty", empty, example="0.1"),
    )
    with console.opened() as ledger:
        page.require(ledger)
        if experiment is not None:
            diagnosis.refuse_both(experiment, {"--path": path, "--by": by, "--seeds": seeds, "--budget": budget})
            return _answer(ledger, whole(ledger, experiment).name, question, page)
        asked = own.request(path, by, chosen, seeds=seeds, budget=budget, start=start, name=name)
        if dry_run:
            documents.answer(drafts.document(ops.expect(ledger, asked, now=console.now())), page.form, json=json)
            return 0
        begun = ops.begin(ledger, asked, question, now=console.now())
        done = diagnosis.trained(ledger, begun, diagnosis.run_options(jobs, timeout), json=json)
        return _answer(ledger, done, question, page)


def _answer(ledger: Ledger, name: str, question: ops.AblationQuestion, page: Page) -> int:
    found = ops.answer(ledger, name, question)

    def chart() -> object:
        from ledger.report.plots import effects

        return effects.of_groups(found)

    document, title = report.document(found, ledger.settings), ablate_words.title(found)
    return page.answer(ledger, document, chart, title, complete=not (found.failed or found.missing))
