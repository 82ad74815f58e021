"""A repository: asking git about it, and writing objects by plumbing, without the user's index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.git import ancestry, plain_repository, ref_files, signing, writing
from ledger.git.changed_files import changes
from ledger.git.git_object import FULL_ID
from ledger.git.objects import Objects
from ledger.git.process import call, failed, scrubbed_alone
from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

if TYPE_CHECKING:
    from ledger.git.trees import Changes

# results must survive a power cut: objects and refs are synced before a command says that they are recorded
DURABLE = ("-c", "core.fsync=committed,loose-object,reference")

ZERO = "0" * 40

# what needs no looking into reflogs or histories, at which the process that reads objects may die
_PLAIN = pattern(r"[\w/][\w./-]*")


@frozen
class Dirty:
    """One path that differs from HEAD, in the index or in the work tree. `untracked`: git does not know it."""

    path: str
    untracked: bool


@frozen
class Git:
    """A repository seen from one of its work trees.

    `root` is the work tree's top, `common` the git directory that all work trees share, `prefix` the folder
    below `root` from which the command was called ("" at the top). `bare`: no work tree, both are the git directory.
    """

    root: Path
    common: Path
    prefix: str
    objects: Objects
    bare: bool = False

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
        try:
            ref = ref_files.head(self.root)
        except ref_files.Unusual:
            ref = os.fsdecode(call(["symbolic-ref", "-q", "HEAD"], cwd=self.root).stdout).strip() or None
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
        try:
            return ref_files.listed(self.common, prefixes)
        except ref_files.Unusual:
            listed = self.text("for-each-ref", "--format=%(objectname) %(refname)", *prefixes)
        # names may hold what Python takes for the end of a line too
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in listed.split("\n") if line)}

    def has_ref(self, ref: str) -> bool:
        """Whether there is a ref of just this full name."""
        try:
            return ref_files.exists(self.common, ref)
        except ref_files.Unusual:
            # not `for-each-ref`, which would list all that is below it as well
            return self.succeeds("show-ref", "--verify", "--quiet", ref)

    def approximate_date(self, text: str) -> datetime:
        """What git understands by a date such as `2 weeks ago`: the present moment where it understands nothing."""
        return datetime.fromtimestamp(int(self.text("rev-parse", f"--since={text}").partition("=")[2]), UTC)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `older` is in the history of `newer`."""
        near = ancestry.is_near(self.objects, self.common, older, newer)
        return self.succeeds("merge-base", "--is-ancestor", older, newer) if near is None else near

    def dirty(self, *, cwd: Path | None = None) -> tuple[Dirty, ...]:
        """What differs from HEAD in the work tree or the index, untracked files among it."""
        # core.quotePath does not matter under -z; renames are shown as two paths
        out = self.run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", cwd=cwd)
        return tuple(Dirty(path=os.fsdecode(e[3:]), untracked=e.startswith(b"??")) for e in out.split(b"\0") if e)

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
        return writing.author(self)

    # --- writing objects

    def write(self, kind: str, data: bytes) -> str:
        """The id of a new object that holds exactly `data`."""
        if writing.how(self).is_shared:
            # it knows who may read and write the file
            return self.text(*DURABLE, "hash-object", "-w", "-t", kind, "--stdin", stdin=data)
        # imported late: commands that only read have no use for it
        from ledger.git import loose_objects

        return loose_objects.write(self.common / "objects", kind, data)

    def _oid(self, name: str) -> str:
        """The full id of an object that a commit is to name."""
        return name if FULL_ID.fullmatch(name) else self.objects.held(name).oid

    def blob(self, data: bytes) -> str:
        """The id of a new blob that holds exactly `data`."""
        return self.write("blob", data)

    def tree(self, base: str, changes: Changes) -> str:
        """The id of a tree: `base` with each path changed, or removed where None."""
        # imported late: commands that only read have no use for it
        from ledger.git import trees

        return trees.changed(self, base, changes)

    def tree_of_files(self, base: str, paths: Iterable[str], *, root: Path, entries: Changes) -> str:
        """The same, with paths as they are in the work tree `root` before that: removed where they are gone there."""
        listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        lines = b"".join(
            (f"0 {ZERO}\t" if entry is None else f"{entry.mode} {entry.oid}\t").encode() + os.fsencode(path) + b"\0"
            for path, entry in entries.items()
        )
        with self.private_index() as environment:
            self.run("read-tree", base, environment=environment, cwd=root)
            if listed:
                files = ("update-index", "--add", "--remove", "-z", "--stdin")
                self.run(*DURABLE, *files, stdin=listed, environment=environment, cwd=root)
            if lines:
                self.run("update-index", "-z", "--index-info", stdin=lines, environment=environment, cwd=root)
            return os.fsdecode(self.run(*DURABLE, "write-tree", environment=environment, cwd=root)).strip()

    @contextmanager
    def private_index(self) -> Iterator[dict[str, str]]:
        """The environment in which git uses a temporary index, removed afterwards."""
        # imported late: commands that only read have no use for it
        import tempfile

        with tempfile.TemporaryDirectory(prefix="ledger-index-") as folder:
            yield {"GIT_INDEX_FILE": str(Path(folder) / "index")}

    def commit_tree(
        self, tree: str, parents: Iterable[str], message: str, *, sign: bool = True, author: str | None = None
    ) -> str:
        """The id of a new commit; no ref points to it yet. It is signed where the user's git does, unless not `sign`.

        `author`: that of another commit, as its header has it, with the date. Raises LedgerError where it cannot be
        signed.
        """
        tree, *parents = map(self._oid, (tree, *parents))
        text = message.replace("\0", " ").encode("utf-8", "replace")
        how = writing.how(self)
        signs = sign and writing.COMMITS in how.signs
        if author is None and how.author and how.committer and not signs:
            from ledger.git import loose_objects

            now = writing.now()
            author, committer = f"{how.author} {now}", f"{how.committer} {now}"
            return self.write("commit", loose_objects.commit(tree, parents, text, author=author, committer=committer))
        named = [argument for parent in parents for argument in ("-p", parent)]
        arguments = (*DURABLE, "commit-tree", tree, *named)
        if signs:
            return signing.signed_commit(self, arguments, text, writing.environment_of(author))
        return self.text(*arguments, "-F", "-", stdin=text, environment=writing.environment_of(author))

    def annotated_tag(self, name: str, target: str, message: str, *, when: datetime | None = None) -> str:
        """The id of a new tag object for the commit `target`; no ref points to it yet. Signed as commits are.

        `when`: its date, the present one where None.
        """
        target = self._oid(target)
        dated = None if when is None else f"{int(when.timestamp())} +0000"
        environment = None if dated is None else {"GIT_COMMITTER_DATE": f"@{dated}"}
        how = writing.how(self)
        if writing.TAGS in how.signs:
            said = f"{message.rstrip()}\n".replace("\0", " ").encode("utf-8", "replace")
            return signing.signed_tag(self, name, target, said, environment)
        tagger = (
            f"{how.committer} {dated or writing.now()}"
            if how.committer
            else self.text("var", "GIT_COMMITTER_IDENT", environment=environment)
        )
        text = f"object {target}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message.rstrip()}\n"
        return self.write("tag", text.replace("\0", " ").encode("utf-8", "replace"))


