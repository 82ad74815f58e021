"""What a number of replicates would show: the note of `new`, and the table of `ledger power`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ledger.analysis.designs import units
from ledger.analysis.outlook import Outlook
from ledger.analysis.power import PowerTable
from ledger.model.listing import listed
from ledger.model.replicates import Replicates
from ledger.report.blocks import Table
from ledger.report.changes import Told
from ledger.report.documents import Format, table
from ledger.report.numbers import bounds, percent, rough
from ledger.stats.outlook import Interval, line, lines, needed


def note(seen: Outlook, n: int, replicates: Replicates) -> str:
    """In one line what a number of replicates shows of a prediction, and what that rests on."""
    q, found = seen.question, line(seen.question, n)
    count = f"{n} {counted(seen, replicates)}"
    metric = seen.prediction.metric.name
    if q.within:
        assert found.power is not None
        text = f"{count} show {metric} within {rough(q.margin)} in {percent(found.power)} of cases"
        text += _over(found.power_interval, percent) + ", where there is no difference"
        enough = needed(q)
        text += f"; {enough} would in {percent(q.wanted)}" if enough is not None else "; no number would"
        return f"{text}. {basis(seen)}"
    thing = "mean" if seen.prediction.threshold is not None else "difference"
    side = "at least" if q.upward else "at most"
    text = f"{count} can see a true {thing} of {side} {rough(found.smallest)} in {metric} (power {q.wanted:g}"
    text += f"; {bounds(found.smallest_interval)} by the interval of the noise)" if found.smallest_interval else ")"
    if q.margin:
        text += (
            f"; one as large as the {'threshold' if thing == 'mean' else 'margin'} is supported in {percent(q.alpha)}"
        )
        text += " of cases, however many there are"
    return f"{text}. {basis(seen)}"


def basis(seen: Outlook) -> str:
    """The noise with its interval, and whose it is."""
    q = seen.question
    text = f"noise: sd {rough(q.sd)}"
    if q.df is not None and q.sd_interval is not None:
        freedom = f"{q.df:g} degree{'' if q.df == 1 else 's'} of freedom"
        text += f" (90% interval {bounds(q.sd_interval)}, {freedom}{', hardly more than a guess' if q.df < 3 else ''})"
    return text + (f", of {listed(seen.experiments, 3)}" if seen.experiments else "")


def counted(seen: Outlook, replicates: Replicates) -> str:
    """What n counts: `pairs`, `replicates`, `folds`, `splits`, `partitions into 5 folds`."""
    if seen.question.design.sides == 2:
        return "replicates a side"
    more = units(replicates.parts_axis)[1]
    return "pairs" if more == "replicates" and seen.prediction.threshold is None else more


def told(found: PowerTable, form: Format) -> Iterator[Told]:
    """For each question the table; as text, what it is about and what it comes to are part of the answer."""
    for at, one in enumerate(found.outlooks):
        made = table(_tabulated(one, found.counts), form).rstrip("\n")
        above, below = _heading(one, found.replicates), _closing(one, found.replicates)
        if form is Format.TEXT:
            yield Told(answer="\n".join([*([""] if at else []), *above, "", made, "", *below]))
        else:
            yield Told(answer=made, notes=(*above, *below))


def shapes(found: PowerTable) -> list[dict[str, Any]]:
    """The shape of `power --json`: one document for each question."""
    return [_shape(one, found.counts, found.replicates) for one in found.outlooks]


def _tabulated(seen: Outlook, counts: Sequence[int]) -> Table:
    """A row for each number of replicates."""
    q, rows = seen.question, []
    found = lines(q, counts)
    spread, chance = q.df is not None, any(one.power is not None for one in found)
    for one in found:
        cells = [str(one.n), f"{one.df:g}", rough(one.smallest)]
        cells += [bounds(one.smallest_interval)] if spread else []
        cells += [percent(one.power)] if chance and one.power is not None else []
        cells += [bounds(one.power_interval, percent)] if chance and spread else []
        rows.append(cells)
    what = f"{'margin' if q.within else 'mean' if seen.prediction.threshold is not None else 'difference'} shown"
    head = ["n", "df", f"{what} at {percent(q.wanted)}", *(["by the noise's interval"] if spread else [])]
    head += ["power", *(["by the noise's interval"] if spread else [])] if chance else []
    return Table(head=tuple(head), rows=tuple(map(tuple, rows)))


def _heading(seen: Outlook, replicates: Replicates) -> list[str]:
    """What the table is about, above it."""
    q = seen.question
    told = f"{seen.prediction}, alpha {q.alpha:g}; n counts {counted(seen, replicates)}"
    return [told, basis(seen)]


def _closing(seen: Outlook, replicates: Replicates) -> list[str]:
    """What the table comes to, below it."""
    q, said = seen.question, []
    unit = counted(seen, replicates)
    if q.effect is not None or q.within:
        enough = needed(q)
        truth = f"a true value of {rough(q.effect)}" if q.effect is not None else "no true difference"
        if enough is None:
            said.append(f"no number of {unit} up to 10,000 is enough to show it with power {q.wanted:g} at {truth}")
        else:
            between = [needed(q, sd) for sd in q.sd_interval or ()]
            low, high = (str(bound or "more than 10,000") for bound in between) if between else ("", "")
            over = f" ({low} to {high} by the interval of the noise)" if between else ""
            said.append(f"{enough} {unit} show it with power {q.wanted:g} at {truth}{over}")
    if q.margin and not q.within:
        said.append(
            "if the true value is the margin itself, any number of replicates supports it in "
            f"{percent(q.alpha)} of cases"
        )
    return said


def _shape(seen: Outlook, counts: Sequence[int], replicates: Replicates) -> dict[str, Any]:
    """The same as JSON."""
    q = seen.question
    return {
        "prediction": str(seen.prediction),
        "metric": seen.prediction.metric.name,
        "counts": counted(seen, replicates),
        "margin": q.margin,
        "within": q.within,
        "effect": q.effect,
        "alpha": q.alpha,
        "wanted": q.wanted,
        "sd": q.sd,
        "sd_df": q.df,
        "sd_interval": q.sd_interval,
        "experiments": list(seen.experiments),
        "needed": needed(q),
        "rows": [asdict(one) for one in lines(q, counts)],
    }


def _over(found: Interval | None, show: Any) -> str:
    return "" if found is None else f" ({bounds(found, show)} by the interval of the noise)"
