"""Git: the only module that runs it, and the only one that imports GitPython.

Objects are built by plumbing on a private index, refs move by compare-and-swap with a reason; the user's index
is touched by `bring_along` alone. GitPython is imported inside the functions that use it, because `status` and
`log` must start fast.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.git import signing
from ledger.git.objects import Objects
from ledger.git.process import GitError, call, failed, scrubbed

if TYPE_CHECKING:
    from ledger.git.trees import TreeEntry

# why git cannot lock a ref that nobody else has moved
_DENIED = ("Permission denied", "Read-only file system", "Operation not permitted")
_SHORT = ("No space left on device", "Disk quota exceeded", "Too many open files", "Input/output error")

# results must survive a power cut: objects and refs are synced before a command says that they are recorded
_DURABLE = ("-c", "core.fsync=committed,loose-object,reference")

# somebody else's commit or `git gc` holds a lock for a moment only (milliseconds)
_PATIENT = ("-c", "core.filesRefLockTimeout=2000", "-c", "core.packedRefsTimeout=2000")

ZERO = "0" * 40
_HEX = frozenset("0123456789abcdef")

# what needs no looking into reflogs or histories, at which the process that reads objects may die
_PLAIN = re.compile(r"[\w/][\w./-]*")

# the tree that holds nothing, which every repository knows without having it
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirty:
    """One path that differs from HEAD, in the index or in the work tree. `untracked`: git does not know it."""

    path: str
    untracked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefChange:
    """A compare-and-swap of one ref: `old` None means that it must not exist, `new` None deletes it."""

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A repository seen from one of its work trees.

    `root` is the work tree's top, `common` the git directory that all work trees share, `prefix` the folder
    below `root` from which the command was called ("" at the top).
    """

    root: Path
    common: Path
    prefix: str
    objects: Objects

    # --- running git

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> bytes:
        """What git prints. Raises GitError where it fails."""
        done = call(arguments, cwd=cwd or self.root, stdin=stdin, environment=environment)
        if done.returncode != 0:
            raise failed(arguments, done.stderr.decode(errors="replace"))
        return done.stdout

    def text(self, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
        """What git prints, as one text without the last line end."""
        return os.fsdecode(self.run(*arguments, stdin=stdin, environment=environment)).rstrip("\n")

    def succeeds(self, *arguments: str) -> bool:
        """Whether the command exits with 0."""
        return call(arguments, cwd=self.root).returncode == 0

    # --- reading

    def head(self) -> tuple[str | None, str | None]:
        """The full ref that HEAD points to (None when detached) and its commit (None when unborn)."""
        done = call(["symbolic-ref", "-q", "HEAD"], cwd=self.root)
        ref = os.fsdecode(done.stdout).strip() or None
        return ref, self.commit("HEAD")

    def commit(self, revision: str) -> str | None:
        """The full id of the commit that `revision` names, None where it names none."""
        if not revision or revision.startswith("-"):
            return None
        # the process that reads objects is there already, and knows where a ref is at this moment
        if _PLAIN.fullmatch(revision):
            found = self.objects.read(f"{revision}^{{commit}}")
            return None if found is None else found.oid
        done = call(["rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}"], cwd=self.root)
        return done.stdout.decode().strip() or None

    def refs(self, *prefixes: str) -> dict[str, str]:
        """All refs below the prefixes with the objects that they name, in the order of their names."""
        lines = self.text("for-each-ref", "--format=%(objectname) %(refname)", *prefixes).splitlines()
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}

    def approximate_date(self, text: str) -> datetime:
        """What git understands by a date such as `2 weeks ago`: the present moment where it understands nothing."""
        return datetime.fromtimestamp(int(self.text("rev-parse", f"--since={text}").partition("=")[2]), UTC)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `older` is in the history of `newer`."""
        return self.succeeds("merge-base", "--is-ancestor", older, newer)

    def dirty(self, *, cwd: Path | None = None) -> tuple[Dirty, ...]:
        """What differs from HEAD in the work tree or the index, untracked files among it."""
        # core.quotePath does not matter under -z; renames are shown as two paths
        out = self.run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", cwd=cwd)
        entries = [entry for entry in out.split(b"\0") if entry]
        return tuple(Dirty(path=os.fsdecode(e[3:]), untracked=e.startswith(b"??")) for e in entries)

    def hashes(self, paths: Sequence[str]) -> list[str]:
        """The blob ids that files of the work tree would have if they were added now."""
        listed = "".join(f"{path}\n" for path in paths)
        return self.text("hash-object", "--stdin-paths", stdin=os.fsencode(listed)).split() if paths else []

    def changed_paths(self, old: str, new: str) -> tuple[str, ...]:
        """The paths whose content or mode differs between two commits or trees."""
        # every restored trial asks for the same few; what full ids name never changes
        ask = _changed_paths if len(old) == len(new) == len(ZERO) else _changed_paths.__wrapped__
        return ask(self, old, new)

    def identity(self) -> str:
        """`Name <mail>` of whoever runs this. Raises LedgerError where git has not been told."""
        done = call(["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"], cwd=self.root)
        if done.returncode != 0:
            raise LedgerError(
                "git does not know who you are, so nothing can be committed",
                hint='git config --global user.name "Ada Lovelace"\n'
                "      git config --global user.email ada@example.org",
            )
        return os.fsdecode(done.stdout).rsplit(" ", 2)[0]

    # --- writing objects

    def blob(self, data: bytes) -> str:
        """The id of a new blob that holds exactly `data`."""
        return self.text(*_DURABLE, "hash-object", "-w", "--stdin", stdin=data)

    def tree(self, base: str, changes: Mapping[str, TreeEntry]) -> str:
        """The id of a tree: `base` with each path set to a (mode, object id), or removed where None."""
        # imported late: commands that only read have no use for it
        from ledger.git import trees

        return trees.changed(
            self.objects,
            base,
            changes,
            root=self.root,
            git=["git", *_DURABLE],
            environment=scrubbed(os.environ),
        )

    def tree_of_files(self, base: str, paths: Iterable[str], *, root: Path, entries: Mapping[str, TreeEntry]) -> str:
        """The same, with paths as they are in the work tree `root` before that: removed where they are gone there."""
        listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        lines = b"".join(
            (f"0 {ZERO}\t" if entry is None else f"{entry[0]} {entry[1]}\t").encode() + os.fsencode(path) + b"\0"
            for path, entry in entries.items()
        )
        with self.private_index() as environment:
            self.run("read-tree", base, environment=environment, cwd=root)
            if listed:
                files = ("update-index", "--add", "--remove", "-z", "--stdin")
                self.run(*_DURABLE, *files, stdin=listed, environment=environment, cwd=root)
            self.run("update-index", "-z", "--index-info", stdin=lines, environment=environment, cwd=root)
            return os.fsdecode(self.run(*_DURABLE, "write-tree", environment=environment, cwd=root)).strip()

    @contextmanager
    def private_index(self) -> Iterator[dict[str, str]]:
        """The environment that makes git use an index of its own, which is gone afterwards."""
        # imported late: commands that only read have no use for it
        import tempfile

        with tempfile.TemporaryDirectory(prefix="ledger-index-") as folder:
            yield {"GIT_INDEX_FILE": str(Path(folder) / "index")}

    def commit_tree(self, tree: str, parents: Iterable[str], message: str, *, sign: bool = True) -> str:
        """The id of a new commit; no ref points to it yet. It is signed where the user's git does, unless not `sign`.

        Raises LedgerError where it cannot be signed.
        """
        named = [argument for parent in parents for argument in ("-p", parent)]
        arguments = (*_DURABLE, "commit-tree", tree, *named)
        text = message.replace("\0", " ").encode("utf-8", "replace")
        if sign and signing.COMMITS in signing.signs(self):
            return signing.signed_commit(self, arguments, text)
        return self.text(*arguments, "-F", "-", stdin=text)

    def annotated_tag(self, name: str, target: str, message: str) -> str:
        """The id of a new tag object for the commit `target`; no ref points to it yet. Signed as commits are."""
        if signing.TAGS in signing.signs(self):
            return signing.signed_tag(self, name, target, f"{message.rstrip()}\n".replace("\0", " ").encode())
        tagger = self.text("var", "GIT_COMMITTER_IDENT")
        text = f"object {target}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message.rstrip()}\n"
        return self.text(*_DURABLE, "mktag", stdin=text.replace("\0", " ").encode("utf-8", "replace"))

    # --- moving refs

    def move(self, changes: Sequence[RefChange], reason: str) -> bool:
        """Make all changes at once or none; False where a ref is no longer what a change says.

        Raises LedgerError where another git process does not let go of a ref.
        """
        lines = []
        for change in changes:
            if change.new is None:
                lines.append(f"delete {change.ref}\0{change.old or ''}\0")
            else:
                lines.append(f"update {change.ref}\0{change.new}\0{change.old or ZERO}\0")
        # no reflogs but those that git keeps by itself, of branches: at one of an annotated tag `git gc` prints errors
        arguments = [*_DURABLE, *_PATIENT, "update-ref", "-m", reason, "-z", "--stdin"]
        done = call(arguments, cwd=self.root, stdin=os.fsencode("".join(lines)))
        if done.returncode == 0:
            return True
        said = done.stderr.decode(errors="replace")
        if "File exists" in said:
            raise LedgerError(
                f"another git process holds a ref: {next(line for line in said.splitlines() if 'File exists' in line)}",
                hint="let it end, then try again; where none is running, remove that file",
            )
        denied = next((line for line in said.splitlines() if any(why in line for why in _DENIED)), None)
        if denied is not None:
            raise LedgerError(
                f"git cannot write its refs: {denied.removeprefix('fatal: ')}",
                hint="ls -ld .git/refs shows whose they are, and whether they are read-only; then type it again",
            )
        if any(why in said for why in _SHORT):
            # the ref has not moved: the system lacks something
            raise GitError(arguments, said)
        if "cannot lock ref" in said or "reference already exists" in said or "is at" in said:
            return False
        raise GitError(arguments, said)

    # --- work trees

    def can_bring_along(self, work_tree: Path, old: str, new: str) -> str | None:
        """None where the work tree can go from `old` to `new`, else what git says is in the way."""
        call(["update-index", "-q", "--refresh"], cwd=work_tree, environment={"GIT_OPTIONAL_LOCKS": "1"})
        done = call(["read-tree", "-m", "-u", "-n", old, new], cwd=work_tree)
        if done.returncode != 0:
            return done.stderr.decode(errors="replace").strip()
        ignored = self._ignored_in_the_way(work_tree, old, new)
        return f"the ignored file {ignored[0]} would be overwritten" if ignored else None

    def _ignored_in_the_way(self, work_tree: Path, old: str, new: str) -> list[str]:
        """The files that git ignores where `new` brings some: git itself would overwrite them without a word."""
        out = self.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", old, new)
        added = [PurePosixPath(os.fsdecode(path)) for path in out.split(b"\0") if path]
        places = dict.fromkeys(place for path in added for place in (path, *path.parents[:-1]))
        there = [place for place in places if (at := work_tree / place).is_symlink() or at.is_file()]
        if not there:
            return []
        listed = [f":(top,literal){place}" for place in there]
        found = self.run("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *listed, cwd=work_tree)
        return [os.fsdecode(path) for path in found.split(b"\0") if path]

    def bring_along(self, work_tree: Path, old: str, new: str) -> None:
        """Two-tree merge: files that the user has changed stay as they are. Raises GitError where they overlap."""
        self.run("read-tree", "-m", "-u", old, new, cwd=work_tree)

    # --- comparing, with GitPython

    def file_changes(self, a: str, b: str) -> tuple[FileChange, ...]:
        """The files that differ between two commits, with their patches; renames are found."""
        import git

        with git.Repo(self.root) as repo:
            try:
                diffs = repo.commit(a).diff(repo.commit(b), create_patch=True)
            except git.GitCommandError as error:
                raise failed(["diff-tree", a, b], str(error.stderr)) from None
            return tuple(
                FileChange(
                    path=diff.b_path or diff.a_path or "",
                    old_path=diff.a_path if diff.renamed_file else None,
                    kind="added"
                    if diff.new_file
                    else "removed"
                    if diff.deleted_file
                    else "renamed"
                    if diff.renamed_file
                    else "changed",
                    patch=diff.diff.decode(errors="replace") if isinstance(diff.diff, bytes) else diff.diff or "",
                )
                for diff in diffs
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file that differs. `kind`: added, removed, renamed or changed; `old_path` where it was renamed.

    `patch` begins with its first hunk: git's own two lines with the file's names are not in it.
    """

    path: str
    old_path: str | None
    kind: str
    patch: str

    def lines(self, sign: str) -> int:
        """How many lines came (`+`) or went (`-`)."""
        # not splitlines: what it takes for line ends besides, a form feed among them, git does not
        return sum(line.startswith(sign) for line in self.patch.split("\n"))


