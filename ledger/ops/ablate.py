"""`ledger ablate`: what each group of the data does to a metric."""

from __future__ import annotations

from datetime import datetime

from ledger.analysis.ablation.answer import Ablation
from ledger.analysis.ablation.design import Design
from ledger.model.frozen import frozen
from ledger.repo.diagnosis import ablation, drafts, results
from ledger.repo.diagnosis.ablation import AblationRequest
from ledger.repo.diagnosis.drafts import Begun
from ledger.repo.ledger import Ledger
from ledger.report.drafts import Expected


@frozen
class AblationQuestion:
    """What is asked of the records: a metric, and which way it is `better` (None where settings are to say it).

    `design`: another one than that of the plan, which its arms answer as well. `empty`: what a model scores that has
    seen no data; None for the mean of the groups alone.
    """

    metric: str
    better: str | None = None
    design: Design | None = None
    empty: float | None = None


def begin(ledger: Ledger, asked: AblationRequest, question: AblationQuestion, *, now: datetime) -> Begun:
    """The experiment that answers, made where there is none. Raises LedgerError, and then nothing has changed."""
    results.sign(ledger, question.metric, question.better)
    results.require_known(ledger, question.metric)
    draft = ablation.draft(ledger, asked, author=ledger.git.identity(), created=now)
    return drafts.begin(ledger, draft, again=lambda name: f"ledger ablate {question.metric} {name}")


def expect(ledger: Ledger, asked: AblationRequest, *, now: datetime) -> Expected:
    """What it would train; changes nothing."""
    draft = ablation.draft(ledger, asked, author="", created=now)
    return drafts.expected(ledger, draft, head=(asked.by.word, "files"))


def answer(ledger: Ledger, name: str, question: AblationQuestion) -> Ablation:
    """What the records of an experiment say of the metric. Raises LedgerError where it is not an ablation."""
    ledger.refresh()
    sign = results.sign(ledger, question.metric, question.better)
    return ablation.read(
        ledger, ledger.experiment(name), question.metric, sign=sign, design=question.design, empty=question.empty
    )
