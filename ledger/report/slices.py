"""Where two arms differ, as a document: one sentence, then every slice that was looked at, or the worst cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.analysis.sliced import Sliced
from ledger.analysis.slices import ALPHA, MIN_CLUSTERS, Slice
from ledger.model.listing import counted, listed
from ledger.model.plan import TREATMENT
from ledger.model.settings import Settings
from ledger.report import numbers
from ledger.report.blocks import Block, Document, Heading, Items, Mark, Prose, Table
from ledger.report.numbers import number, p_value, signed
from ledger.report.remarks import sentences
from ledger.report.shapes import slices as shapes
from ledger.report.text import cut
from ledger.stats.contrast import CONFIDENCE

# how many slices a sentence names
_NAMED: Final = 3
# so wide may be a name over a column of numbers, and a value of a column in a sentence
_HEAD: Final = 14
_VALUE: Final = 40
# how many slices a terminal shows before those that say nothing are only counted
_SHOWN: Final = 40


def document(found: Sliced, settings: Settings) -> Document:
    """The sentence, the table and what is to be kept in mind."""
    title = heading(found)
    said = sentence(found)
    blocks: list[Block] = [Heading(text=title, level=1), Prose(text=said)]
    sheet = _cases(found, settings) if found.worst is not None else _slices(found, settings, len(found.slices.slices))
    blocks.append(sheet if found.worst is not None else _slices(found, settings, _SHOWN))
    if found.warnings:
        blocks.append(Items(items=sentences(found.warnings), mark=Mark.WRONG))
    return Document(title=title, blocks=tuple(blocks), data=shapes.slices(found, said), sheet=sheet)


def heading(found: Sliced) -> str:
    """`focal-loss:baseline → focal-loss: dice case by case`."""
    return f"{found.a}  →  {found.b}: {found.metric} case by case"


def arms(found: Sliced) -> tuple[str, str]:
    """The arms alone where both are of one experiment."""
    (left, _, left_arm), (right, _, right_arm) = found.a.partition(":"), found.b.partition(":")
    return (left_arm or TREATMENT, right_arm or TREATMENT) if left == right else (found.a, found.b)


# --- the sentence


def sentence(found: Sliced) -> str:
    """What was found in plain words, and how sure that is."""
    a, b = arms(found)
    if found.worst is not None:
        return _of_cases(found, a, b)
    looked = found.slices.slices
    seen = [one for one in looked if one.seen]
    if not looked:
        return f"No slice has enough cases to be examined ({_small(found)})."
    if not seen:
        widest = next((one for one in looked if one.contrast is not None), None)
        nearest = "" if widest is None else f" The nearest to significance is {name(widest)}: {_with_interval(widest)}."
        among = "the one slice" if len(looked) == 1 else f"any of {len(looked)} slices"
        none = f"No difference between {a} and {b} was detected in {among}"
        return f"{none} ({_rule()}).{nearest}"
    told = _told(seen)
    parts = []
    for lower, word in ((True, "lower"), (False, "higher")):
        own = [one for one in told if (one.difference < 0) is lower]
        if own:
            items = [f"{name(one)} ({_with_interval(one)})" for one in own[:_NAMED]]
            parts.append(f"{word} at {listed([*items, *([f'{len(own) - _NAMED} more'] if len(own) > _NAMED else [])])}")
    others = len(looked) - len(seen)
    rest = f"; no difference was detected in {others} of {counted(len(looked), 'slice')}" if others else ""
    return f"{found.metric} of {b} is {' and '.join(parts)}{rest} ({_rule()})."


def _told(seen: Sequence[Slice]) -> list[Slice]:
    """The slices that a sentence names: a pair of values only where neither of them shows the same by itself."""
    single = {(one.by[0], one.difference < 0) for one in seen if len(one.by) == 1}
    return [one for one in seen if len(one.by) == 1 or not any((part, one.difference < 0) in single for part in one.by)]


def _of_cases(found: Sliced, a: str, b: str) -> str:
    cases = found.worst or ()
    total = found.slices.whole.cases
    return (
        f"The {counted(len(cases), 'case')} of {total} on which {b} is worst relative to {a}, by the mean over "
        f"{counted(found.slices.seeds, 'seed')}: selected for that, so with other seeds most would differ less."
    )


def _rule() -> str:
    return f"Holm's correction, {ALPHA:.0%}"


def _with_interval(one: Slice) -> str:
    low, high, fine = _bounds(one)
    return f"{signed(one.difference, fine)}, {CONFIDENCE:.0%} interval {low} to {high}, {counted(one.cases, 'case')}"


def is_seen(one: Slice) -> bool:
    """Whether a slice has a difference after the correction; all cases together need none."""
    if one.by or one.contrast is None:
        return one.seen
    low, high = one.contrast.interval(CONFIDENCE)
    return not low <= 0 <= high


def _bounds(one: Slice) -> tuple[str, str, int | None]:
    if one.contrast is None:
        return "-", "-", None
    low, high = one.contrast.interval(CONFIDENCE)
    fine = numbers.fine((low, high))
    return signed(low, fine), signed(high, fine), fine


def name(one: Slice) -> str:
    """`site=C, scanner=old`; `all cases` for all."""
    if not one.by:
        return "all cases"
    return ", ".join(f"{column}={cut(value, _VALUE) if value else '(none)'}" for column, value in one.by)


# --- the tables


def _slices(found: Sliced, settings: Settings, most: int) -> Table:
    """One row a slice, what differs first; all cases stand last."""
    looked = found.slices.slices
    shown = [*looked[:most], found.slices.whole]
    precision = settings.precision(found.metric)
    clustered = found.slices.whole.clusters is not None
    rows = [
        (
            name(one),
            str(one.cases),
            *([str(one.clusters)] if clustered else []),
            number(one.a, precision if precision is not None else 4),
            number(one.b, precision if precision is not None else 4),
            _difference(one),
            "" if one.adjusted is None else p_value(one.adjusted),
        )
        for one in shown
    ]
    counted = ("cases", found.cluster or "clusters") if clustered else ("cases",)
    head = ("slice", *counted, *arms(found), "difference", "p")
    last = len(head) - 1
    return Table(
        head=head,
        rows=tuple(rows),
        right=tuple(range(1, len(head))),
        optional=(2, last) if clustered else (last,),
        names=0,
        head_width=_HEAD,
        notes=_notes(found, len(looked) - most, with_p=True),
        short_notes=_notes(found, len(looked) - most, with_p=False),
        faint=tuple(
            (at, last - 1, len(row[-2].partition(" (")[0])) for at, row in enumerate(rows) if row[-2].startswith("~ ")
        ),
    )


def _difference(one: Slice) -> str:
    low, high, fine = _bounds(one)
    if one.contrast is None:
        return signed(one.difference)
    unseen = (
        not one.seen if one.by else one.contrast.interval(CONFIDENCE)[0] <= 0 <= one.contrast.interval(CONFIDENCE)[1]
    )
    return f"{'~ ' if unseen else ''}{signed(one.difference, fine)} ({low}..{high})"


def _notes(found: Sliced, hidden: int, *, with_p: bool) -> tuple[str, ...]:
    of = "seeds and cases crossed" if found.slices.seeds > 1 else "over cases"
    over = f"Holm's correction over {counted(len(found.slices.slices), 'slice')}"
    corrected = f"two-sided p, after {over}; ~: none detected" if with_p else f"~: none detected after {over}"
    notes = [f"difference with its {CONFIDENCE:.0%} interval ({of})", corrected]
    if hidden > 0:
        notes.append(f"and {counted(hidden, 'slice')} more, less significant: --json shows all")
    if found.slices.small:
        notes.append(_small(found))
    return tuple(notes)


def _small(found: Sliced) -> str:
    are = "1 slice has" if found.slices.small == 1 else f"{found.slices.small} slices have"
    clusters = "" if found.cluster is None else f", or under {MIN_CLUSTERS} of {found.cluster}"
    return f"{are} too few cases (--min-cases{clusters})"


def _cases(found: Sliced, settings: Settings) -> Table:
    """One row a case, the worst first."""
    cases = found.worst or ()
    precision = settings.precision(found.metric)
    labels = tuple(column for column, _ in cases[0].labels) if cases else ()
    rows = tuple(
        (
            one.id,
            *(value for _, value in one.labels),
            *(number(value, precision if precision is not None else 4) for value in (one.a, one.b)),
            signed(one.difference, precision if precision is not None else 4),
        )
        for one in cases
    )
    head = ("case", *labels, *arms(found), "difference")
    return Table(head=head, rows=rows, right=tuple(range(len(labels) + 1, len(head))), names=0, head_width=_HEAD,
                 optional=tuple(range(len(labels), 0, -1)), columns="label")  # fmt: skip
