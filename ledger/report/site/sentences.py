"""A verdict in words that need no knowledge of statistics or git."""

from __future__ import annotations

from typing import Final

from ledger.analysis.site.brief import Brief
from ledger.errors import LedgerError
from ledger.model import prediction_parser
from ledger.model.directions import HIGHER, LOWER
from ledger.model.listing import counted
from ledger.model.plan import BASELINE
from ledger.model.prediction import Margin, Operator, Prediction, decimal
from ledger.model.settings import Settings
from ledger.model.verdict import SUPPORTED, Judged
from ledger.report import search
from ledger.report.numbers import number, signed
from ledger.report.remarks import sentences
from ledger.report.site.shell import is_for_all
from ledger.report.verdict import fineness

NOTHING_PREDICTED: Final = "Nothing was predicted, so nothing is supported or refuted."


def parsed(text: str) -> Prediction | None:
    """The prediction that a verdict is about, None where its text is none that this version reads."""
    try:
        return prediction_parser.parse(text)
    except LedgerError:
        return None


def learned(brief: Brief, settings: Settings) -> str:
    """What came of an experiment in one sentence, beside its state: `dice is 0.021 higher than …`.

    Of several predictions it is the one that decided the verdict, and how many held. `settings`: how many digits
    metrics have.
    """
    if brief.finding is not None and brief.predicted:
        metric = brief.predicted[0]
        return f"{search.told(brief.finding, metric, brief.better.get(metric, HIGHER), settings)}."
    decided = deciding(brief)
    if decided is None:
        return NOTHING_PREDICTED
    held = sum(one.outcome == SUPPORTED for one in brief.judged)
    count = len(brief.judged)
    return found(decided) + (f" {held} of {count} predictions held." if count > 1 else "")


def deciding(brief: Brief) -> Judged | None:
    """The prediction on which the verdict rests: the first whose outcome it has; None of a search."""
    return next((one for one in brief.judged if one.outcome == brief.outcome), next(iter(brief.judged), None))


def found(judged: Judged) -> str:
    """What was found of one prediction, and what was predicted.

    `dice is 0.021 higher than the baseline's (90% interval +0.012 to +0.030, n = 5); at least 0.01 higher was
    predicted.`
    """
    prediction = parsed(judged.text)
    if prediction is None:
        return f"{judged.text}."
    metric = prediction.metric.name
    if judged.estimate is None:
        why = next(iter(sentences([one for one in judged.remarks if is_for_all(one)])), "")
        return f"{metric} cannot be judged{f' ({why})' if why else ''}; {wanted(prediction)} was predicted."
    fine = fineness(judged)
    of = f", n = {judged.n}" if judged.n else ""
    interval = ""
    if judged.interval is not None and judged.confidence is not None:
        show = number if prediction.reference is None else signed
        low, high = (show(bound, fine) for bound in judged.interval)
        interval = f" ({judged.confidence:.0%} interval {low} to {high}{of})"
    if prediction.reference is None:
        return f"{metric} is {number(judged.estimate, fine)}{interval}; {wanted(prediction)} was predicted."
    other = "the baseline's" if prediction.reference == BASELINE else f"that of {prediction.reference}"
    size = number(abs(judged.estimate), fine)
    how = f"{size} {HIGHER if judged.estimate > 0 else LOWER} than"
    if float(size.replace(",", "")) == 0:
        how = "about the same as" if judged.estimate else "the same as"
    return f"{metric} is {how} {other}{interval}; {wanted(prediction)} was predicted."


def wanted(prediction: Prediction) -> str:
    """What a prediction asks for: `at least 0.01 higher`, `less than 0.4`, `within 5% of it`."""
    if prediction.reference is None:
        words = {
            Operator.AT_LEAST: "at least",
            Operator.ABOVE: "more than",
            Operator.AT_MOST: "at most",
            Operator.BELOW: "less than",
        }
        return f"{words[prediction.operator]} {decimal(prediction.threshold or 0.0)}"
    margin = str(Margin(value=abs(prediction.margin), relative=prediction.relative))
    if prediction.operator is Operator.WITHIN:
        return f"a difference within {margin}"
    up = bool(prediction.higher_is_better)
    direction = HIGHER if up else LOWER
    strict = prediction.operator in (Operator.ABOVE, Operator.BELOW)
    if prediction.margin == 0:
        return direction if strict else f"at {'least' if up else 'most'} as high"
    if (prediction.margin > 0) is up:
        return f"{'more than' if strict else 'at least'} {margin} {direction}"
    return f"{'less than' if strict else 'at most'} {margin} {LOWER if up else HIGHER}"


def lacking(brief: Brief) -> str:
    """What an experiment without a verdict waits for."""
    if brief.trials == 0:
        return "no trial has run yet"
    done = f"{counted(brief.trials, 'trial')} {'has' if brief.trials == 1 else 'have'} run"
    if brief.failed:
        done += f", {brief.failed} of them failed"
    if not brief.missing:
        return f"{done}; to be concluded"
    return f"{done}; {brief.missing} declared {'one has' if brief.missing == 1 else 'ones have'} no result yet"
