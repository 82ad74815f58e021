"""All that a matrix has found: one value that the document, the picture and `--json` are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.matrix.cells import Layout, Values
from ledger.model.frozen import frozen
from ledger.model.replicates import Point
from ledger.stats.contrast import Contrast, Contrasted, NoNoise, mean, paired
from ledger.stats.interaction import interaction
from ledger.stats.multiple import holm
from ledger.stats.summary import Summary, summarise

ALPHA = 0.05

Grid = Sequence[Sequence[Values]]


@frozen
class SideEffect(Contrasted):
    """What a row, or a column, does beside the first one, in the mean over the others' side, seed by seed.

    `effect` is None where no replicate tells, and 0 of the first itself; `contrast` is None without an estimate of the
    noise. `adjusted` is the two-sided p-value after Holm's correction over the rows, or over the columns. `each` are
    the same contrasts within each column (of a row), or row (of a column), None where that is lacking.
    """

    name: str
    effect: float | None
    adjusted: float | None = None
    each: tuple[Contrast | None, ...] = ()

    @property
    def told(self) -> bool:
        """Whether it is told from none, after the correction."""
        return self.adjusted is not None and self.adjusted <= ALPHA

    @property
    def everywhere(self) -> bool:
        """Whether it is so in each column (or row) by itself: one-sided, which all together need no correction."""
        if self.contrast is None or not self.told:
            return False
        up = self.contrast.estimate > 0
        tails = [None if one is None else one.p_above(0.0) if up else one.p_below(0.0) for one in self.each]
        return all(p is not None and p <= ALPHA for p in tails)


@frozen
class Matrix:
    """A metric by row (what was trained on) and column (what it was measured on).

    `sign` is 1 where a higher value is better, −1 where a lower one is. `interaction` is the p-value of "none", over
    the seeds that every cell has; None where it cannot be tested. `failed` and `missing` are trials, by their ids.
    """

    experiment: str
    metric: str
    sign: int
    row_path: str
    column_path: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Summary, ...], ...]
    row_effects: tuple[SideEffect, ...]
    column_effects: tuple[SideEffect, ...]
    interaction: float | None
    trials: int
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def answer(
    found: Layout,
    values: Mapping[str, Values],
    *,
    experiment: str,
    metric: str,
    sign: int,
    trials: int,
    failed: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Matrix:
    """The matrix that the values of the arms make."""
    grid = [[values.get(arm, {}) for arm in row] for row in found.arms]
    turned = [list(column) for column in zip(*grid, strict=True)]
    points = [point for point in grid[0][0] if all(point in cell for row in grid for cell in row)]
    return Matrix(
        experiment=experiment,
        metric=metric,
        sign=sign,
        row_path=found.row_path,
        column_path=found.column_path,
        rows=found.rows,
        columns=found.columns,
        cells=tuple(tuple(summarise(cell.values()) for cell in row) for row in grid),
        row_effects=_effects(found.rows, grid),
        column_effects=_effects(found.columns, turned),
        interaction=interaction([[[cell[point] for point in points] for cell in row] for row in grid]),
        trials=trials,
        failed=failed,
        missing=missing,
    )


def _effects(names: Sequence[str], grid: Grid) -> tuple[SideEffect, ...]:
    pairs = [_pairs(grid[0], line) for line in grid[1:]]
    contrasts = [_contrast(each) for each in pairs]
    tested = [one.p_two_sided() for one in contrasts if one is not None]
    corrected = iter(holm(tested))
    return (
        SideEffect(name=names[0], effect=0.0),
        *(
            SideEffect(
                name=name,
                effect=mean([a - b for a, b in each]) if each else None,
                contrast=contrast,
                adjusted=None if contrast is None else next(corrected),
                each=tuple(_contrast(_pairs([first], [own])) for first, own in zip(grid[0], line, strict=True)),
            )
            for name, each, contrast, line in zip(names[1:], pairs, contrasts, grid[1:], strict=True)
        ),
    )


def _pairs(first: Sequence[Values], other: Sequence[Values]) -> list[tuple[float, float]]:
    """A line beside the first one: the means over the cells that both have, at each replicate that all these have.

    A cell that failed on either side is left out on both.
    """
    both = [(a, b) for a, b in zip(first, other, strict=True) if a.keys() & b.keys()]
    if not both:
        return []
    points: list[Point] = [point for point in both[0][0] if all(point in a and point in b for a, b in both)]
    return [(mean([b[point] for _, b in both]), mean([a[point] for a, _ in both])) for point in points]


def _contrast(pairs: Sequence[tuple[float, float]]) -> Contrast | None:
    try:
        return paired([a for a, _ in pairs], [b for _, b in pairs])
    except NoNoise:
        return None
