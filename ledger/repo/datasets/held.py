"""What holds a data set at a commit: a `.dvc` file that pins it, or git itself; and where it was before it moved."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.dvc import manifests
from ledger.dvc.pointers import pins_in
from ledger.dvc.store import Store
from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.git.kinds import kinds
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.pipeline import inside


@frozen
class Held:
    """A path at some commit. `pin`: what the `.dvc` file `pointer` says, both None where git holds it.

    `content` names what is there: DVC's md5, or the id of git's blob or tree.
    """

    path: str
    content: str
    is_folder: bool
    pin: Pinned | None = None
    pointer: str | None = None


def held_at(git: Git, commit: str, path: str) -> Held | None:
    """What a path holds at a commit, None where there is nothing."""
    return _found(git, commit, path)[0]


def require(git: Git, commit: str, path: str) -> Held:
    """The same. Raises LedgerError where there is nothing, or not one data set."""
    found, pins = _found(git, commit, path)
    around = next((at for at in pins if at != path and inside(path, at)), None)
    if around is not None:
        raise LedgerError(f"{path} is a part of {around}, which {pins[around].pointer} pins", hint=f"name {around}")
    below = sorted(at for at in pins if at != path and inside(at, path))
    if below:
        raise LedgerError(f"{path} holds data sets of DVC", hint=f"name one of them: {', '.join(below[:5])}")
    if found is None:
        raise LedgerError(
            f"neither git nor a .dvc file holds {path} at {commit[:10]}", hint=f"git add {path}, or dvc add {path}"
        )
    return found


def history(git: Git, line: Sequence[str], path: str) -> list[Held | None]:
    """What the path held at the commits of a line, the newest first, None where it held nothing.

    A data set that was moved is followed to where it was, by its content or, where that changed too, by its name.
    """
    found: list[Held | None] = []
    at, pointer = path, None
    while len(found) < len(line):
        commit, newer = line[len(found)], found[-1] if found else None
        here = held_at(git, commit, at)
        if here is None and newer is not None:
            here = _moved(git, commit, line[len(found) - 1], newer)
        if here is not None:
            at, pointer = here.path, here.pointer
        states = _states(git, line[len(found) + 1 :], at, pointer)
        # what is not where it was may be elsewhere; before there was anything there is nothing to look for
        go_on = next((n for n, state in enumerate(states) if here is not None and state is None), len(states))
        found += [here, *states[:go_on]]
    return found


def _found(git: Git, commit: str, path: str) -> tuple[Held | None, dict[str, Held]]:
    """What a path holds at a commit; where no `.dvc` file pins it, with all that such files pin there."""
    found = _states(git, [commit], path, f"{path}.dvc")[0]
    if found is None or found.pin is None:
        pins = pins_at(git, commit)
        # a `.dvc` file of another name, or in another folder, may pin it
        return (pins[path], {}) if path in pins else (found, pins)
    return found, {}


def entry_of(git: Git, commit: str, held: Held) -> Entry:
    """A file that git holds at a commit, with its mode."""
    folder, _, name = held.path.rpartition("/")
    return git.objects.folder(f"{commit}:{folder}")[name]


def _states(git: Git, commits: Sequence[str], path: str, pointer: str | None) -> list[Held | None]:
    """What commits hold at a path, where its `.dvc` file is called so."""
    asked = [at for at in (path, pointer) if at is not None]
    known = kinds(git, [f"{commit}:{at}" for at in asked for commit in commits])
    objects, pointers = known[: len(commits)], known[len(commits) :] or [None] * len(commits)
    pins = {oid: _read(git, pointer, oid) for oid, kind in filter(None, pointers) if pointer and kind == "blob"}
    found: list[Held | None] = []
    for named, held in zip(pointers, objects, strict=True):
        pin = None if named is None else pins.get(named[0], {}).get(path)
        if pin is not None and pin.md5 is not None:
            found.append(_pinned(path, pin, pointer))
        elif held is not None and held[1] in ("blob", "tree"):
            found.append(Held(path=path, content=held[0], is_folder=held[1] == "tree"))
        else:
            found.append(None)
    return found


def _pinned(path: str, pin: Pinned, pointer: str | None) -> Held:
    assert pin.md5 is not None
    return Held(path=path, content=pin.md5, is_folder=pin.md5.endswith(manifests.SUFFIX), pin=pin, pointer=pointer)


def _read(git: Git, pointer: str, oid: str) -> dict[str, Pinned]:
    """The pins of one `.dvc` file; none where it cannot be read."""
    text = git.objects.held(oid).data.decode("utf-8", errors="replace")
    try:
        return pins_in(pointer, text)
    except LedgerError:
        return {}


def pins_at(git: Git, commit: str) -> dict[str, Held]:
    """All that the `.dvc` files of a commit pin, by path."""
    found = {}
    files = git.objects.files(commit, skips=_has_no_pointer)
    # in git's order: of two that pin one path the last counts
    for pointer, entry in sorted(files.items(), key=lambda file: os.fsencode(file[0])):
        if pointer.endswith(".dvc") and not pointer.endswith("/.dvc") and not entry.is_submodule:
            for path, pin in _read(git, pointer, entry.oid).items():
                if pin.md5 is not None:
                    found[path] = _pinned(path, pin, pointer)
    return found


def _has_no_pointer(_: str, tree: bytes) -> bool:
    """Whether a folder has neither a `.dvc` file nor folders: a data set that git holds may have thousands of files."""
    return b".dvc\0" not in tree and b"40000 " not in tree


def _moved(git: Git, commit: str, later: str, newer: Held) -> Held | None:
    """Where a data set was at a commit, if it stands elsewhere at the `later` one, which followed."""
    if newer.pin is None:
        return _moved_in_git(git, commit, newer)
    here, then = pins_at(git, commit), pins_at(git, later)
    gone = [held for path, held in here.items() if path not in then]
    same = [held for held in gone if held.content == newer.content]
    called = [held for held in gone if posixpath.basename(held.path) == posixpath.basename(newer.path)]
    return next((some[0] for some in (same, called) if len(some) == 1), None)


def _moved_in_git(git: Git, commit: str, newer: Held) -> Held | None:
    """The same for what git holds: the one other place that has the very object."""
    kind = b"tree" if newer.is_folder else b"blob"
    wanted = b" " + kind + b" " + newer.content.encode() + b"\t"
    found = [line for line in git.run("ls-tree", "-r", "-t", "-z", commit).split(b"\0") if wanted in line]
    if len(found) != 1:
        return None
    return replace(newer, path=os.fsdecode(found[0].partition(b"\t")[2]))


def size_of(store: Store, whole: Pinned | None, before: Mapping[str, str], after: Mapping[str, str]) -> int | None:
    """The bytes of the files `after`, made of those `before`, whose pin is `whole`; None where one is in no cache here.

    The fewer files are asked for: those that went and came, or all that are there.
    """
    gone = [content for path, content in before.items() if after.get(path) != content]
    came = [content for path, content in after.items() if before.get(path) != content]
    if whole is not None and whole.size is not None and len(gone) + len(came) < len(after):
        less, more = store.size(gone), store.size(came)
        return None if less is None or more is None else whole.size - less + more
    return store.size(after.values())
