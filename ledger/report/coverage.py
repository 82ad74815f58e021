"""What has been tried of the parameters, as a document: the share, the values, the pairs, what is missing."""

from __future__ import annotations

import itertools
from typing import Any, Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.combinations import Combination
from ledger.analysis.coverage.parameters import VariedParameter
from ledger.analysis.coverage.tried import State
from ledger.errors import LedgerError
from ledger.model.listing import counted, listed
from ledger.model.remarks import Kind, Remark
from ledger.model.trial_names import short_names
from ledger.model.typed_values import format_value
from ledger.report import coverage_picture
from ledger.report.blocks import Block, CodeBlock, Document, Figure, Heading, Items, Mark, Prose, Table
from ledger.report.drawn import Drawn
from ledger.report.proposed_arms import command
from ledger.report.remarks import sentences
from ledger.report.shapes import coverage as shapes
from ledger.report.svg.image import image
from ledger.report.svg.pairs import MOST, pairs

_THINGS: Final = {1: "value", 2: "pair", 3: "triple", 4: "quadruple"}
# how many missing combinations, of each kind, and fixed parameters a reader is shown
_SHOWN: Final = 20
_FIXED: Final = 6


def data(found: Coverage, limit: int | None = None) -> dict[str, Any]:
    """The answer as plain values, in the shape that `--json` fixes; `limit`: how many missing combinations it lists."""
    most = shapes.MOST if limit is None else limit
    missing = found.combinations.count(State.MISSING, State.PLANNED)
    more = [Remark.of(Kind.NOT_ALL_LISTED, shown=most, total=missing)] if missing > most else []
    return shapes.coverage(found, _command(found), sentences((*found.notes, *more)), most)


def document(found: Coverage, *, limit: int | None = None, total: int | None = None, sheet: bool = False) -> Document:
    """The answer, for a terminal of `total` columns, with a `sheet` or without; `limit` as for `data`."""
    said = sentence(found)
    missing = found.combinations.count(State.MISSING, State.PLANNED)
    warnings = sentences(found.notes)
    typed = _command(found)
    blocks: list[Block] = [Heading(text="Coverage", paged=True), Prose(text=said)]
    if warnings:
        blocks.append(Items(items=warnings, mark=Mark.WRONG, near=True))
    blocks += [_parameters(found), *_others(found), *_picture(found, total)]
    blocks += _missing(found, missing, _SHOWN if limit is None else limit)
    blocks += _proposals(found, typed)
    return Document(
        title=f"Coverage: {said}",
        blocks=tuple(blocks),
        sheet=_sheet(found, shapes.MOST if limit is None else limit) if sheet else None,
    )


def sentence(found: Coverage) -> str:
    """`19 of 24 pairs tried (79.2%), in 4 trials; 5 never.`"""
    of = found.combinations
    things = things_of(found, of.total)
    planned, failed = of.count(State.PLANNED, State.PLANNED), of.count(State.FAILED, State.FAILED)
    share = f"{of.covered / of.total:.1%}"
    # of a million few are not none, nor nearly all the whole
    if (share == "0.0%") is not (of.covered == 0) or (share == "100.0%") is not (of.covered == of.total):
        share = f"{of.covered / of.total:.3g}"
    said = f"{of.covered:,} of {of.total:,} {things} tried ({share}), in {counted(found.trials, 'trial')}"
    more = [f"{failed:,} only in trials that failed"] if failed else []
    more += [f"{planned:,} planned"] if planned else []
    more += [f"{of.excluded:,} excluded"] if of.excluded else []
    return f"{said}; {', '.join(more)}." if more else f"{said}."


def things_of(found: Coverage, count: int) -> str:
    """What combinations of t are called: `pair`, `pairs`."""
    return _THINGS[found.t] + ("" if count == 1 else "s")


# --- the parameters


def _parameters(found: Coverage) -> Table:
    return Table(
        head=("parameter", "n", "values"),
        rows=tuple((one.name, str(len(one.levels)), levels_of(one)) for one in found.taken.parameters),
        right=(1,),
        names=2,
    )


def levels_of(one: VariedParameter) -> str:
    """`0.001, 0.01, 0.1`; of bins their names, and how many values they hold."""
    values = ", ".join(level.label for level in one.levels)
    return f"bins of {len(one.values)} values: {values}" if one.binned else values


def _others(found: Coverage) -> list[Block]:
    taken = found.taken
    fixed = [f"{one.name}={format_value(one.value)}" for one in taken.fixed]
    lines = [f"never varied: {listed(fixed, _FIXED)}"] if fixed else []
    lines += [f"replicate axes: {listed(taken.replicates, _FIXED)}"] if taken.replicates else []
    lines += [f"left out: {listed(taken.dropped, _FIXED)}"] if taken.dropped else []
    return [Items(items=tuple(lines), near=True)] if lines else []


# --- the picture


def _picture(found: Coverage, total: int | None) -> list[Block]:
    if found.pairs is None or found.t > 2:
        return [by_parameters(found)] if found.pairs is not None else []
    of = found.pairs
    said = f"the pairs of values of {len(found.names)} parameters: {of.covered} of {of.total} tried"
    svg = pairs(found, said)
    svg = None if svg is None else image(svg)
    drawn = coverage_picture.drawn(found, total)
    if drawn is None and svg is None:
        return [by_parameters(found)]
    if drawn is None:
        # too wide for a terminal, which shows how many of each
        return [by_parameters(found), Figure(alternative=said, svg=svg, plot="")]
    return [Figure(alternative=said, svg=svg, plot=drawn)]


