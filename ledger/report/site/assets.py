"""The files that every site of one version has alike: style and scripts."""

from __future__ import annotations

from importlib import resources

from ledger.model.site import File


def files() -> tuple[File, ...]:
    """Those below `assets/`."""
    folder = resources.files("ledger.report.site") / "static"
    found = sorted((one for one in folder.iterdir() if one.is_file()), key=lambda one: one.name)
    return tuple(File(path=f"assets/{one.name}", content=one.read_bytes()) for one in found)
