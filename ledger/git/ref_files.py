"""Refs as `git for-each-ref` lists them, read from git's own files, since a process costs more than most answers.

The files are those of gitrepository-layout(5): a loose ref is a file, the others are lines of `packed-refs`. Nothing
is guessed. Where something is not as git itself writes it (another storage, a link, a name or a content that is not
plain), or where there are so many refs that git reads them faster, `Unusual` is raised, and git is asked.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

# those that all work trees share
_SHARED_PARTS: Final = (b"refs/heads/", b"refs/tags/", b"refs/remotes/", b"refs/ledger/", b"refs/replace/")
_MANY: Final = 500
# folders within one another: far from the depth at which Python gives up
_DEEP: Final = 100
# bytes of packed refs, some 1,500 of them, up to which git is not faster
_LARGE: Final = 128 << 10

# no expressions: to compile one takes longer than to read the refs of a small repository
_DIGITS: Final = b"0123456789abcdef"
# what a part of a ref's name may not have (git-check-ref-format(1))
_ODD: Final = bytes(range(0x21)) + b"\x7f~^:?*[\\"
_ODD_PARTS: Final = (b"..", b"@{", b"./", b"/.", b"//", b".lock/")
_SYMBOLIC: Final = b"ref: "


class Unusual(Exception):
    """Git itself has to be asked."""


def listed(common: Path, wanted: Sequence[str]) -> dict[str, str]:
    """The refs that fit a pattern of git's with the objects that they name, in the order of their names.

    `common` is the git directory that all work trees share. A pattern is a ref, the folders above refs, or such a name
    with `*` for one of its parts. Raises Unusual.
    """
    if not all(_is_plain(os.fsencode(one)) for one in wanted):
        raise Unusual
    top = os.fsencode(common)
    try:
        _require_files(common)
        # the loose ones first, as git does: one that is packed meanwhile is then found among the others
        loose: dict[bytes, bytes] = {}
        for one in wanted:
            _read_loose(top, os.fsencode(one), loose)
        packed = _Packed(common)
        found = {ref: oid for one in wanted for ref, oid in packed.below(os.fsencode(one))}
        found |= {ref: _resolved(top, content, packed) for ref, content in loose.items()}
    except OSError:
        raise Unusual from None
    # the ids of another kind of repository are none to git
    if len({len(oid) for oid in found.values()}) > 1:
        raise Unusual
    return {os.fsdecode(ref): found[ref].decode() for ref in sorted(found)}


def exists(common: Path, ref: str) -> bool:
    """Whether there is a ref of just this name, as `git show-ref --verify` says. Raises Unusual."""
    wanted = os.fsencode(ref)
    if not _is_plain(wanted) or b"*" in wanted or wanted.endswith(b"/"):
        raise Unusual
    top = os.fsencode(common)
    try:
        _require_files(common)
        found: dict[bytes, bytes] = {}
        _read_one(top, wanted, found)
        packed = _Packed(common)
        if wanted in found:
            _resolved(top, found[wanted], packed)
        return wanted in found or packed.at(wanted) is not None
    except OSError:
        raise Unusual from None


def _require_files(common: Path) -> None:
    """Raise Unusual where the refs are not in files, or packed refs so many that git is faster."""
    packed_refs = common / "packed-refs"
    if (common / "reftable").exists() or (packed_refs.exists() and packed_refs.stat().st_size > _LARGE):
        raise Unusual


def _is_plain(wanted: bytes) -> bool:
    """Whether a pattern leads to refs that all work trees share, and has no more than one `*`, as a part."""
    parts = wanted.removesuffix(b"/").split(b"/")
    if parts.count(b"*") > 1 or not (wanted + b"/").startswith(_SHARED_PARTS):
        return False
    return not any(
        part != b"*" and (not part or part[:1] == b"." or part.endswith(b".lock") or _is_odd(part)) for part in parts
    )


def _is_id(content: bytes) -> bool:
    """Whether a line is the id of an object."""
    return len(content) in (41, 65) and content[-1:] == b"\n" and not content[:-1].translate(None, _DIGITS)


def _is_odd(name: bytes) -> bool:
    """Whether a name, or a part of one, is none that git would make."""
    return len(name.translate(None, _ODD)) != len(name) or any(one in name + b"/" for one in _ODD_PARTS)


def head(root: Path) -> str | None:
    """The full ref that HEAD of the work tree at `root` points to, None where it is detached. Raises Unusual."""
    try:
        folder = common = root / ".git"
        if not folder.is_dir():
            said = folder.read_bytes()
            if not said.startswith(b"gitdir: /") or not said.endswith(b"\n"):
                raise Unusual
            folder = common = Path(os.fsdecode(said[len(b"gitdir: ") : -1]))
            if (folder / "commondir").exists():
                common = folder / os.fsdecode((folder / "commondir").read_bytes().rstrip(b"\n"))
    except OSError:
        raise Unusual from None
    return head_in(folder, common)


def head_in(folder: Path, common: Path) -> str | None:
    """The same of the work tree whose own git directory is `folder`; `common` is the one that all share."""
    try:
        content = _content(os.fsencode(folder / "HEAD"))
        if _is_id(content):
            return None
        ref = _target(content)
        # a branch that stands for another, or the placeholder of another storage
        if not ref.startswith(b"refs/heads/") or ref == b"refs/heads/.invalid":
            raise Unusual
        try:
            if not _is_id(_content(os.fsencode(common) + b"/" + ref)):
                raise Unusual
        except (FileNotFoundError, NotADirectoryError):
            # packed, or not born
            pass
        return os.fsdecode(ref)
    except OSError:
        raise Unusual from None


def _read_loose(top: bytes, wanted: bytes, found: dict[bytes, bytes]) -> None:
    """Put the contents of the loose refs that fit a pattern among those that were found."""
    before, star, behind = wanted.partition(b"*")
    if star:
        # git wants the whole name to fit
        if not behind:
            raise Unusual
        for name, is_folder in _entries(top + b"/" + before):
            if is_folder:
                _read_one(top, before + name + behind, found)
        return
    try:
        _walk(top, wanted.rstrip(b"/"), found)
    except NotADirectoryError:
        if not wanted.endswith(b"/"):
            _read_one(top, wanted, found)


def _walk(top: bytes, folder: bytes, found: dict[bytes, bytes]) -> None:
    if folder.count(b"/") > _DEEP:
        raise Unusual
    for name, is_folder in _entries(top + b"/" + folder):
        if is_folder:
            _walk(top, folder + b"/" + name, found)
        else:
            _read_one(top, folder + b"/" + name, found)


def _entries(folder: bytes) -> Iterator[tuple[bytes, bool]]:
    """What stands in a folder of refs, and whether it is a folder; nothing where there is none."""
    try:
        with os.scandir(folder) as entries:
            every = list(entries)
    except FileNotFoundError:
        return
    for entry in every:
        # git passes over these as well: a lock is there for a moment
        if entry.name.startswith(b".") or entry.name.endswith(b".lock"):
            continue
        if len(every) > _MANY or entry.is_symlink() or _is_odd(entry.name):
            raise Unusual
        yield entry.name, entry.is_dir()


def _read_one(top: bytes, ref: bytes, found: dict[bytes, bytes]) -> None:
    try:
        found[ref] = _content(top + b"/" + ref)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        # there is none, or it was deleted or packed at this moment
        return
    if len(found) > _MANY:
        raise Unusual


def _content(path: bytes) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4097)
    finally:
        os.close(descriptor)


def _target(content: bytes) -> bytes:
    """The ref that a symbolic one names."""
    if not content.startswith(_SYMBOLIC) or not content.endswith(b"\n") or len(content) > 4096:
        raise Unusual
    target = content[len(_SYMBOLIC) : -1]
    if not target.startswith(b"refs/") or _is_odd(target):
        raise Unusual
    return target


def _resolved(top: bytes, content: bytes, packed: _Packed) -> bytes:
    """The object that the content of a loose ref names, of a symbolic one through the ref that it names."""
    if not _is_id(content):
        target = _target(content)
        if not target.startswith(_SHARED_PARTS):
            raise Unusual
        named: dict[bytes, bytes] = {}
        _read_one(top, target, named)
        oid = named[target][:-1] if target in named else packed.at(target)
        # one that names nothing, or another symbolic one
        if oid is None or not _is_id(oid + b"\n"):
            raise Unusual
        content = oid + b"\n"
    if not content.strip(b"0\n"):
        raise Unusual
    return content[:-1]


class _Packed:
    """The lines of `packed-refs`, which git sorts by the refs' names."""

    def __init__(self, common: Path) -> None:
        try:
            text = (common / "packed-refs").read_bytes()
        except FileNotFoundError:
            text = b""
        first, _, rest = text.partition(b"\n")
        if text and (not first.startswith(b"# pack-refs with:") or b" sorted " not in first or text[-1:] != b"\n"):
            raise Unusual
        lines = [line for line in rest.split(b"\n")[:-1] if line[:1] != b"^"]
        width = lines[0].find(b" ") if lines else 0
        self._ids = [line[:width] for line in lines]
        self._names = [line[width + 1 :] for line in lines]
        # git dies of a line that is none, and looks for names as we do
        ends = {line[width : width + 1] for line in lines}
        if ends - {b" "} or self._names != sorted(set(self._names)):
            raise Unusual

    def at(self, ref: bytes) -> bytes | None:
        """The object that a ref names, None where there is no such ref."""
        return next((oid for name, oid in self._slice(ref, ref + b"\0")), None)

    def below(self, wanted: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The refs that fit a pattern with the objects that they name."""
        before, star, behind = wanted.partition(b"*")
        if star:
            for ref, oid in self._slice(before, before[:-1] + b"0"):
                one = ref[len(before) : -len(behind)]
                if ref.endswith(behind) and one and b"/" not in one:
                    yield ref, oid
            return
        name = wanted.rstrip(b"/")
        if name == wanted and (own := self.at(name)) is not None:
            yield name, own
        # `0` comes behind `/`
        yield from self._slice(name + b"/", name + b"0")

    def _slice(self, low: bytes, high: bytes) -> Iterator[tuple[bytes, bytes]]:
        start = bisect_left(self._names, low)
        for at in range(start, bisect_left(self._names, high, lo=start)):
            oid, ref = self._ids[at], self._names[at]
            if not _is_id(oid + b"\n") or _is_odd(ref) or not oid.strip(b"0"):
                raise Unusual
            yield ref, oid
