"""The files that every site of one version has alike: style, scripts, and the library that draws pictures on demand."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Final

from ledger.model.site import File

LIBRARY: Final = "assets/vega.js"


def files() -> tuple[File, ...]:
    """Those below `assets/`, but for the library."""
    folder = resources.files("ledger.report.site") / "static"
    found = sorted((one for one in folder.iterdir() if one.is_file()), key=lambda one: one.name)
    return (*(File(path=f"assets/{one.name}", content=one.read_bytes()) for one in found), _specifications())


def library_version() -> str:
    """The version of the library: making its file takes two seconds, and it changes with this alone."""
    from ledger.report.plots import library

    return library.package_version()


def library() -> File:
    """Vega with all that it needs, as one script."""
    from ledger.report.plots import library

    # it declares names of its own at the top, which must not meet those of a page
    return File(path=LIBRARY, content=f"{{\n{library.script()}\n}}\n".encode())


@cache
def _specifications() -> File:
    """The charts that pages draw on demand, over data of their own: the same for every site."""
    from ledger.report.plots import live

    specs = {"linear": live.series(log=False), "log": live.series(log=True)}
    said = json.dumps(specs, sort_keys=True)
    return File(path="assets/charts-specs.js", content=f'ledger.data("chart-specs",{said});\n'.encode())
