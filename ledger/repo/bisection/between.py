"""What lies between two ends: which data changed, and the versions that are to be searched."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ledger.analysis.bisection.expected import Candidate
from ledger.dvc import config
from ledger.errors import LedgerError
from ledger.git import lines
from ledger.git.git import Git
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.pipeline import inside
from ledger.repo import histories
from ledger.repo.datasets.held import held_at
from ledger.repo.ledger import Ledger


@frozen
class Ends:
    """The full ids of the good commit and of the bad one, of whose history the good one is a part."""

    good: str
    bad: str


def ends(ledger: Ledger, good: str, bad: str) -> Ends:
    """The ends that are meant. Raises LedgerError where no history leads from one to the other."""
    found = Ends(good=_commit(ledger, good), bad=_commit(ledger, bad))
    if found.good == found.bad:
        raise LedgerError(f"{good} and {bad} are the same commit", hint="name an earlier one as GOOD")
    if not ledger.git.is_ancestor(found.good, found.bad):
        if ledger.git.is_ancestor(found.bad, found.good):
            raise LedgerError(
                f"{good} comes after {bad}: GOOD is the earlier one", hint=f"ledger bisect METRIC {bad} {good}"
            )
        raise LedgerError(
            f"{good} is not in the history of {bad}, so no versions lie between them",
            hint=f"git merge-base {good} {bad} names where they parted",
        )
    return found


def _commit(ledger: Ledger, text: str) -> str:
    target = ledger.target(text)
    if target.experiment is None:
        assert target.commit is not None
        return target.commit
    tip = histories.tip(ledger, target.experiment)
    if tip is None:
        raise LedgerError(f"the history of {text} is not here", hint="name a commit")
    return tip


def chosen_paths(ledger: Ledger, found: Ends, evaluation: Sequence[str]) -> tuple[str, ...]:
    """The one data set that changed between the ends, apart from those of the evaluation.

    Raises LedgerError where there is none, or more than one, with their names.
    """
    sides = [ledger.code.at(commit) for commit in (found.good, found.bad)]
    sources = [path for path in sides[1].pipeline.sources() if not _part_of(path, evaluation)]
    pins = [{path: pin.md5 for path, pin in side.data.items()} for side in sides]
    data = [path for path in pins[1] if pins[0].get(path) != pins[1][path] and any(inside(s, path) for s in sources)]
    if not data:
        folders = [path for path in sources if path not in sides[1].files and path not in sides[1].data]
        git, good, bad = ledger.git, found.good, found.bad
        data = [path for path in folders if _content(git, good, path) != _content(git, bad, path)]
    if len(data) == 1:
        return tuple(data)
    if data:
        options = " or ".join(f"--path {path}" for path in data[:4])
        raise LedgerError(
            f"{len(data)} data sets changed between the ends: {listed(data, 6)}",
            hint=f"say which to search: {options}, several together, or --commits for everything that changed",
        )
    raise LedgerError(
        "no data that a stage depends on changed between the ends",
        hint="--commits searches the commits of code",
    )


def evaluations(git: Git, found: Ends, asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The paths of the evaluation: those that were asked for, and those that earlier plans name, if they are there.

    Raises LedgerError where one that was asked for is not.
    """
    for path in asked:
        if held_at(git, found.bad, path) is None:
            raise LedgerError(f"--evaluation {path} does not exist at {found.bad[:10]}", hint="is the path right?")
    there = [path for path in known if held_at(git, found.bad, path) is not None]
    return tuple(dict.fromkeys([*asked, *there]))


def differing(git: Git, found: Ends, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths that both ends hold, and with another content."""
    pairs = ((path, _content(git, found.good, path), _content(git, found.bad, path)) for path in paths)
    return tuple(path for path, good, bad in pairs if good is not None and bad is not None and good != bad)


def other_changes(ledger: Ledger, found: Ends, paths: Sequence[str]) -> tuple[str, ...]:
    """What else differs of that which stages depend on, beside these paths."""
    sides = [ledger.code.at(commit) for commit in (found.good, found.bad)]
    sources = dict.fromkeys(path for side in sides for path in (*side.pipeline.sources(), *side.texts))
    pins = [{path: pin.md5 for path, pin in side.data.items()} for side in sides]
    others = [path for path in sources if not _part_of(path, paths)]
    return tuple(
        path
        for path in others
        if pins[0].get(path) != pins[1].get(path)
        or (path not in pins[1] and _content(ledger.git, found.good, path) != _content(ledger.git, found.bad, path))
    )


def data_places(ledger: Ledger, paths: Sequence[str], found: Ends, skipped: Collection[str]) -> tuple[Candidate, ...]:
    """The versions of these data, the oldest first: the good end, then every commit that changed one of them.

    Raises LedgerError where a path never changed, and where the content of versions is nowhere, but for those
    `skipped`. Where a remote is not a folder, it may have what is not here: that is seen when a version is tried.
    """
    line = lines.between(ledger.git, found.good, found.bad) or []
    order = {commit: number for number, commit in enumerate(reversed(line))}
    places: dict[str, Candidate] = {}
    for path in paths:
        versions = ledger.datasets.versions(path, found.good, found.bad)
        if len(versions) < 2:
            raise LedgerError(
                f"{path} holds the same at both ends: no commit between them changed it",
                hint="name another --path, or --commits for code",
            )
        absent = [version for version in ledger.datasets.absent(versions) if version.commit not in skipped]
        if absent and all(at is not None for _, at in config.remotes(ledger.git)):
            names, of = listed([version.name for version in absent], 6), f"{len(absent)} of {len(versions)} versions"
            raise LedgerError(
                f"the data of {of} of {path} are in no cache and no remote: {names}",
                hint=f"dvc fetch --all-commits {path}, or leave them out: --skip {absent[0].name}",
            )
        for version in versions:
            parts = (version.brought, version.changed, version.removed)
            own = None if None in parts else tuple(file for part in parts if part for file in part)
            before = places.get(version.commit)
            if before is not None:
                own = None if own is None or before.files is None else (*before.files, *own)
            places[version.commit] = Candidate(commit=version.commit, subject=version.subject, files=own)
    return tuple(sorted(places.values(), key=lambda place: order[place.commit]))


def code_places(ledger: Ledger, found: Ends) -> tuple[Candidate, ...]:
    """The commits from the good end to the bad one that change what the pipeline would run, the oldest first.

    Raises LedgerError where there is none, and where one has no pipeline.
    """
    line = list(reversed(lines.between(ledger.git, found.good, found.bad) or []))
    said = lines.told(ledger.git, line)
    kept: list[str] = []
    state = None
    for commit in line:
        present = ledger.code.arm(ledger.code.at(commit), {}, ()).fingerprint
        if present != state:
            kept.append(commit)
        state = present
    if len(kept) < 2:
        raise LedgerError(
            "no commit between the ends changes what a stage depends on", hint="are GOOD and BAD the right commits?"
        )
    return tuple(Candidate(commit=commit, subject=said[commit].subject) for commit in kept)


def _part_of(path: str, others: Sequence[str]) -> bool:
    return any(inside(path, other) or inside(other, path) for other in others)


def _content(git: Git, commit: str, path: str) -> str | None:
    held = held_at(git, commit, path)
    return None if held is None else held.content