def drawn(found: Coverage) -> Drawn:
    """The picture for a file, with why there is none where there is none."""
    title = f"Tried and never tried: {listed(short_names(found.names), 6)}"
    if found.pairs is None:
        many = len(found.names) > 1
        hint = "-t 2 counts pairs" if many else 'ledger new "what you expect" --vary lr=0.1,0.01 --vary layers=2,3'
        return Drawn(svg=None, title=title, said="", lacking=LedgerError("a picture shows pairs of values", hint=hint))
    svg = pairs(found, title)
    values = sum(len(one.levels) for one in found.taken.parameters)
    lacking = LedgerError(
        f"{values} values are too many for a picture, which shows {MOST}", hint="--bins 5, or --keep PATTERN"
    )
    return Drawn(svg=svg, title=title, said=sentence(found) if found.t == 2 else _pairs_said(found), lacking=lacking)


def _pairs_said(found: Coverage) -> str:
    of = found.pairs
    assert of is not None
    return f"{of.covered} of {of.total} pairs of values tried, in {counted(found.trials, 'trial')}."


def by_parameters(found: Coverage) -> Table:
    """How many pairs of values were tried, of each two parameters."""
    names = found.names
    assert found.pairs is not None
    cells = {table.places: f"{table.count(State.FAILED)}/{table.total}" for table in found.pairs.tables}
    return Table(
        head=("pairs", *names[1:]),
        rows=tuple(
            (name, *(cells.get((place, other), "") for other in range(1, len(names))))
            for place, name in enumerate(names[:-1])
        ),
        right=tuple(range(1, len(names))),
        optional=tuple(range(len(names) - 1, 1, -1)),
        names=0,
        head_width=12,
        columns="parameter",
    )


# --- what is missing


def _missing(found: Coverage, missing: int, most: int) -> list[Block]:
    if not missing:
        return [Prose(text="Nothing is missing.")]
    if not most:
        return []
    of = found.combinations
    never = (named(found, one) for one in of.listed(State.MISSING, State.MISSING))
    planned = (f"{named(found, one)} (planned)" for one in of.listed(State.PLANNED, State.PLANNED))
    shown = tuple(itertools.islice(itertools.chain(never, planned), most))
    rest = missing - len(shown)
    title = f"Never tried ({missing:,} {things_of(found, missing)}):" if rest else "Never tried:"
    more = [f"and {rest:,} more: --limit {missing} lists all"] if rest else []
    return [Prose(text=title), Items(items=(*shown, *more), near=True, indent=2)]


def named(found: Coverage, combination: Combination) -> str:
    """`lr=0.1, opt=sgd`."""
    parameters = found.taken.parameters
    return ", ".join(f"{parameters[place].name}={parameters[place].levels[at].label}" for place, at in combination)


def _sheet(found: Coverage, most: int) -> Table:
    """One row a missing combination, with an empty cell for a parameter that has no part in it."""
    rows = []
    for one in itertools.islice(found.combinations.listed(State.MISSING, State.PLANNED), most):
        own = {place: found.taken.parameters[place].levels[level].label for place, level in one}
        rows.append(tuple(own.get(place, "") for place in range(len(found.names))))
    return Table(head=found.names, rows=tuple(rows))


# --- what to try


def _proposals(found: Coverage, typed: str | None) -> list[Block]:
    made = found.proposals
    if made is None:
        return []
    if not made.proposals:
        planned = found.combinations.count(State.PLANNED, State.PLANNED)
        return [Prose(text="Nothing to propose: " + ("what is missing is planned." if planned else "no gap is left."))]
    closed = sum(one.closes for one in made.proposals)
    count = counted(len(made.proposals), "configuration")
    closes = "closes" if len(made.proposals) == 1 else "close"
    every = "all" if not made.left else f"{closed:,} of"
    gaps = f"{closed + made.left:,} {'gap' if closed + made.left == 1 else 'gaps'}"
    said = f"{count} {closes} {every} {gaps}"
    rows = tuple(
        (f"gap-{at}", *(format_value(one.params[name]) for name in found.names), str(one.closes))
        for at, one in enumerate(made.proposals, 1)
    )
    last = len(found.names) + 1
    table = Table(
        head=("arm", *found.names, "closes"),
        rows=rows,
        right=(last,),
        optional=tuple(range(last - 1, 1, -1)),
        columns="parameter",
    )
    if typed is None:
        hint = "A value cannot be typed on a command line: write these arms into the `variants` of hypothesis.md."
        return [Prose(text=f"{said}:"), table, Prose(text=hint)]
    return [Prose(text=f"{said}:"), table, CodeBlock(text=typed, language="sh")]


def _command(found: Coverage) -> str | None:
    if found.proposals is None or not found.proposals.proposals:
        return None
    arms = [(f"gap-{at}", one.params) for at, one in enumerate(found.proposals.proposals, 1)]
    closed = sum(one.closes for one in found.proposals.proposals)
    title = f"Try {closed} untried {things_of(found, closed)} of {listed(found.names, 4)}"
    return command(title, arms, start=found.start)
