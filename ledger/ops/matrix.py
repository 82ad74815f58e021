"""`ledger matrix`: versions of the training data with versions of the evaluation data."""

from __future__ import annotations

from datetime import datetime

from ledger.analysis.matrix.answer import Matrix
from ledger.model.frozen import frozen
from ledger.repo.diagnosis import drafts, matrix, results
from ledger.repo.diagnosis.drafts import Begun
from ledger.repo.diagnosis.matrix import MatrixRequest
from ledger.repo.ledger import Ledger
from ledger.report.drafts import Expected


@frozen
class MatrixQuestion:
    """What is asked of the records: a metric, and which way it is `better` (None where settings are to say it)."""

    metric: str
    better: str | None = None


def begin(ledger: Ledger, asked: MatrixRequest, question: MatrixQuestion, *, now: datetime) -> Begun:
    """The experiment that answers, made where there is none. Raises LedgerError, and then nothing has changed."""
    results.sign(ledger, question.metric, question.better)
    results.require_known(ledger, question.metric)
    draft = matrix.draft(ledger, asked, author=ledger.git.identity(), created=now)
    return drafts.begin(ledger, draft, again=lambda name: f"ledger matrix {question.metric} {name}")


def expect(ledger: Ledger, asked: MatrixRequest, *, now: datetime) -> Expected:
    """What it would train; changes nothing."""
    draft = matrix.draft(ledger, asked, author="", created=now)
    return drafts.expected(ledger, draft, head=("version", "path"))


def answer(ledger: Ledger, name: str, question: MatrixQuestion) -> Matrix:
    """What the records of an experiment say of the metric. Raises LedgerError where it is not a matrix."""
    ledger.refresh()
    sign = results.sign(ledger, question.metric, question.better)
    return matrix.read(ledger, ledger.experiment(name), question.metric, sign=sign)
