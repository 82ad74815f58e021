"""Which trials belong together in a plot of points: those of one experiment on the same data.

Trials on different data are never pooled: what is drawn as the effect of a parameter would be that of the data too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.analysis.groups import once
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row

# so much of a hash tells versions of the data apart
_SHORT = 7


@frozen
class RowSeries:
    """Rows that are drawn alike. `experiment` and `data` are None where they are not one, or need no telling."""

    name: str
    experiment: str | None
    data: str | None
    rows: tuple[Row, ...]


def series_of(rows: Sequence[Row], most: int) -> tuple[tuple[RowSeries, ...], tuple[Remark, ...]]:
    """At most so many series, and remarks on what they do not tell apart or leave out.

    One for each experiment, or for each version of the data that it ran on; of too many experiments one for each
    version of the data.
    """
    versions = _versions(rows)
    ran_on: dict[str, set[str]] = {}
    for row, version in zip(rows, versions, strict=True):
        ran_on.setdefault(row.experiment, set()).add(version)
    keys: dict[int, tuple[str, str | None]] = {
        at: (row.experiment, versions[at] if len(ran_on[row.experiment]) > 1 else None) for at, row in enumerate(rows)
    }
    if len(set(keys.values())) <= most:
        return _gathered(rows, keys), ()
    count = len(ran_on)
    own = {id(row) for row in once(rows)}
    repeated = len(rows) - len(own)
    notes: tuple[Remark, ...] = (Remark.of(Kind.POOLED_ONCE, trials=repeated),) if repeated else ()
    if not any(versions):
        notes = (Remark.of(Kind.ONE_COLOUR, experiments=count), *notes)
        return _gathered(rows, {at: ("", None) for at, row in enumerate(rows) if id(row) in own}), notes
    known = Counter(versions[at] for at, row in enumerate(rows) if id(row) in own)
    shown = [version for version, _ in known.most_common(most)]
    notes = (Remark.of(Kind.COLOURS_ARE_DATA, experiments=count), *notes)
    if len(known) > most:
        lost = sum(number for version, number in known.items() if version not in shown)
        notes += (Remark.of(Kind.OTHER_DATA_LEFT_OUT, trials=lost, versions=len(known) - most),)
    chosen = {at: ("", versions[at]) for at, row in enumerate(rows) if id(row) in own and versions[at] in shown}
    return _gathered(rows, chosen), notes


def _versions(rows: Sequence[Row]) -> list[str]:
    """The data of each row as far as it differs among them: `data/raw 22a1f3c`; "" where nothing does."""
    paths = dict.fromkeys(path for row in rows for path in row.data)
    differing = [path for path in paths if len({row.data.get(path) for row in rows}) > 1]
    return [", ".join(f"{path} {_short(row.data.get(path))}" for path in differing) for row in rows]


def _short(digest: str | None) -> str:
    return "none" if digest is None else digest.removesuffix(".dir")[:_SHORT]


def _gathered(rows: Sequence[Row], keys: Mapping[int, tuple[str, str | None]]) -> tuple[RowSeries, ...]:
    found: dict[tuple[str, str | None], list[Row]] = {}
    for at, key in keys.items():
        found.setdefault(key, []).append(rows[at])
    return tuple(
        RowSeries(name=", ".join(filter(None, key)), experiment=key[0] or None, data=key[1], rows=tuple(members))
        for key, members in found.items()
    )
