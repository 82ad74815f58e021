"""One remote of DVC's that data goes to and comes from: found by name, with an error that says what to type."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.dvc import remotes
from ledger.dvc.resolve import words
from ledger.errors import LedgerError
from ledger.model.frozen import frozen

WITHOUT = "or leave the data: --no-data"


@frozen
class DvcRemote:
    """A remote, opened: its name, its URL without a password, and where it has its objects, DVC 2's in `legacy`."""

    name: str
    url: str
    store: Any
    legacy: Any

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Within the block whatever the remote's own library raises is an error that names the remote."""
        try:
            yield
        except LedgerError:
            raise
        # each kind of remote has its own library, and each library its own errors
        except Exception as error:
            raise self.fails(error) from error

    def holds(self, store: Any, digests: Set[str], *, jobs: int | None) -> set[str]:
        """Those of the objects that it has, one by one or from a list of all that it has, as DVC finds quicker.

        `store`: its objects, or those in `legacy`.
        """
        if store.fs.protocol == "local" or not digests:
            # DVC would remove what it finds corrupt there
            return self.holds_each(store, digests, jobs=jobs)
        with self.asked():
            return set(store.oids_exist(list(digests), jobs=jobs))

    def holds_each(self, store: Any, digests: Set[str], *, jobs: int | None) -> set[str]:
        """The same, asked for one by one."""
        asked = list(digests)
        if not asked:
            return set()
        with self.asked():
            if store.fs.protocol != "local":
                return set(store.list_oids_exists(asked, jobs=jobs))
            return {digest for digest in asked if os.path.isfile(store.oid_to_path(digest))}  # noqa: PTH113

    @property
    def lost(self) -> bool:
        """Whether it is a folder that does not exist: not made yet, or on a disk that is not mounted."""
        with self.asked():
            return self.legacy.fs.protocol == "local" and not Path(self.legacy.path).exists()

    def require(self) -> None:
        """Raise LedgerError where it is a folder that does not exist."""
        if self.lost:
            raise LedgerError(
                f"the DVC remote {self.name} ({self.url}) does not exist: is the disk mounted?",
                hint=f"repeat the command once it is; another remote: --data-remote NAME; {WITHOUT}",
            )

    def fails(self, error: BaseException) -> LedgerError:
        """The error that says what the remote answered."""
        said = _plain(words(error))
        if isinstance(error, PermissionError) or "credential" in said.lower():
            if self.store.fs.protocol == "local":
                hint = f"you need read and write access to {self.url}; {WITHOUT}"
            else:
                hint = f"dvc remote modify --local {self.name} OPTION VALUE sets credentials; {WITHOUT}"
            return LedgerError(f"no permission to use the DVC remote {self.name} ({self.url}): {said}", hint=hint)
        return LedgerError(
            f"the DVC remote {self.name} ({self.url}) cannot be used: {said}",
            hint=f"repeat the command once it is fixed: it continues from here; {WITHOUT}",
        )


def opened(repo: Any, name: str | None, *, kept_there: str | None = None) -> DvcRemote:
    """The remote of that name, the default one without it. `kept_there`: a path that dvc.yaml keeps in that remote.

    Raises LedgerError where there is none, its plugin is missing, or it is cloud-versioned: such a remote has its files
    under their own names, by versions that only the commit at hand knows.
    """
    from dvc.config import ConfigError

    known = sorted(repo.config["remote"])
    chosen = name or repo.config["core"].get("remote")
    if chosen is None:
        raise _no_default(known)
    if chosen not in known:
        raise _unknown(chosen, known, kept_there if name else None)
    try:
        remote = repo.cloud.get_remote(chosen)
    except ImportError as error:
        package = remotes.plugin(error)
        raise LedgerError(
            f"the DVC remote {chosen} needs {package}, which is not installed", hint=remotes.how_to_install(package)
        ) from None
    except ConfigError as error:
        raise LedgerError(
            f"DVC cannot use its remote {chosen}: {_plain(words(error))}", hint="dvc config --list --show-origin"
        ) from None
    if remote.worktree or remote.fs.version_aware:
        raise LedgerError(
            f"the DVC remote {chosen} is cloud-versioned: it has the data of one commit, not of every trial",
            hint=f"dvc push -r {chosen} or dvc pull -r {chosen} moves what is checked out; another remote: "
            f"--data-remote NAME; {WITHOUT}",
        )
    url = re.sub(r"//[^/@]*@", "//", str(repo.config["remote"][chosen]["url"]))
    return DvcRemote(name=chosen, url=url, store=remote.odb, legacy=remote.legacy_odb)


def require_known(repo: Any, name: str) -> None:
    """Raise LedgerError, which names those that there are, where there is no remote of that name."""
    known = sorted(repo.config["remote"])
    if name not in known:
        raise _unknown(name, known, None)


def _no_default(known: list[str]) -> LedgerError:
    if known:
        return LedgerError(
            "DVC has no default remote for the data",
            hint=f"--data-remote NAME, or dvc remote default NAME; known: {', '.join(known)}; {WITHOUT}",
        )
    return LedgerError("DVC has no remote for the data", hint=f"dvc remote add -d NAME URL; {WITHOUT}")


def _unknown(name: str, known: list[str], kept_there: str | None) -> LedgerError:
    there = f"known: {', '.join(known)}" if known else "there is none"
    if kept_there is not None:
        return LedgerError(
            f"{kept_there} is kept in the DVC remote {name}, which is not set up here ({there})",
            hint=f"dvc remote add {name} URL; {WITHOUT}",
        )
    return LedgerError(f"DVC has no remote {name} ({there})", hint=f"dvc remote add {name} URL; {WITHOUT}")


def _plain(text: str) -> str:
    """What a library says, on one line and not longer than a reader wants."""
    said = re.sub(r"//[^/@\s]*@", "//", " ".join(text.split()))
    return said if len(said) <= 300 else f"{said[:299]}…"
