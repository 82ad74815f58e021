"""The comparison of two sides as text."""

from __future__ import annotations

from ledger.analysis.diff import CodeChange, DataChange, Diff, MetricChange
from ledger.model.hypothesis import TREATMENT
from ledger.model.parameters import Value, format_value
from ledger.model.settings import Settings
from ledger.report.numbers import fineness, number, size, spread
from ledger.report.text import clean, columns, cut


def render(diff: Diff, settings: Settings, *, patch: bool, total: int) -> str:
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
        rows = [_metric(c, settings) for c in diff.metrics]
        head = ["metric", *_heads(a, b), "difference"]
        lines += [*columns(rows, head=head, right=(1, 2, 3), total=total), ""]
    lines += [f"! {clean(warning)}" for warning in diff.warnings]
    return "\n".join(lines).rstrip() + "\n"


def rows(diff: Diff, settings: Settings) -> list[tuple[str, ...]]:
    """The comparison as one table, with HEAD above it."""
    found: list[tuple[str, ...]] = [("parameter", clean(c.name), _value(c.a), _value(c.b), "") for c in diff.params]
    for data in diff.data:
        path, sizes, counts = _data(data)
        before, _, after = sizes.partition(" → ")
        found.append(("data", path, before, after, counts))
    found += [("code", *_code(c)[:1], "", c.change, f"+{c.lines_added} -{c.lines_removed}") for c in diff.code]
    found += [("environment", clean(c.name), clean(c.a or "-"), clean(c.b or "-"), "") for c in diff.environment]
    for change in diff.metrics:
        name, a, b, difference = _metric(change, settings)
        found.append(("metric", name, a, b, difference))
    return found


HEAD = ("what", "name", "a", "b", "difference")


def _heads(a: str, b: str) -> tuple[str, str]:
    """Names for the two columns: the arms alone where both are of one experiment."""
    (left, _, left_arm), (right, _, right_arm) = a.partition(":"), b.partition(":")
    if left == right:
        return left_arm or TREATMENT, right_arm or TREATMENT
    return cut(a, 24), cut(b, 24)


def _section(title: str, rows: list[list[str]], total: int) -> list[str]:
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


def _code(change: CodeChange) -> list[str]:
    return [clean(change.path), change.change, f"+{change.lines_added} -{change.lines_removed}"]


def _patch(change: CodeChange) -> list[str]:
    body = ["".join(c if c.isprintable() or c == "\t" else "?" for c in line) for line in change.patch.splitlines()]
    return [f"--- {clean(change.path)}", *body, ""]


def _metric(change: MetricChange, settings: Settings) -> list[str]:
    precision = settings.precision(change.name)
    finest = fineness(change.a, change.b) if precision is None else precision
    difference = "-" if change.difference is None else _signed(change, finest)
    cells = [spread(s, precision) + (f" (n={s.n})" if s.n != 1 else "") for s in (change.a, change.b)]
    return [clean(change.name), *cells, difference]


def _signed(change: MetricChange, precision: int | None) -> str:
    assert change.difference is not None
    if change.difference == 0:
        return "~"
    text = number(abs(change.difference), precision)
    return ("+" if change.difference > 0 else "-") + text
