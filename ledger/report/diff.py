"""The comparison of two sides as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.analysis.diff import CodeChange, Diff, InputChange
from ledger.analysis.metric_changes import MetricChange
from ledger.model.formats.lockfile import Pinned
from ledger.model.listing import listed
from ledger.model.parameters import Value
from ledger.model.plan import BASELINE, TREATMENT
from ledger.model.settings import Settings
from ledger.model.typed_values import format_value
from ledger.report import numbers
from ledger.report.blocks import Block, CodeBlock, Document, Heading, Items, Mark, Prose, Table
from ledger.report.numbers import fineness, p_value, signed, size, spread
from ledger.report.remarks import sentences
from ledger.report.shapes import diff as shapes
from ledger.report.text import clean
from ledger.stats.contrast import CONFIDENCE


def document(diff: Diff, settings: Settings, *, patch: bool) -> Document:
    """What changed, the results, and what cannot be told apart."""
    title = f"{diff.a}  →  {diff.b}"
    blocks: list[Block] = [Heading(text=title, level=1)]
    changes = changed(diff)
    for kind, table in changes:
        blocks += [Heading(text=kind), table]
    if not changes:
        blocks.append(Prose(text="no difference in parameters, data, code or environment"))
    if patch:
        blocks += [CodeBlock(text=_patch(c), language="diff") for c in diff.code]
    if diff.metrics:
        blocks.append(Heading(text="Metrics", paged=True))
        blocks.append(metrics_table(diff.metrics, heads(diff.a, diff.b), settings))
    over = tuple(over_cases(c, settings) for c in diff.metrics if c.over_cases is not None)
    if over:
        blocks.append(Items(items=over))
    if diff.warnings:
        blocks.append(Items(items=sentences(diff.warnings), mark=Mark.WRONG))
    sheet = Table(head=("what", "name", "a", "b", "difference"), rows=tuple(_rows(diff, settings)))
    return Document(title=title, blocks=tuple(blocks), data=shapes.diff(diff), sheet=sheet)


def changed(diff: Diff) -> list[tuple[str, Table]]:
    """What differs, a table for each kind of thing of which something does."""
    left, right = heads(diff.a, diff.b)
    return [
        *_section(
            "parameters", ("name", left, "", right), [(c.name, _value(c.a), "→", _value(c.b)) for c in diff.params]
        ),
        *_section("data", ("path", "size", "files"), [_data(c) for c in diff.data]),
        *_section("files of the data", ("path", "what", "which"), [row for c in diff.data for row in _files(c)]),
        *_section("code", ("path", "change", "lines"), [_code(c) for c in diff.code]),
        *_section(
            "environment", ("name", left, "", right), [(c.name, c.a or "-", "→", c.b or "-") for c in diff.environment]
        ),
    ]


def _rows(diff: Diff, settings: Settings) -> Iterator[tuple[str, ...]]:
    """The comparison as the rows of one table."""
    for parameter in diff.params:
        yield "parameter", parameter.name, _value(parameter.a), _value(parameter.b), ""
    for data in diff.data:
        path, _, counts = _data(data)
        yield "data", path, _held(data.a), _held(data.b), counts
    for path, kind, lines in map(_code, diff.code):
        yield "code", path, "", "", f"{kind}, {lines}"
    for part in diff.environment:
        yield "environment", part.name, part.a or "-", part.b or "-", ""
    for metric in diff.metrics:
        yield "metric", *_metric(metric, settings)


# so wide may be a name over a column of numbers, and so wide is the count behind it
_HEAD: Final = 24
_COUNT: Final = len(" (n=3)")


def heads(a: str, b: str) -> tuple[str, str]:
    """Names for the two columns: the arms alone where both are of one experiment."""
    (left, _, left_arm), (right, _, right_arm) = a.partition(":"), b.partition(":")
    return (left_arm or TREATMENT, right_arm or TREATMENT) if left == right else (a, b)


def _section(kind: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[tuple[str, Table]]:
    """What differs of one kind; nothing where nothing does."""
    return [(kind, Table(head=head, rows=tuple(rows), headed=False, indent=2, near=True))] if rows else []


def _value(value: Value | None) -> str:
    return "-" if value is None else format_value(value)


def _data(change: InputChange) -> tuple[str, str, str]:
    if change.files is not None:
        brought, removed, changed = map(len, (change.files.brought, change.files.removed, change.files.changed))
        counts = f"+{brought} files, -{removed}, {changed} changed"
    else:
        counts = "" if change.a and change.b else "added" if change.b else "removed"
    before, after = (None if p is None else p.size for p in (change.a, change.b))
    nfiles = [str(p.nfiles) if p is not None and p.nfiles is not None else "" for p in (change.a, change.b)]
    files = f"{nfiles[0] or 0} → {nfiles[1] or 0} files" if any(nfiles) else ""
    if files and before is None and after is None:
        # git holds them
        return change.path, files, counts
    return change.path, f"{size(before)} → {size(after)}" + (f" ({files})" if files else ""), counts


# how many names say which files are meant; the counts stand above
_NAMES: Final = 3


def _files(change: InputChange) -> Iterator[tuple[str, str, str]]:
    """Which files the second side has more, lacks, and has otherwise; then how many by group."""
    if change.files is None:
        return
    path = change.path
    for what, names in (
        ("has more", change.files.brought),
        ("lacks", change.files.removed),
        ("has changed", change.files.changed),
    ):
        if names:
            yield path, what, listed(names, _NAMES)
            path = ""
    for group in change.groups:
        counts = [f"{sign}{n}" for sign, n in (("+", group.added), ("-", group.removed)) if n]
        counts += [f"{group.changed} changed"] if group.changed else []
        yield path, f"in {group.name}", ", ".join(counts)


def _held(pin: Pinned | None) -> str:
    """One side of a change of data, in one cell: `1.2 MB (20 files)`."""
    if pin is None:
        return size(None)
    return size(pin.size) + ("" if pin.nfiles is None else f" ({pin.nfiles} files)")


def _code(change: CodeChange) -> tuple[str, str, str]:
    path = change.path if change.old_path is None else f"{change.old_path} → {change.path}"
    what = f"{change.change} (ignored)" if change.ignored else change.change
    return path, what, f"+{change.lines_added} -{change.lines_removed}"


def _patch(change: CodeChange) -> str:
    return f"--- {clean(change.path)}\n{change.patch}"


def metrics_table(changes: Sequence[MetricChange], heads: tuple[str, str], settings: Settings) -> Table:
    """One row per metric: both sides, the difference with its interval, and below it what the signs mean.

    In a narrow terminal the p-values are left out, then names are cut, so that they can be told apart.
    """
    counts = [{s.n for s in side} for side in (tuple(c.a for c in changes), tuple(c.b for c in changes))]
    common = all(len(count) == 1 for count in counts)
    sides = [f"{h} (n={min(c)})" if common else h for h, c in zip(heads, counts, strict=True)]
    rows: list[tuple[str, ...]] = [(*_metric(c, settings, with_n=False), _p(c)) for c in changes]
    head = ["metric", *sides, "difference", "p"]
    if not common:
        # one narrow column, where a count in every cell would leave no room for the names
        head.insert(1, "n")
        rows = [(name, f"{c.a.n}, {c.b.n}", *cells) for (name, *cells), c in zip(rows, changes, strict=True)]
    return Table(
        head=tuple(head),
        rows=tuple(rows),
        right=tuple(range(1, len(head))),
        optional=(len(head) - 1,),
        names=0,
        head_width=_HEAD + (_COUNT if common else 0),
        faint=_faint(changes, [settings.precision(c.name) for c in changes], 0, head.index("difference")),
        notes=signs(changes, rows),
        short_notes=signs(changes, rows, with_p=False),
    )


def over_cases(change: MetricChange, settings: Settings) -> str:
    """`dice with seeds and 500 cases crossed: ~ -0.006 (-0.012..+0.001), 26% of its variance from the cases`."""
    found = change.over_cases
    assert found is not None
    low, high = found.contrast.interval(CONFIDENCE)
    precision = settings.precision(change.name)
    fine = numbers.fine((low, high)) if precision is None else precision
    counted = f"{change.cases} cases" + (f" in {found.cases} clusters" if found.cases != change.cases else "")
    unseen = "~ " if low <= 0 <= high else ""
    shown = f"{unseen}{signed(found.contrast.estimate, fine)} ({signed(low, fine)}..{signed(high, fine)})"
    return f"{change.name} with seeds and {counted} crossed: {shown}, {found.share:.0%} of its variance from the cases"


def arms_table(metric: str, changes: Sequence[MetricChange], settings: Settings) -> Table:
    """One row per arm, each beside the same baseline. `changes` are of one `metric`, each named as its arm is."""
    precision = settings.precision(metric)
    baseline = changes[0].a
    rows = [(BASELINE, str(baseline.n), spread(baseline, precision), "", "")]
    rows += [
        (c.name, str(c.b.n), spread(c.b, precision), _difference(c, _finest(c, precision)), _p(c)) for c in changes
    ]
    head = ("arm", "n", "mean ± sd", "from the baseline", "p")
    return Table(
        head=head,
        rows=tuple(rows),
        right=(1, 2, 3, 4),
        optional=(4,),
        names=0,
        caption=metric,
        faint=_faint(changes, [precision] * len(changes), 1, 3),
    )


def signs(changes: Sequence[MetricChange], rows: Sequence[Sequence[str]], *, with_p: bool = True) -> tuple[str, ...]:
    """What the signs in the rows of differences mean; nothing where none has an interval.

    Not `with_p`: the column of p-values is not shown.
    """
    tests = dict.fromkeys(c.contrast.test for c in changes if c.contrast is not None)
    said = f"difference with its {CONFIDENCE:.0%} interval ({', '.join(tests)})"
    said += ", two-sided p" if with_p else ""
    said += "; ~: none detected" if any(cell.startswith("~") for row in rows for cell in row) else ""
    said += "" if with_p else "; p: --json"
    return (said,) if tests else ()


def _finest(change: MetricChange, precision: int | None) -> int | None:
    return fineness(change.a, change.b) if precision is None else precision


def _metric(change: MetricChange, settings: Settings, *, with_n: bool = True) -> tuple[str, str, str, str]:
    precision = settings.precision(change.name)
    a, b = (spread(s, precision) + (f" (n={s.n})" if with_n and s.n != 1 else "") for s in (change.a, change.b))
    return change.name, a, b, _difference(change, _finest(change, precision))


def _difference(change: MetricChange, precision: int | None) -> str:
    """`+0.021 (+0.012..+0.030)`; with `~` before it where the interval holds zero, so that it looks like none."""
    if change.interval is None:
        return _estimate(change, precision)
    low, high = (signed(bound, precision) for bound in change.interval)
    return f"{_estimate(change, precision)} ({low}..{high})"


def _estimate(change: MetricChange, precision: int | None) -> str:
    """The difference of the means: `-` where a side has none."""
    if change.difference is None:
        return "-"
    estimate = signed(change.difference, precision)
    return estimate if change.interval is None or change.seen or estimate == "~" else f"~ {estimate}"


def _faint(
    changes: Sequence[MetricChange], precisions: Sequence[int | None], row: int, column: int
) -> tuple[tuple[int, int, int], ...]:
    """The estimates that may be none, in a table of which the first change stands in this row and column."""
    return tuple(
        (at, column, len(_estimate(change, _finest(change, precision))))
        for at, (change, precision) in enumerate(zip(changes, precisions, strict=True), row)
        if change.interval is not None and not change.seen
    )


def _p(change: MetricChange) -> str:
    return "" if change.contrast is None else p_value(change.contrast.p_two_sided())
