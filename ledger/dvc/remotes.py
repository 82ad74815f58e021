"""Remotes whose plugin is not installed: DVC asks for it wherever it lists data, needed or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger.errors import LedgerError


@contextmanager
def without_plugins() -> Iterator[list[str]]:
    """Within the block a remote that lacks its plugin is as none; gives the packages that were missed."""
    from dvc.config import NoRemoteError
    from dvc.data_cloud import DataCloud

    missed: list[str] = []
    get = DataCloud.get_remote

    def get_remote(cloud: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return get(cloud, *arguments, **options)
        except ImportError as error:
            package = plugin(error)
            if package not in missed:
                missed.append(package)
            raise NoRemoteError(str(error)) from error

    DataCloud.get_remote = get_remote
    try:
        yield missed
    finally:
        DataCloud.get_remote = get


def plugin(error: ImportError) -> str:
    """The package that is missing, as DVC's error names it: `dvc-s3`."""
    found = re.search(r"'(dvc-[a-z0-9]+)'", str(error))
    return str(error) if found is None else found[1]


def how_to_install(package: str) -> str:
    """What to type to have a missing package."""
    return f"pip install 'dvc[{package.removeprefix('dvc-')}]'"


def missing_plugin(what: str, package: str) -> LedgerError:
    """The error where the remote is needed after all."""
    return LedgerError(
        f"{what} is not in DVC's cache, and fetching it from the remote needs {package}",
        hint=how_to_install(package),
    )
