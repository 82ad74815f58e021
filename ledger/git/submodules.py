"""Submodules: the commits of other repositories that a commit names, and their files in a folder of ours.

They are read where the user's clone has them. The user's work tree, and HEAD and index of the submodules in it, are
left as they are: what is laid out here has an index of its own, and no `.git`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ledger.git.git import Git
from ledger.git.objects import Objects
from ledger.git.process import GitError, call, failed, scrubbed_alone
from ledger.git.work_trees import WITHOUT_HOOKS, discard, own_folder
from ledger.model.frozen import frozen


@frozen
class Submodule:
    """A commit of another repository at a path of a work tree.

    `store` is a git directory here that holds the commit, None where none does; `cloned` says whether there is one for
    the submodule at all.
    """

    path: str
    commit: str
    store: Path | None
    cloned: bool


def of_commit(git: Git, commit: str, links: Mapping[str, str]) -> tuple[Submodule, ...]:
    """The submodules of a commit, each followed by those in it; `links` are the commits that it names, by path."""
    if not links:
        return ()
    own = own_folder(git, git.root)
    # a linked work tree has clones of its own
    return tuple(_found(git.common, commit, links, clones=(own, git.common), root=git.root, above=""))


def _found(
    store: Path, commit: str, links: Mapping[str, str], *, clones: Sequence[Path], root: Path, above: str
) -> Iterator[Submodule]:
    """Those at the links of a commit in a git directory, of which there may be clones below `clones`."""
    names = _names(store, commit)
    for path, oid in links.items():
        name = names.get(path, path)
        homes = [*_checked_out(root / path), *(clone / "modules" / name for clone in clones)]
        there = [home for home in homes if (home / "HEAD").is_file()]
        holding = next((home for home in there if _holds(home, oid)), None)
        yield Submodule(path=f"{above}{path}", commit=oid, store=holding, cloned=bool(there))
        if holding is not None:
            inner = _links(holding, oid)
            yield from _found(holding, oid, inner, clones=(holding,), root=root / path, above=f"{above}{path}/")


def _checked_out(place: Path) -> list[Path]:
    """The git directory of a submodule that is checked out, if it is."""
    if not (place / ".git").exists():
        return []
    done = call(["rev-parse", "--absolute-git-dir"], cwd=place)
    return [Path(os.fsdecode(done.stdout).rstrip("\n"))] if done.returncode == 0 else []


def _holds(store: Path, commit: str) -> bool:
    return call([f"--git-dir={store}", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=store).returncode == 0


@lru_cache(256)
def _names(store: Path, commit: str) -> Mapping[str, str]:
    """What `.gitmodules` calls the submodules, by path: the folder of a clone has this name."""
    asked = ["config", "--blob", f"{commit}:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$"]
    done = call([f"--git-dir={store}", *asked], cwd=store)
    entries = [os.fsdecode(entry).partition("\n") for entry in done.stdout.split(b"\0") if entry]
    names = {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in entries}
    # a crafted name would lead to another repository
    return {path: name for path, name in names.items() if ".." not in PurePosixPath(name).parts}


@lru_cache(256)
def _links(store: Path, commit: str) -> Mapping[str, str]:
    with closing(objects(store)) as reader:
        return {path: entry.oid for path, entry in reader.files(commit).items() if entry.is_submodule}


def objects(store: Path) -> Objects:
    """What reads the objects of a git directory; close it."""
    return Objects(store, scrubbed_alone(os.environ))


def lay_out(submodule: Submodule, place: Path, index: Path) -> None:
    """Make a folder hold exactly the submodule's files, but for submodules in it. `index` remembers what it holds.

    Raises GitError where the files cannot be written.
    """
    if place.is_symlink() or place.is_file():
        place.unlink()
    index.parent.mkdir(parents=True, exist_ok=True)
    # of one that was killed: place and index are the caller's alone
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)
    try:
        _fill(submodule, place, index)
    except GitError:
        # a damaged index, or a folder that a stage has made read-only
        index.unlink(missing_ok=True)
        discard(place)
        _fill(submodule, place, index)


def _fill(submodule: Submodule, place: Path, index: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    _run(submodule, place, index, "read-tree", "--reset", "-u", submodule.commit)
    _run(submodule, place, index, "clean", "-ffdxq")


def changed(submodule: Submodule, place: Path, index: Path) -> list[str]:
    """The files of a submodule that was laid out which are others now, by their paths in the outermost work tree."""
    # a file that was written anew with the same content has not changed
    call(["update-index", "-q", "--refresh"], cwd=place, environment=_places(submodule, place, index))
    out = _run(submodule, place, index, "diff-index", "--name-only", "-z", "--no-renames", submodule.commit)
    return _paths(submodule, out)


def differing(old: Submodule, new: Submodule) -> list[str] | None:
    """The files that differ between two commits of a submodule, by their paths in the outermost work tree.

    None where no clone here holds both commits.
    """
    if new.store is None:
        return None
    asked = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", old.commit, new.commit]
    done = call([f"--git-dir={new.store}", *asked], cwd=new.store)
    return _paths(new, done.stdout) if done.returncode == 0 else None


def _paths(submodule: Submodule, said: bytes) -> list[str]:
    return [f"{submodule.path}/{os.fsdecode(path)}" for path in said.split(b"\0") if path]


def _places(submodule: Submodule, place: Path, index: Path) -> dict[str, str]:
    return {
        "GIT_DIR": str(submodule.store),
        "GIT_WORK_TREE": str(place),
        "GIT_INDEX_FILE": str(index),
        "GIT_OPTIONAL_LOCKS": "1",
    }


def _run(submodule: Submodule, place: Path, index: Path, *arguments: str) -> bytes:
    whole = [*WITHOUT_HOOKS, "-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false", *arguments]
    done = call(whole, cwd=place, environment=_places(submodule, place, index))
    if done.returncode != 0:
        raise failed(whole, os.fsdecode(done.stderr))
    return done.stdout
