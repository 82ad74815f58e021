"""What differs between two sides, and how the results compare?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.analysis import caveats
from ledger.analysis.datasets.additions import Step, step
from ledger.analysis.datasets.parts import Listing
from ledger.analysis.metric_changes import MetricChange, metric_change
from ledger.analysis.side import Side, in_same_terms
from ledger.model.environment import Environment, difference
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import identical
from ledger.model.remarks import Remark


@frozen
class ValueChange:
    """Something that has one value on each side; None where a side lacks it."""

    name: str
    a: Any
    b: Any


@frozen
class GroupFiles:
    """How many files of one group differ."""

    name: str
    added: int
    removed: int
    changed: int


@frozen
class InputChange:
    """An input that differs; of folders whose listings are known, the `files` that b has more, lacks and has changed.

    `groups` counts them by group, where a plan says how the files are grouped.
    """

    path: str
    a: Pinned | None
    b: Pinned | None
    files: Step | None = None
    groups: tuple[GroupFiles, ...] = ()


@frozen
class CodeChange:
    """A file that differs. `change`: added, removed, renamed (from `old_path`) or changed; lines that came and went.

    `ignored`: no stage depends on it, and `ignore` in `ledger.yaml` says that it changes nothing: no difference can be
    attributed to it.
    """

    path: str
    change: str
    lines_added: int
    lines_removed: int
    patch: str
    old_path: str | None = None
    ignored: bool = False


@frozen
class Diff:
    """The whole comparison of a with b. `confounded`: the warnings that more than one thing differs.

    `commits`: those whose code the sides have, None where that is not known.
    """

    a: str
    b: str
    params: tuple[ValueChange, ...]
    data: tuple[InputChange, ...]
    code: tuple[CodeChange, ...]
    environment: tuple[ValueChange, ...]
    metrics: tuple[MetricChange, ...]
    warnings: tuple[Remark, ...] = ()
    confounded: tuple[Remark, ...] = ()
    commits: tuple[str | None, str | None] = (None, None)


def diff(
    a: Side,
    b: Side,
    *,
    code: Sequence[CodeChange],
    listings: Mapping[str, Listing],
    grouped: Callable[[str, Listing], Mapping[str, str]] | None = None,
) -> Diff:
    """The comparison of two sides. `code` are the files that differ; `listings` directories by md5: path to md5.

    `grouped` gives the group of every file of a listing at a path, none where it has no groups.
    """
    a, b = in_same_terms(a, b)
    axes = a.axes | b.axes
    params = [
        ValueChange(name=name, a=a.params.get(name), b=b.params.get(name))
        for name in _ordered(a.params, b.params)
        if name not in axes and not identical(a.params.get(name, _ABSENT), b.params.get(name, _ABSENT))
    ]
    data = [
        _data_change(path, a, b, listings, grouped)
        for path in _ordered(a.data, b.data)
        if _md5(a.data.get(path)) != _md5(b.data.get(path)) or a.held.get(path) != b.held.get(path)
    ]
    environment = [ValueChange(name=n, a=x, b=y) for n, x, y in _environment(a.environments, b.environments)]
    metrics = [
        metric_change(name, a.metrics.get(name, {}), b.metrics.get(name, {}), parts=a.parts or b.parts)
        for name in _ordered(a.metrics, b.metrics)
    ]
    kinds = {
        "parameters": len(params),
        "data": len(data),
        "code": sum(not change.ignored for change in code),
        "environment": len(environment),
    }
    confounded = tuple(caveats.attribution(kinds, [change.name for change in params]))
    return Diff(
        a=a.label,
        b=b.label,
        params=tuple(params),
        data=tuple(data),
        code=tuple(code),
        environment=tuple(environment),
        metrics=tuple(metrics),
        warnings=(
            *a.warnings,
            *b.warnings,
            *confounded,
            *caveats.replication(a, b),
            *caveats.untested(a, b),
            *caveats.left_out(metrics, a, b),
        ),
        confounded=confounded,
        commits=(a.code, b.code),
    )


_ABSENT = object()


def _ordered(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*a, *b]))


def _md5(pin: Pinned | None) -> str | None:
    return None if pin is None else pin.md5


def _data_change(
    path: str,
    a: Side,
    b: Side,
    listings: Mapping[str, Listing],
    grouped: Callable[[str, Listing], Mapping[str, str]] | None,
) -> InputChange:
    before, after = (_listing(side, path, listings) for side in (a, b))
    change = InputChange(path=path, a=a.data.get(path), b=b.data.get(path))
    if before is None or after is None:
        return change
    files = step(before, after)
    group_of = {} if grouped is None else grouped(path, {**before, **after})
    return replace(change, files=files, groups=_by_group(files, group_of))


def _listing(side: Side, path: str, listings: Mapping[str, Listing]) -> Listing | None:
    pin = side.data.get(path)
    return side.held.get(path) if path in side.held else listings.get(_md5(pin) or "")


def _by_group(files: Step, group_of: Mapping[str, str]) -> tuple[GroupFiles, ...]:
    kinds = (files.brought, files.removed, files.changed)
    counts = [Counter(group_of[path] for path in paths if path in group_of) for paths in kinds]
    names = sorted({name for count in counts for name in count})
    return tuple(
        GroupFiles(name=name, added=counts[0][name], removed=counts[1][name], changed=counts[2][name]) for name in names
    )


def _environment(a: Sequence[Environment], b: Sequence[Environment]) -> list[tuple[str, str | None, str | None]]:
    """What differs between the latest environments of both sides; nothing where one of them is shared by both."""
    if not a or not b or set(map(_key, a)) & set(map(_key, b)):
        return []
    return difference(a[-1], b[-1])


def _key(environment: Environment) -> str:
    return repr(environment)
