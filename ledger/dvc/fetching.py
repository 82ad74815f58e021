"""Fetching the manifests of data sets from a remote, without the files that they list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.dvc import remotes
from ledger.dvc.resolve import silence


def fetch(root: Path, digests: Sequence[str]) -> tuple[str, ...]:
    """Bring manifests from the default remote into DVC's cache; returns those that it does not have either."""
    from dvc.config import NoRemoteError, RemoteConfigError
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.transfer import transfer

    with silence(), remotes.without_plugins() as missed, Repo(str(root)) as repo:
        try:
            remote = repo.cloud.get_remote_odb()
        except (NoRemoteError, RemoteConfigError):
            if missed:
                raise remotes.missing_plugin("a list of files", missed[0]) from None
            return tuple(digests)
        try:
            transfer(remote, repo.cache.local, {HashInfo("md5", digest) for digest in digests}, shallow=True)
        except (DvcException, OSError):
            return tuple(digests)
        return tuple(digest for digest in digests if not repo.cache.local.exists(digest))
