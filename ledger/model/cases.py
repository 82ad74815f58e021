"""Per-case results: where `ledger.yaml` says that trials keep them, and what one trial's file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ledger.model.frozen import frozen

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")

_KEYS = ("file", "id", "metric", "by", "cluster")


@frozen
class CaseColumns:
    """The file that every trial writes, and its columns.

    `id` names a case, the same in every trial. `metrics`: the column of each metric, whose mean over the cases is
    what the trial has of it. `by`: what cases can be told apart by; `cluster`: what several of them may share, as those
    of one patient do.
    """

    file: str
    id: str
    metrics: Mapping[str, str]
    by: tuple[str, ...] = ()
    cluster: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns that say something of a case, `cluster` last."""
        own = () if self.cluster is None else (self.cluster,)
        return tuple(dict.fromkeys((*self.by, *own)))

    def to_mapping(self) -> dict[str, object]:
        """As `ledger.yaml` has it; `parse` is the inverse."""
        same = all(name == column for name, column in self.metrics.items())
        return {
            "file": self.file,
            "id": self.id,
            "metric": list(self.metrics) if same else dict(self.metrics),
            **({"by": list(self.by)} if self.by else {}),
            **({"cluster": self.cluster} if self.cluster is not None else {}),
        }


@frozen
class CaseTable:
    """The results of one trial, case by case, in the order of the file.

    `values` holds the metrics whose column is there, NaN where a case has none; `labels` the other columns as text.
    """

    ids: tuple[str, ...]
    values: Mapping[str, Sequence[float]]
    labels: Mapping[str, tuple[str, ...]]


class NotSo(ValueError):
    """A part of the setting is not what it should be: its `key`, the `value`, and what is `wanted`."""

    def __init__(self, key: str, value: object, wanted: str) -> None:
        super().__init__(key, value, wanted)
        self.key = key
        self.value = value
        self.wanted = wanted


def parse(document: object) -> CaseColumns:
    """The setting `cases` of `ledger.yaml`. Raises NotSo."""
    if not isinstance(document, Mapping):
        raise NotSo("", document, f"a mapping of {', '.join(_KEYS)}")
    for key in document:
        if key not in _KEYS:
            raise NotSo("", str(key), f"one of its keys: {', '.join(_KEYS)}")
    file, name = _text(document, "file"), _text(document, "id")
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or path.suffix.lower() not in SUFFIXES:
        raise NotSo("file", file, f"a path below the root that ends in {', '.join(SUFFIXES)}")
    columns = CaseColumns(
        file=path.as_posix(),
        id=name,
        metrics=_metrics(document.get("metric")),
        by=_texts(document, "by"),
        cluster=None if document.get("cluster") is None else _text(document, "cluster"),
    )
    for metric, column in columns.metrics.items():
        if column in (columns.id, *columns.labels):
            raise NotSo("metric", metric, "a column of its own")
    if columns.id in columns.labels:
        raise NotSo("by" if columns.id in columns.by else "cluster", columns.id, "another column than `id`")
    return columns


def _text(document: Mapping[object, object], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise NotSo(key, value, "a text")
    return value


def _texts(document: Mapping[object, object], key: str) -> tuple[str, ...]:
    value = document.get(key)
    items = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
        raise NotSo(key, value, "a list of columns")
    if len(set(items)) < len(items):
        raise NotSo(key, value, "a list of different columns")
    return tuple(items)


def _metrics(value: object) -> dict[str, str]:
    if isinstance(value, Mapping):
        if value and all(isinstance(each, str) and each for pair in value.items() for each in pair):
            return {str(name): str(column) for name, column in value.items()}
        raise NotSo("metric", dict(value), "a mapping of metrics to columns")
    names = _texts({"metric": value}, "metric")
    if not names:
        raise NotSo("metric", value, "a metric, a list of metrics or a mapping of metrics to columns")
    return {name: name for name in names}
