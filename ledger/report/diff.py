"""The comparison of two sides as text."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis.diff import CONFIDENCE, CodeChange, DataChange, Diff, MetricChange
from ledger.model.formats.lockfile import Pinned
from ledger.model.hypothesis import BASELINE, TREATMENT
from ledger.model.parameters import Value, format_value
from ledger.model.settings import Settings
from ledger.report.numbers import fineness, p_value, signed, size, spread
from ledger.report.text import clean, columns, cut_apart, width


def render(diff: Diff, settings: Settings, *, patch: bool, total: int | None) -> str:
    """What changed, what came of it, and what cannot be told apart."""
    a, b = clean(diff.a), clean(diff.b)
    lines = [f"{a}  →  {b}", ""]
    changes = [
        *_section("parameters", [[clean(c.name), _value(c.a), "→", _value(c.b)] for c in diff.params], total),
        *_section("data", [_data(c) for c in diff.data], total),
        *_section("code", [_code(c) for c in diff.code], total),
        *_section(
            "environment",
            [[clean(c.name), clean(c.a or "-"), "→", clean(c.b or "-")] for c in diff.environment],
            total,
        ),
    ]
    lines += changes or ["no difference in parameters, data, code or environment", ""]
    if patch:
        lines += [line for c in diff.code for line in _patch(c)]
    if diff.metrics:
        lines += [*metrics_table(diff.metrics, _heads(a, b, total), settings, total=total), ""]
    lines += [f"! {clean(warning)}" for warning in diff.warnings]
    return "\n".join(lines).rstrip() + "\n"


def rows(diff: Diff, settings: Settings) -> list[tuple[str, ...]]:
    """The comparison as one table, with HEAD above it."""
    found: list[tuple[str, ...]] = [("parameter", clean(c.name), _value(c.a), _value(c.b), "") for c in diff.params]
    for data in diff.data:
        path, _, counts = _data(data)
        found.append(("data", path, _held(data.a), _held(data.b), counts))
    for path, kind, lines in map(_code, diff.code):
        found.append(("code", path, "", "", f"{kind}, {lines}"))
    found += [("environment", clean(c.name), clean(c.a or "-"), clean(c.b or "-"), "") for c in diff.environment]
    for change in diff.metrics:
        name, a, b, difference = _metric(change, settings)
        found.append(("metric", name, a, b, difference))
    return found


HEAD = ("what", "name", "a", "b", "difference")


def _heads(a: str, b: str, total: int | None) -> tuple[str, str]:
    """Names for the two columns: the arms alone where both are of one experiment."""
    (left, _, left_arm), (right, _, right_arm) = a.partition(":"), b.partition(":")
    if left == right:
        return left_arm or TREATMENT, right_arm or TREATMENT
    if total is None:
        return a, b
    left, right = cut_apart([a, b], 24)
    return left, right


def _section(title: str, rows: list[list[str]], total: int | None) -> list[str]:
    return [title, *columns(rows, indent=2, total=total), ""] if rows else []


def _value(value: Value | None) -> str:
    return "-" if value is None else clean(format_value(value))


def _data(change: DataChange) -> list[str]:
    if change.added is not None:
        counts = f"+{change.added} files, -{change.removed}, {change.changed} changed"
    else:
        counts = "" if change.a and change.b else "added" if change.b else "removed"
    before, after = (None if p is None else p.size for p in (change.a, change.b))
    nfiles = [str(p.nfiles) if p is not None and p.nfiles is not None else "" for p in (change.a, change.b)]
    files = f" ({nfiles[0] or 0} → {nfiles[1] or 0} files)" if any(nfiles) else ""
    return [clean(change.path), f"{size(before)} → {size(after)}{files}", counts]


def _held(pin: Pinned | None) -> str:
    """One side of a change of data, in one cell: `1.2 MB (20 files)`."""
    if pin is None:
        return size(None)
    return size(pin.size) + ("" if pin.nfiles is None else f" ({pin.nfiles} files)")


def _code(change: CodeChange) -> list[str]:
    path = clean(change.path) if change.old_path is None else f"{clean(change.old_path)} → {clean(change.path)}"
    what = f"{change.change} (ignored)" if change.ignored else change.change
    return [path, what, f"+{change.lines_added} -{change.lines_removed}"]


def _patch(change: CodeChange) -> list[str]:
    body = ["".join(c if c.isprintable() or c == "\t" else "?" for c in line) for line in change.patch.splitlines()]
    return [f"--- {clean(change.path)}", *body, ""]


def metrics_table(
    changes: Sequence[MetricChange], heads: tuple[str, str], settings: Settings, *, total: int | None, indent: int = 0
) -> list[str]:
    """A row a metric: both sides, the difference with its interval, and below it what the signs mean.

    Where they do not fit into `total`, the p-values are left out, then names are cut, so that they can be told apart.
    """
    counts = [{s.n for s in side} for side in (tuple(c.a for c in changes), tuple(c.b for c in changes))]
    common = all(len(count) == 1 for count in counts)
    head = ["metric", *(f"{h} (n={min(c)})" if common else h for h, c in zip(heads, counts, strict=True)), "difference"]
    rows = [_metric(c, settings, with_n=False) for c in changes]
    if not common:
        # one narrow column, where a count in every cell would leave no room for the names
        head.insert(1, "n")
        rows = [[name, f"{c.a.n}, {c.b.n}", *cells] for (name, *cells), c in zip(rows, changes, strict=True)]
    right = range(1, len(head) + 1)
    wide = [[*row, _p(c)] for row, c in zip(rows, changes, strict=True)]
    lines = columns(wide, head=[*head, "p"], right=right, total=total, indent=indent)
    if total is not None and max(map(width, lines)) > total:
        lines = columns(rows, head=head, right=right, flexible=0, apart=True, total=total, indent=indent)
    return [*lines, *signs(changes, indent=indent)]


def arms_table(
    metric: str, changes: Sequence[MetricChange], settings: Settings, *, total: int | None, indent: int = 0
) -> list[str]:
    """A row an arm, each beside the same baseline. `changes` are of one `metric`, each named as its arm is."""
    precision = settings.precision(metric)
    baseline = changes[0].a
    rows = [[BASELINE, str(baseline.n), spread(baseline, precision), "", ""]]
    rows += [
        [clean(c.name), str(c.b.n), spread(c.b, precision), _difference(c, _finest(c, precision)), _p(c)]
        for c in changes
    ]
    head = ["arm", "n", "mean ± sd", "from the baseline", "p"]
    lines = columns(rows, head=head, right=range(1, 5), total=total, indent=indent)
    if total is not None and max(map(width, lines)) > total:
        head, rows = head[:4], [row[:4] for row in rows]
        lines = columns(rows, head=head, right=range(1, 4), flexible=0, apart=True, total=total, indent=indent)
    return [" " * indent + clean(metric), *lines]


def signs(changes: Sequence[MetricChange], *, indent: int = 0) -> list[str]:
    """What the signs of differences mean; nothing where none has an interval."""
    tests = dict.fromkeys(c.contrast.test for c in changes if c.contrast is not None)
    said = f"difference with its {CONFIDENCE:.0%} interval ({', '.join(tests)}), p two-sided; ~: none to be seen"
    return [" " * indent + said] if tests else []


def _finest(change: MetricChange, precision: int | None) -> int | None:
    return fineness(change.a, change.b) if precision is None else precision


def _metric(change: MetricChange, settings: Settings, *, with_n: bool = True) -> list[str]:
    precision = settings.precision(change.name)
    cells = [spread(s, precision) + (f" (n={s.n})" if with_n and s.n != 1 else "") for s in (change.a, change.b)]
    return [clean(change.name), *cells, _difference(change, _finest(change, precision))]


def _difference(change: MetricChange, precision: int | None) -> str:
    """`+0.021 (+0.012..+0.030)`; with `~` before it where the interval holds zero, so that it looks like none."""
    if change.difference is None:
        return "-"
    if change.interval is None:
        return signed(change.difference, precision)
    low, high = (signed(bound, precision) for bound in change.interval)
    estimate = signed(change.difference, precision)
    return f"{estimate if change.seen else estimate if estimate == '~' else f'~ {estimate}'} ({low}..{high})"


def _p(change: MetricChange) -> str:
    return "" if change.contrast is None else p_value(change.contrast.p_two_sided())
