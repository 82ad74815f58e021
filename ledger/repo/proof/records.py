"""How an experiment's records came and went: what tags hold beside what the branch's history shows."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from functools import lru_cache

from ledger.analysis.gathered import EnvironmentFile, Origin, Removed
from ledger.analysis.gathered_tags import Tags
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model import environment as environments
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import trailers, yaml12
from ledger.model.pipeline import inside
from ledger.repo import folder_log, histories
from ledger.repo.ledger import Ledger
from ledger.repo.snapshot import Snapshot
from ledger.repo.sources import TAGS


def files_at(git: Git, name: str, commit: str) -> dict[str, Entry]:
    """The files in the experiment's folder at a commit, by their path in it."""
    return _files(git, name, commit)


def _files(git: Git, name: str, commit: str) -> dict[str, Entry]:
    folder = git.objects.at(commit, directory(name))
    return {} if folder is None else git.objects.files(folder.oid)


def uncommitted(snapshot: Snapshot, experiment: Experiment) -> tuple[str, ...]:
    """The experiment's files that the work tree has otherwise than the branch, where that is what is checked out."""
    head, main = snapshot.head[0], snapshot.main
    if head is None or head != (experiment.branch or f"refs/heads/{main}"):
        return ()
    return tuple(path for path in snapshot.edited if inside(path, directory(experiment.name)))


def environments_in(git: Git, files: Mapping[str, Entry]) -> Iterator[EnvironmentFile]:
    """The environments, each with the digest of what it says."""
    for path, entry in files.items():
        if not path.startswith("environments/") or not path.endswith(".yaml"):
            continue
        text = git.objects.held(entry.oid).data.decode("utf-8", errors="replace")
        try:
            read = environments.from_mapping(yaml12.loads_untrusted(text))
        except ValueError as error:
            yield EnvironmentFile(path=path, digest=None, error=str(error))
        else:
            yield EnvironmentFile(path=path, digest=environments.digest(read))


def origin(git: Git, experiment: Experiment, record: Recorded, tags: Tags, known: Iterable[str]) -> Origin:
    """How a record without a trial commit came onto the branch. `known`: the records whose trial commits are held."""
    objects = git.objects
    unknown_to = tuple(run for run in tags.runs if objects.at(run.commit, record.path) is None)
    # without any trial commit all tags are lost, and this record is like every other
    added = _added(git, experiment.tip, f"{directory(experiment.name)}/trials") if tags.commits else {}
    commit, subject = added.get(record.path, (None, ""))
    with_trials = commit is not None and _adds(git, experiment.name, commit, known)
    replayed = commit is not None and trailers.value(objects.message(commit), trailers.REPLAYED) is not None
    return Origin(unknown_to=unknown_to, commit=commit, subject=subject, with_trials=with_trials, replayed=replayed)


# somebody may push thousands of records without trials
@lru_cache(maxsize=4)
def _added(git: Git, tip: str, folder: str) -> Mapping[str, tuple[str, str]]:
    """By path the commit that first brought a file below a folder onto the branch, with the subject of its message."""
    arguments = ("-z", "--diff-filter=A", "--no-renames", "--name-only", "--format=%x01%H %s", tip)
    out = os.fsdecode(git.run("log", *arguments, "--", f":(top,literal){folder}"))
    found: dict[str, tuple[str, str]] = {}
    commit, subject = "", ""
    for part in out.split("\0"):
        line = part.strip("\n")
        if line.startswith("\x01"):
            commit, _, subject = line[1:].partition(" ")
        elif line:
            # the oldest is the last
            found[line] = commit, subject
    return found


def _adds(git: Git, name: str, commit: str, records: Iterable[str]) -> bool:
    """Whether a commit brings some of the records."""
    added = _brought(git, name, commit)
    return any(path.removeprefix(f"{directory(name)}/") in added for path in records)


@lru_cache(maxsize=64)
def _brought(git: Git, name: str, commit: str) -> Set[str]:
    """The files in the experiment's folder that a commit has and its first parent has not."""
    parents = git.objects.parents(commit)
    before = _files(git, name, parents[0]) if parents else {}
    return _files(git, name, commit).keys() - before.keys()


def elsewhere(ledger: Ledger, name: str, paths: Collection[str]) -> frozenset[str]:
    """Those of the paths in the experiment's folder that another ref of it has, such as a remote's."""
    if not paths:
        return frozenset()
    branch = f"{ledger.settings.branch_prefix}{name}"
    refs = ledger.git.refs(f"refs/heads/{branch}", "refs/remotes", "refs/ledger/remotes")
    tips = [commit for ref, commit in refs.items() if ref.endswith(f"/{branch}")]
    read = ledger.git.objects.read
    return frozenset(p for p in paths if any(read(f"{tip}:{directory(name)}/{p}") is not None for tip in tips))


def after_landing(git: Git, experiment: Experiment, paths: Collection[str]) -> dict[str, str]:
    """Those of the paths that a later state of the branch than the one that landed has, each with a tag of that state.

    None of them was ever on the main branch, and that state has every record that is there.
    """
    if not paths or experiment.branch is not None or not experiment.landed:
        return {}
    folder = directory(experiment.name)
    form = ("log", "--first-parent", "--format=%at")
    landed = int(git.text(*form, "-1", experiment.tip, "--", folder).strip() or 0)
    added = ("log", "--full-history", "--diff-filter=A", "--no-renames", "--name-only", "--format=")
    had = set(git.text(*added, experiment.tip, "--", f"{folder}/trials").splitlines())
    here = _records(git, experiment.name, experiment.tip)
    found: dict[str, str] = {}
    listed = git.text("for-each-ref", "--format=%(taggerdate:unix) %(refname:lstrip=2)", f"{TAGS}/{experiment.name}")
    for line in listed.splitlines():
        when, _, tag = line.partition(" ")
        there = _records(git, experiment.name, tag)
        if when and int(when) >= landed and here.items() <= there.items():
            found |= {p: tag for p in paths if p in there and f"{folder}/{p}" not in had and p not in found}
    return found


def _records(git: Git, name: str, commit: str) -> dict[str, str]:
    """The blobs of the records that a commit has, by their paths in the experiment's folder."""
    files = files_at(git, name, commit)
    return {path: entry.oid for path, entry in files.items() if path.startswith("trials/") and path.endswith(".yaml")}


def removed(ledger: Ledger, experiment: Experiment) -> Iterator[Removed]:
    """What the history of the branch removed or changed of its records, each merge compared with all its parents."""
    tip = histories.tip(ledger, experiment) or experiment.tip
    folder = directory(experiment.name)
    for commit in folder_log.within(folder_log.full(ledger.git, tip, folder), f"{folder}/trials"):
        for file in commit.files:
            path = file.path.removeprefix(f"{folder}/")
            if file.status in ("D", "M") and path.endswith(".yaml"):
                yield Removed(path=path, oid=file.before, commit=commit.oid, changed=file.status == "M")
