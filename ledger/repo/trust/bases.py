"""What is trusted as a whole: the main branch with its upstream, and the branches of remotes that the user trusts.

Which branch is the main one is asked of git alone: `ledger.yaml` is a file of whatever branch is checked out, which
could name itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath

from ledger.analysis import made_here
from ledger.errors import LedgerError
from ledger.git import reflogs
from ledger.git.git import Git
from ledger.git.process import call
from ledger.machine.trust_store import TrustStore
from ledger.model.listing import listed

_ASKED = r"^(remote\..*\.(url|fetch)|branch\..*\.(remote|merge)|init\.defaultbranch|core\.logallrefupdates)$"
_HEADS = "refs/heads/"
_ORIGIN = "refs/remotes/origin/"


class Bases:
    """The trusted parts of a repository's history, as of when they are first asked for."""

    def __init__(self, git: Git, store: TrustStore) -> None:
        self._git = git
        self._store = store

    @cached_property
    def _config(self) -> dict[str, list[str]]:
        """Git's settings by their names, of which the first and the last part are in small letters."""
        found: dict[str, list[str]] = {}
        said = call(["config", "-z", "--get-regexp", _ASKED], cwd=self._git.root).stdout
        for entry in filter(None, os.fsdecode(said).split("\0")):
            name, _, value = entry.partition("\n")
            found.setdefault(name, []).append(value)
        return found

    @cached_property
    def remotes(self) -> dict[str, str]:
        """The URLs of the remotes by name; one that is a path is told from the root of the repository."""
        urls = {
            n.removeprefix("remote.").removesuffix(".url"): v for n, v in self._config.items() if n.endswith(".url")
        }
        return {name: self._located(values[-1]) for name, values in urls.items()}

    def _located(self, url: str) -> str:
        path = "://" not in url and (url.startswith((".", "/")) or ":" not in url)
        return os.path.normpath(self._git.root / url) if path else url

    def url(self, remote: str) -> str:
        """The URL of a remote. Raises LedgerError where there is none of that name."""
        if remote not in self.remotes:
            known = listed(sorted(self.remotes), 8)
            raise LedgerError(
                f"there is no remote {remote}", hint=f"it has {known}" if known else "git remote add origin URL"
            )
        return self.remotes[remote]

    @cached_property
    def is_alone(self) -> bool:
        """Whether the repository has no remote, and never had anything of another's."""
        common = self._git.common
        if self.remotes or any(one.exists() for one in (common / "remotes", common / "branches") if _holds(one)):
            return False
        if any((folder / "FETCH_HEAD").exists() for folder in (common, *(common / "worktrees").glob("*"))):
            return False
        if self._git.refs("refs/remotes", "refs/ledger/remotes"):
            return False
        return not any(made_here.is_fetched(entry.message) for entry in reflogs.of_heads(self._git))

    @property
    def trusts_remotes(self) -> bool:
        """Whether the user trusts one of the remotes as a whole."""
        return any(map(self._store.holds_remote, self.remotes.values()))

    @property
    def keeps_reflogs(self) -> bool:
        """Whether git writes down here which commits are made."""
        said = self._config.get("core.logallrefupdates", ["true"])[-1].lower()
        return said not in ("false", "no", "off", "0")

    @cached_property
    def main(self) -> str | None:
        """The full ref of the main branch: the one here, or else the one of `origin`; None where there is neither."""
        names = [*self._default_of_origin(), "main", "master", *self._config.get("init.defaultbranch", [])]
        refs = [*(_HEADS + name for name in names), *(_ORIGIN + name for name in names)]
        return next((ref for ref in refs if self._git.commit(ref) is not None), None)

    def _default_of_origin(self) -> Iterator[str]:
        """The branch that `origin` had checked out when it was cloned."""
        try:
            said = (self._git.common / _ORIGIN / "HEAD").read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return
        if said.startswith(f"ref: {_ORIGIN}"):
            yield said.removeprefix(f"ref: {_ORIGIN}")

    @cached_property
    def trusted(self) -> tuple[str, ...]:
        """The commits whose whole history is trusted."""
        refs = [] if self.main is None else [self.main, *self._upstream(self.main)]
        refs += [ref for name, url in self.remotes.items() if self._store.holds_remote(url) for ref in self._of(name)]
        found = (self._git.commit(ref) for ref in refs)
        return tuple(dict.fromkeys(commit for commit in found if commit is not None))

    def _upstream(self, main: str) -> Iterator[str]:
        name = main.removeprefix(_HEADS)
        (remote, *_), (merge, *_) = (self._config.get(f"branch.{name}.{key}", [""]) for key in ("remote", "merge"))
        if remote in self.remotes and merge.startswith(_HEADS):
            yield f"refs/remotes/{remote}/{merge.removeprefix(_HEADS)}"

    def _of(self, remote: str) -> Iterator[str]:
        """The refs that hold the remote's branches, and not those into which a refspec brings pull requests."""
        specs = [spec.lstrip("+").partition(":") for spec in self._config.get(f"remote.{remote}.fetch", [])]
        others = [to for source, _, to in specs if not source.startswith(_HEADS) and to]
        for ref in self._git.refs(f"refs/remotes/{remote}/"):
            if not any(fnmatchcase(ref, to) for to in others):
                yield ref


def _holds(folder: os.PathLike[str]) -> bool:
    try:
        return any(os.scandir(folder))
    except OSError:
        return False


def remote_of(ref: str) -> str | None:
    """The remote whose branch a ref holds: `refs/remotes/origin/exp/x` is of `origin`."""
    parts = PurePosixPath(ref).parts
    return parts[2] if ref.startswith("refs/remotes/") and len(parts) > 3 else None
