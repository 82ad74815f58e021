"""`ledger matrix`: is it the training data or the evaluation data?"""

from __future__ import annotations

from ledger.cli import console, diagnosis, documents, options, replicate_values
from ledger.cli import diagnosis_options as given
from ledger.cli import matrix_options as own
from ledger.cli.page import Page
from ledger.ops import matrix as ops
from ledger.repo.diagnosis.matrix import MatrixRequest
from ledger.repo.ledger import Ledger
from ledger.repo.targets import whole
from ledger.report import drafts, matrix_words
from ledger.report import matrix as report
from ledger.report.documents import Format


def matrix(
    metric: given.Metric,
    experiment: given.Known = None,
    train: own.Train = None,
    evaluation: own.Evaluation = None,
    higher: given.Higher = False,
    lower: given.Lower = False,
    seeds: given.Seeds = None,
    start: given.Start = None,
    jobs: given.Jobs = None,
    timeout: options.Timeout = None,
    name: given.Name = None,
    dry_run: given.DryRun = False,
    output: given.Output = None,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Train on each version of one data set, evaluate on each of another: which one moved the metric?

    Each model is trained once per seed, however many columns there are. If interrupted, repeat the command to continue.

    Example: ledger matrix dice --train data/train@v12,v18,main --eval data/test@v12,main -j 4
    """
    page = Page(form=options.page_of(form), output=output, json=json)
    question = ops.MatrixQuestion(metric=metric, better=diagnosis.better(higher=higher, lower=lower))
    with console.opened() as ledger:
        page.require(ledger)
        if experiment is not None:
            diagnosis.refuse_both(experiment, {"--train": train, "--eval": evaluation, "--seeds": seeds})
            return _answer(ledger, whole(ledger, experiment).name, question, page)
        asked = MatrixRequest(
            train=own.side("--train", train),
            evaluation=own.side("--eval", evaluation),
            seeds=replicate_values.seeds(seeds),
            start=start,
            name=name,
        )
        if dry_run:
            documents.answer(drafts.document(ops.expect(ledger, asked, now=console.now())), page.form, json=json)
            return 0
        begun = ops.begin(ledger, asked, question, now=console.now())
        done = diagnosis.trained(ledger, begun, diagnosis.run_options(jobs, timeout), json=json)
        return _answer(ledger, done, question, page)


def _answer(ledger: Ledger, name: str, question: ops.MatrixQuestion, page: Page) -> int:
    found = ops.answer(ledger, name, question)

    def chart() -> object:
        from ledger.report.plots import cells

        return cells.chart(found, ledger.settings)

    document, title = report.document(found, ledger.settings), matrix_words.title(found)
    return page.answer(ledger, document, chart, title, complete=not (found.failed or found.missing))
