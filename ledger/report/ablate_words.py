"""What an ablation found, in sentences: each with its uncertainty, and nothing beyond what the numbers show."""

from __future__ import annotations

import math

from ledger.analysis.ablation.answer import ALPHA, Ablation, GroupEffect, Label
from ledger.analysis.ablation.design import Design
from ledger.analysis.bisection.ends import CONFIDENCE
from ledger.model.listing import listed
from ledger.report.numbers import digits_of, number, p_value, signed

# so many groups have a sentence, and so many are named in one
_FEW = 4


def title(found: Ablation) -> str:
    """What the picture and the page are about."""
    return f"{found.metric}: what each {found.word} of {found.path} adds"


def answer(found: Ablation) -> str:
    """Which groups help and which harm, in one sentence."""
    told = [f"{_names(found, label)} {_verb(found, label)} {found.metric}" for label in (Label.HARMS, Label.HELPS)
            if any(one.label is label for one in found.groups)]  # fmt: skip
    if told:
        rest = (
            "" if all(one.label is not Label.UNCLEAR for one in found.groups) else "; no effect of the others is seen"
        )
        return f"{'; '.join(told)} ({_how(found)}){rest}"
    if any(one.contrast is not None for one in found.groups):
        return f"no {found.word} is seen to help or to harm {found.metric} ({_how(found)})"
    if found.missing:
        return f"no answer yet: {len(found.missing)} trials are missing"
    return "no answer: there is no estimate of the noise"


def details(found: Ablation) -> tuple[str, ...]:
    """A sentence for each group that does something, the largest effects first; then what the rest may still do."""
    told = sorted((one for one in found.groups if one.label is not Label.UNCLEAR), key=_size, reverse=True)
    lines = [f"{one.name} {one.label} {found.metric}: {_sentence(found, one)}" for one in told[:_FEW]]
    if len(told) > _FEW:
        lines.append(f"{len(told) - _FEW} more that help or harm are in the table")
    unclear = [one for one in found.groups if one.label is Label.UNCLEAR and one.interval is not None]
    if unclear:
        bounds = [bound for one in unclear for bound in one.interval or ()]
        fine = _fineness(found)
        names = listed([one.name for one in unclear], _FEW)
        lies = "interval lies" if len(unclear) == 1 else "intervals lie"
        lines.append(
            f"{names}: not told from no effect; the {CONFIDENCE:.0%} {lies} between {signed(min(bounds), fine)} "
            f"and {signed(max(bounds), fine)}"
        )
    return tuple(lines)


def notes(found: Ablation) -> tuple[str, ...]:
    """What else is to be known of the answer."""
    said = []
    if found.failed:
        said.append(
            f"{listed(found.failed, _FEW)} failed: what needs {'it' if len(found.failed) == 1 else 'them'} is left out"
        )
    if found.missing and any(one.n for one in found.groups):
        trials = "1 trial is" if len(found.missing) == 1 else f"{len(found.missing)} trials are"
        said.append(f"{trials} missing: ledger run {found.experiment}")
    unknown = [one.name for one in found.groups if one.effect is None]
    if unknown and len(unknown) < len(found.groups):
        said.append(f"{listed(unknown, _FEW)}: nothing can be said")
    noiseless = [one for one in found.groups if one.effect is not None and one.contrast is None]
    if noiseless and all(one.n > 1 for one in noiseless):
        said.append("the metric does not vary over the seeds, so that there is no estimate of the noise")
    elif noiseless:
        said.append("one seed gives no estimate of the noise: --seeds 5")
    return tuple(said)


def meaning(found: Ablation) -> str:
    """What `adds` means, and what it is compared with."""
    nothing = "the mean of the groups alone" if found.empty is None else f"{number(found.empty)} for no data"
    if found.design is Design.LEAVE_OUT:
        text = "adds: with all groups, less without this one"
    elif found.design is Design.ALONE:
        text = f"adds: this group alone, less {nothing}"
    else:
        over = "orders that were drawn for each seed" if found.drawn else "all coalitions"
        text = f"adds: Shapley value over {over}, from {nothing}"
    return f"{text}; p after Holm's correction over the groups; intervals {CONFIDENCE:.0%}, each for itself"


def effect(found: Ablation, one: GroupEffect) -> str:
    """`-0.031`, as fine as the intervals are."""
    return signed(one.effect, _fineness(found))


def interval(found: Ablation, one: GroupEffect) -> str:
    """`-0.042 to -0.020`; "" without an estimate of the noise."""
    if one.interval is None:
        return ""
    low, high = (signed(bound, _fineness(found)) for bound in one.interval)
    return f"{low} to {high}"


def _sentence(found: Ablation, one: GroupEffect) -> str:
    adds = {
        Design.LEAVE_OUT: "it adds",
        Design.ALONE: "alone it is worth" if found.empty is None else "alone it adds",
        Design.SHAPLEY: "it adds",
    }[found.design]
    beside = " beside the mean of the groups alone" if found.design is Design.ALONE and found.empty is None else ""
    assert one.adjusted is not None
    p = p_value(one.adjusted)
    return (
        f"{adds} {effect(found, one)}{beside} "
        f"({CONFIDENCE:.0%} interval {interval(found, one)}, p {p if p[0] in '<>' else f'= {p}'})"
    )


def _names(found: Ablation, label: Label) -> str:
    return listed([one.name for one in found.groups if one.label is label], _FEW)


def _verb(found: Ablation, label: Label) -> str:
    one = sum(one.label is label for one in found.groups) == 1
    return label.value if one else label.value.removesuffix("s")


def _how(found: Ablation) -> str:
    ways = {Design.LEAVE_OUT: "left out one at a time", Design.ALONE: "taken alone", Design.SHAPLEY: "Shapley values"}
    return f"{ways[found.design]}, {ALPHA:.0%} level over all"


def _size(one: GroupEffect) -> float:
    return abs(one.effect or 0.0)


def _fineness(found: Ablation) -> int | None:
    halves = [(one.interval[1] - one.interval[0]) / 2 for one in found.groups if one.interval is not None]
    usable = [half for half in halves if half > 0 and math.isfinite(half)]
    return digits_of(min(usable)) if usable else None
