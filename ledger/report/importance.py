"""Which parameters a metric depends on, as a document: one sentence, the parameters with intervals, and a picture."""

from __future__ import annotations

from typing import Final

from ledger.analysis.importance import ALPHA, Importance, Parameter
from ledger.model.listing import counted, listed
from ledger.report.blocks import Block, Document, Figure, Heading, Items, Mark, Prose, Table
from ledger.report.drawn import Drawn
from ledger.report.numbers import p_value, percent
from ledger.report.remarks import sentences
from ledger.report.shapes import diagnosis as shapes
from ledger.report.svg.image import image
from ledger.report.svg.importance import importance as picture
from ledger.report.text import cut

# how many parameters a sentence names
_NAMED: Final = 4
_VALUES: Final = 30
_BAR: Final = 20


def document(found: Importance) -> Document:
    """The sentence, the table, the picture, and what is to be kept in mind."""
    title = heading(found)
    blocks: list[Block] = [Heading(text=title, level=1), Prose(text=sentence(found)), _table(found)]
    drawn = picture(found)
    if drawn is not None:
        blocks.append(Figure(alternative=sentence(found), svg=image(drawn), plot=bars(found)))
    if found.fixed:
        blocks.append(Items(items=(f"never varied: {listed(found.fixed, 8)}",)))
    if found.notes:
        blocks.append(Items(items=sentences(found.notes), mark=Mark.WRONG))
    return Document(title=title, blocks=tuple(blocks), data=shapes.importance(found), sheet=_sheet(found))


def heading(found: Importance) -> str:
    """`what dice depends on`."""
    return f"what {found.metric} depends on"


def sentence(found: Importance) -> str:
    """What was found in plain words."""
    important = [one.name for one in found.parameters if one.important]
    over = f"over {counted(found.configurations, 'configuration')} in {counted(found.trials, 'trial')}"
    among = counted(len(found.parameters), "parameter")
    if not important:
        return f"No dependence of {found.metric} on any of {among} is distinguishable from chance, {over}."
    others = len(found.parameters) - len(important)
    rest = f"; for {others} more, no dependence is distinguishable from chance" if others else ""
    return f"{found.metric} depends on {listed(important, _NAMED)}, {over}{rest}."


def _table(found: Importance) -> Table:
    rows = tuple(
        (
            one.name,
            percent(one.share) if one.important else "~",
            f"{percent(one.interval[0])} to {percent(one.interval[1])}",
            p_value(one.adjusted),
            str(one.values),
            cut(one.among_best, _VALUES),
        )
        for one in found.parameters
    )
    best = percent(found.top)
    meaning = (
        f"importance: how much a parameter decides whether a configuration is among the best {best} "
        f"({found.better} {found.metric} is better), as a share of the total; ~ not distinguishable from chance at "
        f"{percent(ALPHA)}, by permutation after Holm's correction"
    )
    return Table(
        head=("parameter", "importance", "90% interval", "p", "values", f"among the best {best}"),
        rows=rows,
        right=(1, 2, 3, 4),
        optional=(4, 3),
        names=0,
        notes=(meaning,),
    )


def _sheet(found: Importance) -> Table:
    """The numbers in full, for programs."""
    rows = tuple(
        (
            one.name,
            *map(repr, (one.share, *one.interval, one.p_value, one.adjusted)),
            "true" if one.important else "false",
            str(one.values),
            one.among_best,
        )
        for one in found.parameters
    )
    heads = ("parameter", "importance", "low", "high", "p_value", "adjusted", "important", "values", "among_best")
    return Table(head=heads, rows=rows)


def drawn(found: Importance) -> Drawn:
    """The picture for a file."""
    said = (
        f"{sentence(found)} Share of the total importance, with the 90% interval; empty bars: not distinguishable "
        "from chance."
    )
    return Drawn(svg=picture(found, always=True), title=heading(found), said=said)


def bars(found: Importance) -> str:
    """The importances as bars in characters, of what is important."""
    rows = [one for one in found.parameters if one.important]
    size = max((len(one.name) for one in rows), default=0)
    return "\n".join(f"{one.name.ljust(size)}  {_bar(one)}" for one in rows)


def _bar(one: Parameter) -> str:
    """`███████░░░░`: up to the share, and on to the end of its interval."""
    full, end = round(one.share * _BAR), round(one.interval[1] * _BAR)
    return "█" * full + "░" * (end - full)
