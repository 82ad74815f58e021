"""`ledger bisect`: a metric fell: find the version at fault."""

from __future__ import annotations

from ledger.cli import bisect_options as given
from ledger.cli import bisection, console, diagnosis, documents, options, values
from ledger.cli import diagnosis_options as shared
from ledger.cli.page import Page
from ledger.ops import bisect as ops
from ledger.repo.bisection.request import BisectRequest, Prior
from ledger.report import bisect_cost
from ledger.report.documents import Format


def bisect(
    metric: given.Metric,
    good: given.Good,
    bad: given.Bad,
    path: given.Paths = None,
    commits: given.Commits = False,
    higher: given.Higher = False,
    lower: given.Lower = False,
    seeds: given.Seeds = None,
    budget: given.Budget = None,
    confidence: given.Confidence = None,
    prior: given.PriorOf = None,
    skip: given.Skip = None,
    evaluation: given.Evaluation = None,
    evaluation_at: given.EvaluationAt = None,
    confirm: given.Fresh = None,
    jobs: shared.Jobs = None,
    timeout: options.Timeout = None,
    name: given.Name = None,
    dry_run: given.DryRun = False,
    output: shared.Output = None,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Find out why a metric fell: is it real, is it the evaluation, and which version of the data or commit caused it.

    It creates an experiment, runs its trials and answers. If interrupted, repeat the command to continue.

    Example: ledger bisect dice v12 main --path data/raw -j 4
    """
    page = Page(form=options.page_of(form), output=output, json=json)
    asked = BisectRequest(
        metric=metric,
        good=good,
        bad=bad,
        paths=tuple(path or ()),
        commits=commits,
        better=diagnosis.better(higher=higher, lower=lower),
        seeds=values.whole_numbers(seeds, "--seeds"),
        budget=budget,
        confidence=values.number("--confidence", confidence, example="0.95"),
        prior=None if prior is None else options.one_of("--prior", prior, tuple(Prior)),
        skip=tuple(skip or ()),
        evaluation=tuple(evaluation or ()),
        evaluation_at=evaluation_at,
        confirm=confirm,
        name=name,
    )
    wanted = diagnosis.run_options(jobs, timeout)
    with console.opened() as ledger:
        page.require(ledger)
        if dry_run:
            found = ops.expect(ledger, asked)
            documents.answer(bisect_cost.document(found), page.form, json=json)
            return 0
        done = diagnosis.trained(ledger, ops.begin(ledger, asked, now=console.now()), wanted, json=json)
        return bisection.answered(ledger, ops.answer(ledger, done), page)