@lru_cache(maxsize=1024)
def _changed_paths(git: Git, old: str, new: str) -> tuple[str, ...]:
    return tuple(sorted(changes(git.objects, old, new)))


def open_repository(start: Path, *, bare: bool = False) -> Git:
    """The repository that holds `start`. Raises LedgerError where there is none, or no work tree unless `bare`."""
    if not start.is_dir():
        raise LedgerError(f"there is no folder {start}")
    found = plain_repository.top(start)
    if found is not None:
        return _opened(found, found / ".git", "")
    asked = ("--path-format=absolute", "--show-toplevel", "--git-common-dir", "--show-object-format", "--show-prefix")
    done = call(["rev-parse", *asked], cwd=start)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        if "not a git repository" in said:
            raise LedgerError(f"{start.resolve()} is not in a git repository", hint="git init, then ledger init")
        if "must be run in a work tree" in said and bare:
            found_at = call(["rev-parse", "--path-format=absolute", "--git-common-dir"], cwd=start).stdout
            place = Path(os.fsdecode(found_at.rstrip(b"\n")))
            return Git(
                root=place, common=place, prefix="", objects=Objects(place, scrubbed_alone(os.environ)), bare=True
            )
        if "must be run in a work tree" in said:
            raise LedgerError(
                f"{start.resolve()} is in a git directory without a work tree", hint="run ledger in a work tree"
            )
        raise LedgerError(said.removeprefix("fatal: "))
    root, common, named_by, *prefix = os.fsdecode(done.stdout).removesuffix("\n").split("\n")
    if len(prefix) > 1 or "\\" in root + common:
        # git lists paths a line each, and DVC takes a backslash for a slash
        raise LedgerError(
            f"the path of this repository holds a {'line break' if len(prefix) > 1 else 'backslash'}",
            hint="move it to a folder without one",
        )
    if any("\ud800" <= character <= "\udfff" for character in root + common):
        raise LedgerError(
            f"the path of this repository is not UTF-8, which DVC needs: {os.fsencode(root)!r}",
            hint="move it to a folder that is",
        )
    if named_by != "sha1":
        raise LedgerError(
            f"this repository names its objects by {named_by}, which DVC does not read",
            hint="git init makes one that names them by sha1",
        )
    return _opened(Path(root), Path(common), prefix[0].rstrip("/") if prefix else "")


def _opened(root: Path, common: Path, prefix: str) -> Git:
    return Git(root=root, common=common, prefix=prefix, objects=Objects(root, scrubbed_alone(os.environ)))
