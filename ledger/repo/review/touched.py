"""Which experiments a range of commits touches, and which commit speaks for each of them."""

from __future__ import annotations

import os

from ledger.analysis.review import Against
from ledger.errors import LedgerError
from ledger.git import three_way
from ledger.git.git import Git
from ledger.git.shallow import is_shallow
from ledger.model import names
from ledger.model.experiment import DIRECTORY, directory
from ledger.model.frozen import frozen
from ledger.repo import histories
from ledger.repo.ledger import Ledger
from ledger.repo.sources import Source

NO_NAME = "the folder has no name that an experiment can have"


@frozen
class Touched:
    """An experiment, and where it is read from; `source` is None where it was `deleted`, or its name is none."""

    name: str
    source: Source | None
    deleted: bool = False


@frozen
class CommitRange:
    """The commits from the one at which HEAD parted from another revision (`against`) up to `tip`."""

    against: Against
    tip: str


def range_of(ledger: Ledger, against: str) -> CommitRange:
    """What HEAD adds to a revision, or to the branch of that name which one remote has.

    A host checks a pull request out detached at a merge that it has made itself, into the branch that it goes to: then
    the tip is the pull request's own. Raises LedgerError where there is no such revision, or none that both share.
    """
    head, commit = ledger.snapshot.head
    if commit is None:
        raise LedgerError("there is no commit yet", hint="commit your pipeline first: git add -A && git commit")
    theirs = revision(ledger.git, against)
    parents = ledger.git.objects.parents(commit)
    if head is None and len(parents) == 2 and ledger.git.is_ancestor(parents[0], theirs):
        commit = parents[1]
    return CommitRange(against=parted(ledger.git, against, commit), tip=commit)


def parted(git: Git, against: str, commit: str) -> Against:
    """The revision with the commit that it and another one share last. Raises LedgerError where there is none."""
    base = three_way.merge_base(git, revision(git, against), commit)
    if base is None:
        more = "git fetch --unshallow: this clone lacks the older history"
        raise LedgerError(
            f"{against} and {commit[:10]} share no commit here",
            hint=more if is_shallow(git.common) else "name what it was forked from: --against REVISION",
        )
    return Against(name=against, commit=base)


def against(ledger: Ledger, named: str | None, commit: str) -> Against | None:
    """What a commit is reviewed against, by default the main branch; None where there is none that it has parted from.

    Raises LedgerError for one that was named.
    """
    if named is not None:
        return parted(ledger.git, named, commit)
    try:
        return None if ledger.snapshot.main is None else parted(ledger.git, ledger.snapshot.main, commit)
    except LedgerError:
        return None


def revision(git: Git, text: str) -> str:
    """The commit that a revision names, or the branch of that name which one remote has. Raises LedgerError."""
    found = git.commit(text)
    if found is None and text and not text.startswith("-"):
        remotes = {ref: oid for ref, oid in git.refs("refs/remotes").items() if ref.endswith(f"/{text}")}
        branches = {oid for ref, oid in remotes.items() if ref.split("/", 3)[3] == text}
        found = branches.pop() if len(branches) == 1 else None
    if found is None:
        raise LedgerError(f"there is no revision {text!r} to review against", hint="git fetch, then git branch --all")
    return found


def touched(ledger: Ledger, asked: CommitRange) -> tuple[Touched, ...]:
    """The experiments whose folder differs between both ends of a range, that of the branch which is checked out first.

    What is in `experiments/` without a hypothesis at either end is none.
    """
    git, base, tip = ledger.git, asked.against.commit, asked.tip
    out = git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, tip, "--", f":(top){DIRECTORY}/")
    paths = (os.fsdecode(path).split("/") for path in out.split(b"\0"))
    changed = dict.fromkeys(parts[1] for parts in paths if len(parts) > 2)
    own = ledger.name_of(ledger.snapshot.head[0])
    known = dict.fromkeys([*([own] if own is not None else []), *sorted(changed)])
    found = []
    for name in known:
        before, after = (_is_experiment(ledger.git, commit, name) for commit in (base, tip))
        if after and names.NAME.fullmatch(name):
            found.append(Touched(name=name, source=_source(ledger, name, tip, landed=before)))
        elif after or (before and name in changed):
            found.append(Touched(name=name, source=None, deleted=not after))
    return tuple(found)


def _is_experiment(git: Git, commit: str, name: str) -> bool:
    return git.objects.read(f"{commit}:{directory(name)}/hypothesis.md") is not None


def _source(ledger: Ledger, name: str, tip: str, *, landed: bool) -> Source:
    """The experiment as its branch at the tip has it, or as the tip has what has landed there."""
    branch = ledger.branch_of(name)
    refs = ledger.snapshot.refs_of(name)
    named = branch == ledger.snapshot.head[0] or any(oid == tip for oid in refs.values())
    if named or (not landed and histories.grew(ledger, name, tip)):
        return Source(branch=branch, tip=tip, landed=False)
    return Source(branch=None, tip=tip, landed=True)


def source_of(ledger: Ledger, name: str) -> Source | None:
    """Where an experiment that is asked for by name is read from, None where there is none.

    It is its branch, else what has landed, at the commit that changed it last; else HEAD, where no branch is checked
    out, as on a machine that checks a pull request; else what tags hold.
    """
    source = ledger.snapshot.source(name)
    if source is None or (source.branch is None and not source.landed and not source.archived):
        head, commit = ledger.snapshot.head
        if head is None and commit is not None and _is_experiment(ledger.git, commit, name):
            return Source(branch=ledger.branch_of(name), tip=commit, landed=False)
        return source
    if source.branch is None and source.landed:
        last = ledger.git.text("log", "-1", "--format=%H", source.tip, "--", f":(top){directory(name)}").strip()
        return Source(branch=None, tip=last or source.tip, landed=True)
    branch = None if source.branch is None else ledger.branch_of(name)
    return Source(branch=branch, tip=source.tip, landed=False, archived=source.archived)
