"""What an ablation found, in sentences: each with its uncertainty, and nothing beyond what the numbers show."""

from __future__ import annotations

from ledger.analysis.ablation.answer import Ablation, GroupEffect, Label
from ledger.analysis.ablation.design import Design
from ledger.model.listing import listed
from ledger.report import numbers
from ledger.report.numbers import number, p_stated, signed
from ledger.stats.contrast import CONFIDENCE

# how many groups have a sentence, and this many are named in one
_FEW, _FEWER = 4, 3


def title(found: Ablation) -> str:
    """What the picture and the page are about."""
    return f"{found.metric}: what each {found.word} of {found.path} adds"


def answer(found: Ablation) -> str:
    """Which groups help and which harm, in one sentence."""
    told = [label for label in (Label.HARMS, Label.HELPS) if any(one.label is label for one in found.groups)]
    if told:
        all_told = all(one.label is not Label.UNCLEAR for one in found.groups)
        rest = "" if all_told else "; no other effect is detected"
        beside = "relative to the mean of the single groups: " if _relative(found) else ""
        return f"{beside}{'; '.join(f'{_names(found, label)} {_verb(found, label)}' for label in told)}{rest}"
    if any(one.contrast is not None for one in found.groups):
        return f"no {found.word} has a detectable effect on {found.metric}"
    if found.missing:
        return f"no answer yet: {len(found.missing)} trials are missing"
    return "no answer: there is no estimate of the noise"


def details(found: Ablation) -> tuple[str, ...]:
    """A sentence for each group that does something, the largest effects first; then what the rest may still do."""
    told = sorted((one for one in found.groups if one.label is not Label.UNCLEAR), key=_size, reverse=True)
    lines = [_sentence(found, one) for one in told[:_FEW]]
    if len(told) > _FEW:
        lines.append(f"{len(told) - _FEW} more with an effect are in the table")
    unclear = [one for one in found.groups if one.label is Label.UNCLEAR and one.interval is not None]
    if unclear:
        bounds = [bound for one in unclear for bound in one.interval or ()]
        fine = _fineness(found)
        verb, lie = ("is", "its interval lies") if len(unclear) == 1 else ("are", "their intervals lie")
        lines += [
            f"{listed([one.name for one in unclear], _FEWER)} {verb} not distinguishable from no effect",
            f"{lie} between {signed(min(bounds), fine)} and {signed(max(bounds), fine)}",
        ]
    return tuple(lines)


def notes(found: Ablation) -> tuple[str, ...]:
    """What else is to be known of the answer."""
    said = []
    if found.failed:
        it = "it" if len(found.failed) == 1 else "them"
        said.append(
            f"{listed(found.failed, _FEW)} failed, or lacks the metric: comparisons that need {it} are left out"
        )
    if found.missing and any(one.n for one in found.groups):
        trials = "1 trial is" if len(found.missing) == 1 else f"{len(found.missing)} trials are"
        said.append(f"{trials} missing: ledger run {found.experiment}")
    unknown = [one.name for one in found.groups if one.effect is None]
    if unknown and len(unknown) < len(found.groups):
        said.append(f"{listed(unknown, _FEW)}: nothing can be said")
    noiseless = [one for one in found.groups if one.effect is not None and one.contrast is None]
    if noiseless and all(one.n > 1 for one in noiseless):
        said.append("the metric does not vary over the seeds, so there is no estimate of the noise")
    elif noiseless:
        said.append("one seed gives no estimate of the noise: --seeds 5")
    return tuple(said)


def meaning(found: Ablation) -> tuple[str, ...]:
    """What `adds` means, what it is compared with, and what the other columns are."""
    nothing = "the mean of the single groups" if found.empty is None else f"{number(found.empty)} without data"
    if found.design is Design.LEAVE_OUT:
        text = "adds: the metric with all groups, minus the metric without this one"
    elif found.design is Design.ALONE:
        text = f"adds: the metric with only this group, minus {nothing}"
    else:
        over = "random orders for each seed" if found.drawn else "all coalitions"
        text = f"adds: Shapley value over {over}, from {nothing}"
    return (text, f"p after Holm's correction over the groups; {CONFIDENCE:.0%} intervals, uncorrected")


def effect(found: Ablation, one: GroupEffect) -> str:
    """`-0.031`, as fine as the intervals are."""
    return signed(one.effect, _fineness(found))


def interval(found: Ablation, one: GroupEffect) -> str:
    """`-0.042 to -0.020`; "" without an estimate of the noise."""
    return numbers.signed_bounds(one.interval, _fineness(found))


def _sentence(found: Ablation, one: GroupEffect) -> str:
    assert one.adjusted is not None
    verb = {Label.HELPS: "is better", Label.HARMS: "is worse"}[one.label] if _relative(found) else str(one.label)
    return (
        f"{one.name} {verb}: {effect(found, one)} ({CONFIDENCE:.0%} interval {interval(found, one)}, "
        f"{p_stated(one.adjusted)})"
    )


def _relative(found: Ablation) -> bool:
    """Whether groups are only compared with each other."""
    return found.design is Design.ALONE and found.empty is None


def _names(found: Ablation, label: Label) -> str:
    return listed([one.name for one in found.groups if one.label is label], _FEW)


def _verb(found: Ablation, label: Label) -> str:
    one = sum(each.label is label for each in found.groups) == 1
    if _relative(found):
        return f"{'is' if one else 'are'} {'better' if label is Label.HELPS else 'worse'}"
    return f"{label.value if one else label.value.removesuffix('s')} {found.metric}"


def _size(one: GroupEffect) -> float:
    return abs(one.effect or 0.0)


def _fineness(found: Ablation) -> int | None:
    return numbers.fine(*(one.interval for one in found.groups))
