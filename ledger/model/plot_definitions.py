"""What `dvc.yaml` says of its plots: which column of which file is drawn over which other.

The properties of a stage's plot outputs, and the `plots:` beside the stages. Paths are relative to the git root.
Templates in paths (`results/${name}.csv`) are not resolved here: they fit any path of that form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ledger.model.formats.lockfile import place
from ledger.model.frozen import frozen
from ledger.model.pipeline import inside

# DVC's own templates that draw lines; a template of the user's may
_NO_LINES = re.compile(r"confusion|bar_|scatter|jitter")


@frozen
class PlotAxis:
    """A column of a file, None where the definition leaves it open; `file` may be a folder, and hold templates."""

    file: str
    column: str | None

    def holds(self, path: str) -> bool:
        """Whether `path` is this file, or lies in this folder."""
        if "${" not in self.file:
            return inside(path, self.file)
        parts = re.split(r"\$\{[^}]*\}", self.file)
        return re.fullmatch("[^/]+".join(map(re.escape, parts)) + r"(?:/.*)?", path) is not None


@frozen
class Plot:
    """One plot. `x` is None where it is the number of the row; `lines`: drawn as a curve and not as something else."""

    title: str | None
    y: tuple[PlotAxis, ...]
    x: tuple[PlotAxis, ...] = ()
    x_label: str | None = None
    y_label: str | None = None
    header: bool = True
    lines: bool = True


def parse(document: object, folder: str) -> tuple[Plot, ...]:
    """The plots that the parsed `dvc.yaml` in `folder` defines; what is malformed there is left to DVC."""
    if not isinstance(document, Mapping):
        return ()
    found = []
    stages = document.get("stages")
    for stage in stages.values() if isinstance(stages, Mapping) else ():
        body = stage.get("do", stage) if isinstance(stage, Mapping) else {}
        if isinstance(body, Mapping):
            at = body.get("wdir")
            wdir = place(folder, at) if isinstance(at, str) else folder
            found += [_plot(name, properties, wdir) for name, properties in _entries(body.get("plots"))]
    found += [_plot(name, properties, folder) for name, properties in _entries(document.get("plots"))]
    return tuple(found)


def _entries(plots: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The plots by name: a mapping, or a list of names and of mappings."""
    for item in [plots] if isinstance(plots, Mapping) else plots if isinstance(plots, list) else ():
        if isinstance(item, str):
            yield item, {}
        elif isinstance(item, Mapping):
            yield from ((str(name), value if isinstance(value, Mapping) else {}) for name, value in item.items())


def _plot(name: str, properties: Mapping[str, object], folder: str) -> Plot:
    y = _axes(properties.get("y"), folder, [place(folder, name)])
    return Plot(
        title=_text(properties.get("title")) or (name if isinstance(properties.get("y"), Mapping) else None),
        y=y,
        x=_axes(properties.get("x"), folder, [axis.file for axis in y]) if "x" in properties else (),
        x_label=_text(properties.get("x_label")),
        y_label=_text(properties.get("y_label")),
        header=properties.get("header") is not False,
        lines=_NO_LINES.match(str(properties.get("template") or "")) is None,
    )


def _axes(value: object, folder: str, files: list[str]) -> tuple[PlotAxis, ...]:
    """`column`, `[columns]` of the `files` (which are placed already), or a mapping of files to these."""
    if isinstance(value, Mapping):
        pairs = [(place(folder, str(file)), columns) for file, columns in value.items()]
    else:
        pairs = [(file, value) for file in files]
    found = [PlotAxis(file=file, column=column) for file, columns in pairs for column in _columns(columns)]
    return tuple(dict.fromkeys(found))


def _columns(value: object) -> list[str | None]:
    if isinstance(value, list):
        return [str(column) for column in value if isinstance(column, str | int)]
    return [str(value)] if isinstance(value, str | int) and not isinstance(value, bool) else [None]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