@lru_cache(maxsize=1024)
def _changed_paths(git: Git, old: str, new: str) -> tuple[str, ...]:
    out = git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    return tuple(os.fsdecode(path) for path in out.split(b"\0") if path)


def open_repository(start: Path) -> Git:
    """The repository that holds `start`. Raises LedgerError where there is none, or no work tree."""
    if not start.is_dir():
        raise LedgerError(f"there is no folder {start}")
    done = call(
        ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", "--show-prefix"],
        cwd=start,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        if "not a git repository" in said:
            raise LedgerError(f"{start.resolve()} is not in a git repository", hint="git init, then ledger init")
        if "must be run in a work tree" in said:
            raise LedgerError(
                f"{start.resolve()} is in a git directory without a work tree", hint="call ledger in a work tree"
            )
        raise LedgerError(said.removeprefix("fatal: "))
    root, common, *prefix = os.fsdecode(done.stdout).removesuffix("\n").split("\n")
    if len(prefix) > 1 or "\\" in root + common:
        # git lists paths a line each, and DVC takes a backslash for a slash
        raise LedgerError(
            f"the path of this repository holds a {'line break' if len(prefix) > 1 else 'backslash'}",
            hint="move it to a folder without one",
        )
    return Git(
        root=Path(root),
        common=Path(common),
        prefix=prefix[0].rstrip("/") if prefix else "",
        objects=Objects(Path(root), scrubbed(os.environ)),
    )
