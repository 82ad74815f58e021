"""The shape of `bisect --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.analysis.bisection.answer import Bisection, ConfirmedStep
from ledger.analysis.bisection.ends import FixedEvaluation, MetricDifference
from ledger.analysis.bisection.nature import Judgement
from ledger.report.shapes.values import summary
from ledger.stats.ratio import Ratio


def shape(found: Bisection) -> dict[str, Any]:
    """All of it; what has not been measured is null."""
    names = [each.name for each in found.versions]
    return {
        "experiment": found.experiment,
        "metric": found.metric,
        "better": "higher" if found.sign > 0 else "lower",
        "path": found.paths[0] if len(found.paths) == 1 else None,
        "paths": list(found.paths),
        "versions": [
            {
                "name": each.name,
                "commit": each.commit,
                "subject": each.subject,
                **summary(each.summary),
                "posterior": each.posterior,
                "state": each.state.value,
                "values": list(each.values),
                "fresh": list(each.fresh),
            }
            for each in found.versions
        ],
        "answer": {
            "kind": None if found.answer is None else found.answer.value,
            "version": None if found.place is None else names[found.place],
            "posterior": found.posterior,
            "credible": [names[place] for place in found.places],
            "drift": found.drift,
            "none": found.none,
            "change": _change(found.step),
            "overtaken": None if found.overtaken is None else names[found.overtaken],
        },
        "gap": _change(found.gap),
        "evaluation": _evaluation(found.evaluation),
        "confirmation": _confirmation(found.confirmation, names),
        "groups": _judgement(found.judgement),
        "trainings": found.trainings,
        "others": found.others,
        "budget": found.budget,
        "confidence": found.confidence,
    }


def _change(found: MetricDifference | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    test = None if found.contrast is None else found.contrast.test
    return {"difference": found.difference, "interval": found.interval, "p_value": found.p_value, "test": test}


def _ratio(found: Ratio | None) -> Mapping[str, Any] | None:
    return None if found is None else {"estimate": found.estimate, "interval": found.interval}


def _evaluation(found: FixedEvaluation | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {
        "share": None if found.share is None else found.share.estimate,
        "interval": None if found.share is None else found.share.interval,
        "paths": list(found.paths),
        "fixed_at": "bad" if found.at_bad else "good",
        "whole": _change(found.whole),
        "fixed": _change(found.fixed),
        "other": _change(found.other),
    }


def _confirmation(found: ConfirmedStep | None, names: list[str]) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {
        "before": names[found.before],
        "after": names[found.after],
        "difference": found.change.difference,
        "interval": found.change.interval,
        "p_value": found.p_value,
        "share": _ratio(found.share),
    }


def _judgement(found: Judgement | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {
        "nature": found.nature.value,
        "groups": [
            {
                "group": each.group,
                "own": each.own,
                "difference": each.change.difference,
                "interval": each.change.interval,
                "p_value": each.change.p_value,
                "adjusted": each.adjusted,
                "effect": each.effect.value,
            }
            for each in found.groups
        ],
    }
