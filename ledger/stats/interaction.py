"""Do rows and columns of a table act together, or does each add the same whatever the other is?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.stats.contrast import mean

# a spread this small beside the values is what rounding leaves of none at all
_ROUNDING = 1e-12


def interaction(cells: Sequence[Sequence[Sequence[float]]]) -> float | None:
    """The p-value of "no interaction", for cells by row and column that hold a value for each of the same blocks.

    The F test of a two-way layout in randomised blocks: rows × columns against rows × columns × blocks, with
    (r - 1)(c - 1) and (r - 1)(c - 1)(n - 1) degrees of freedom. Blocks may move rows and columns as they like, as a
    seed moves a model on all sets alike; what is left is taken to be equally noisy in every cell. None where there are
    under two rows, columns or blocks, or no noise.
    """
    r, c, n = len(cells), len(cells[0]) if cells else 0, len(cells[0][0]) if cells and cells[0] else 0
    if min(r, c, n) < 2:
        return None
    # in a unit in which squares are numbers, and which is a power of two: nothing is rounded
    largest, power = math.frexp(max(abs(value) for row in cells for cell in row for value in cell))
    if not 0 < largest < math.inf:
        return None
    cells = [[[math.ldexp(value, -power) for value in cell] for cell in row] for row in cells]
    left = [_doubly_centred([[cells[i][j][s] for j in range(c)] for i in range(r)]) for s in range(n)]
    joint = [[mean([left[s][i][j] for s in range(n)]) for j in range(c)] for i in range(r)]
    df = (r - 1) * (c - 1)
    between = n * math.fsum(value**2 for row in joint for value in row) / df
    within = math.fsum((left[s][i][j] - joint[i][j]) ** 2 for s in range(n) for i in range(r) for j in range(c))
    within /= df * (n - 1)
    if math.sqrt(within) <= _ROUNDING * largest:
        return None
    from scipy.special import fdtrc

    return float(fdtrc(df, df * (n - 1), between / within))


def _doubly_centred(table: Sequence[Sequence[float]]) -> list[list[float]]:
    """The table without the means of its rows and columns."""
    rows, columns = [mean(row) for row in table], [mean(column) for column in zip(*table, strict=True)]
    grand = mean(rows)
    return [[value - rows[i] - columns[j] + grand for j, value in enumerate(row)] for i, row in enumerate(table)]
