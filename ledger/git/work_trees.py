"""The work trees of a repository: which there are, and how ours are made and unmade.

`git worktree add` registers a work tree file by file. Whatever lists work trees meanwhile (`git branch`, `git gc`,
another ledger) may die of the half of it ("failed to read .git/worktrees/2/commondir", git 2.39), and where it is
killed in between, every such command does from then on. So ours are registered at one stroke: the files, which
gitrepository-layout(5) names, are made aside and renamed into their place. Other people's registrations are left
alone, stale ones too.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from itertools import count
from operator import itemgetter
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git import ref_files
from ledger.git.git import Git
from ledger.git.process import GitError, call
from ledger.model.frozen import frozen

# `dvc install` puts a post-checkout hook in place that fires before a slot's cache is configured
WITHOUT_HOOKS = ("-c", "core.hooksPath=/dev/null")

# the configuration of one work tree, which a linked one does not inherit by itself
_OWN_CONFIG = "config.worktree"

# how long somebody else may take to add or remove a work tree, in seconds between two looks
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@frozen
class WorkTree:
    """One work tree of the repository. `branch` is the full ref that it has checked out, None when detached."""

    path: Path
    branch: str | None


def listed(git: Git) -> tuple[WorkTree, ...]:
    """All work trees of the repository that exist, the main one first.

    Where there is none, as in a bare repository, or git does not know its place, the one that we are in is first.
    Raises LedgerError where git cannot list them.
    """
    found = _registered(git)
    if found is not None:
        return found
    main: list[WorkTree] = []
    others: list[WorkTree] = []
    for number, block in enumerate(_porcelain(git).split("\0\0")):
        lines = dict(line.partition(" ")[::2] for line in block.split("\0") if line)
        if "worktree" not in lines or "bare" in lines:
            continue
        path = _main_place(git, Path(lines["worktree"])) if number == 0 else Path(lines["worktree"])
        if path is not None and path.is_dir():
            (others if number else main).append(WorkTree(path=path, branch=lines.get("branch")))
    if not main:
        others.sort(key=lambda tree: tree.path.resolve() != git.root.resolve())
    return (*main, *others)


def _registered(git: Git) -> tuple[WorkTree, ...] | None:
    """The same, from the files that register them; None where something is not as git itself writes it."""
    # else the main one may be anywhere
    if git.bare or git.common != git.root / ".git":
        return None
    try:
        main = WorkTree(path=git.root, branch=ref_files.head_in(git.common, git.common))
        others = []
        below = git.common / "worktrees"
        for folder in below.iterdir() if below.exists() else ():
            place = (folder / "gitdir").read_bytes().rstrip()
            # git dies of one that is being made
            if not place.startswith(b"/") or not place.endswith(b"/.git") or not (folder / "commondir").exists():
                return None
            path = place.removesuffix(b"/.git")
            branch = ref_files.head_in(folder, git.common)
            others.append((path, WorkTree(path=Path(os.fsdecode(path)), branch=branch)))
    except (OSError, ref_files.Unusual):
        return None
    return (main, *(tree for _, tree in sorted(others, key=itemgetter(0)) if tree.path.is_dir()))


def _porcelain(git: Git) -> str:
    """What git lists; it dies of a work tree that somebody adds or removes at that moment."""
    for pause in (*_PAUSES, None):
        try:
            return os.fsdecode(git.run("worktree", "list", "--porcelain", "-z"))
        except GitError as error:
            if "worktrees" not in error.stderr:
                raise
            if pause is None:
                said = error.stderr.strip().removeprefix("fatal: ")
                raise LedgerError(
                    f"git cannot list its work trees: {said}",
                    hint="if no `git worktree add` is running, one was interrupted: remove the folder that git names",
                ) from None
            time.sleep(pause)
    raise AssertionError


def _main_place(git: Git, listed: Path) -> Path | None:
    """Where the main work tree is; git lists its git directory where that is elsewhere, as in a submodule."""
    if listed.resolve() != git.common.resolve():
        return listed
    named = call([f"--git-dir={git.common}", "config", "core.worktree"], cwd=git.root).stdout
    if named:
        return (git.common / os.fsdecode(named).rstrip("\n")).resolve()
    # made with --separate-git-dir: only the work tree itself knows that it is the main one
    own = own_folder(git, git.root)
    return git.root if own.resolve() == git.common.resolve() else None


def own_folder(git: Git, tree: Path) -> Path:
    """The git directory of a work tree: `.git`, or in a linked one what that file names."""
    link = tree / ".git"
    if link.is_file():
        folder = tree / os.fsdecode(link.read_bytes()).removeprefix("gitdir:").strip()
        if folder.is_dir():
            return folder
    elif link.is_dir():
        return link
    return Path(git.text("-C", str(tree), "rev-parse", "--absolute-git-dir"))


def add(git: Git, path: Path, commit: str, *, aside: Path) -> None:
    """Make a work tree at `path`, which must not be there, with a detached HEAD and the commit's files.

    `aside` is a folder of the caller's alone, on the file system of the git directory; what stands there is removed.
    Raises GitError where git cannot check the commit out.
    """
    full = git.objects.held(f"{commit}^{{commit}}").oid
    discard(aside)
    path.mkdir(parents=True)
    aside.mkdir(parents=True)
    (aside / "HEAD").write_text(f"{full}\n")
    (aside / "commondir").write_text("../..\n")
    (aside / "gitdir").write_bytes(os.fsencode(path.resolve() / ".git") + b"\n")
    _inherit(git, aside)
    _register(aside, path, git.common.resolve() / "worktrees")
    check_out(git, path, full)


def check_out(git: Git, path: Path, commit: str) -> None:
    """Make the work tree hold the commit's files, all of them also where the user's is sparse. Raises GitError."""
    whole = (*WITHOUT_HOOKS, "-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false")
    git.run(*whole, "checkout", "--quiet", "--force", "--detach", commit, cwd=path)


def bring_to(git: Git, path: Path, tree: str) -> None:
    """Make the files and the index of the work tree those of a tree; HEAD stays. Raises GitError."""
    git.run(
        *WITHOUT_HOOKS,
        "-c",
        "core.sparseCheckout=false",
        "-c",
        "submodule.recurse=false",
        "read-tree",
        "--reset",
        "-u",
        tree,
        cwd=path,
    )


def remove(git: Git, path: Path, *, aside: Path) -> None:
    """Remove the work tree at `path` and what git knows of it, however little of both is left."""
    own = os.fsencode(path.resolve() / ".git")
    for registered in (git.common / "worktrees").glob("*"):
        with contextlib.suppress(OSError):
            if (registered / "gitdir").read_bytes().rstrip(b"\n") == own:
                discard(aside)
                registered.rename(aside)
    discard(aside)
    discard(path)


def _register(aside: Path, path: Path, folder: Path) -> None:
    """Move a registration below git's folder for them, under the first name that is free."""
    folder.mkdir(exist_ok=True)
    for number in count():
        # not the bare name, as git would choose: it holds an empty folder for a moment, over which we would rename
        place = folder / (f"ledger-{path.name}" + (f"-{number}" if number else ""))
        # before git knows of the work tree, which it forgets where it finds nothing there (`git worktree prune`)
        (path / ".git").write_bytes(b"gitdir: " + os.fsencode(place) + b"\n")
        try:
            aside.rename(place)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise
        else:
            return


def _inherit(git: Git, registered: Path) -> None:
    """Give a work tree the configuration that the user's has of its own, but that of a sparse checkout.

    A stage may read what the user has no need to look at.
    """
    # imported late: with it come all ways to compress
    import shutil

    own = own_folder(git, git.root)
    if (own / _OWN_CONFIG).is_file():
        shutil.copyfile(own / _OWN_CONFIG, registered / _OWN_CONFIG)
        for key in ("core.worktree", "core.bare", "core.sparseCheckout", "core.sparseCheckoutCone", "index.sparse"):
            git.succeeds("config", "--file", str(registered / _OWN_CONFIG), "--unset-all", key)


def discard(folder: Path) -> None:
    """Remove a folder, with parts that a stage has made read-only."""
    # imported late: with it come all ways to compress
    import shutil

    for below, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(below).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
