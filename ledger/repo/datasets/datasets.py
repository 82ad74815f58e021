"""What data sets hold: their versions, their groups, and what an arm's changes make of them.

All of it follows from git's history and from manifests; no file of a data set is read or copied. Nothing is fetched
unless `bring` is called, which commands do that write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from ledger.analysis.datasets import additions
from ledger.analysis.datasets.additions import History, Step
from ledger.analysis.datasets.groups import Groups
from ledger.dvc import manifests
from ledger.dvc.store import Store, is_there
from ledger.errors import LedgerError, NotHere
from ledger.git import lines
from ledger.git.git import Git
from ledger.git.shallow import is_shallow
from ledger.machine.state_directory import StateDirectory
from ledger.model.data_change import DataChange, Grouping
from ledger.model.formats.lockfile import Pinned
from ledger.model.listing import listed
from ledger.model.plan import BASE
from ledger.repo.code import Code
from ledger.repo.datasets import content, grouping, held, versions, writing
from ledger.repo.datasets.content import ArmContent, AskedContent, FileGroups
from ledger.repo.datasets.held import Held, size_of
from ledger.repo.datasets.listings import Listings
from ledger.repo.datasets.remembered import Remembered
from ledger.repo.datasets.versions import DataVersion

Changes = Mapping[str, DataChange]
Groupings = Mapping[str, Grouping]


class DataSets:
    """The data sets of one repository; what was found is remembered, on disk where it took long."""

    def __init__(self, git: Git, state_dir: StateDirectory | None, stores: Callable[[], Store]) -> None:
        """`stores` opens the caches that are read; `state_dir` is None for one who trusts nothing computed before."""
        self._git = git
        self._stores = stores
        self._remembered = Remembered(state_dir)
        self._held: dict[tuple[str, ...], Held] = {}
        self._until: dict[tuple[str, str], tuple[DataVersion, ...]] = {}
        # the last one alone: it has ten megabytes where there are a hundred thousand files
        self._made: dict[str, bytes] = {}

    @cached_property
    def store(self) -> Store:
        """The caches here, and the remotes that are folders."""
        return self._stores()

    @cached_property
    def listings(self) -> Listings:
        """What folders hold."""
        return Listings(self._git, lambda: self.store)

    # --- versions

    def versions(self, path: str, good: str, bad: str) -> tuple[DataVersion, ...]:
        """The content at the commit `good`, then every commit up to `bad` that changed it, the oldest first.

        Merges count as one step of the main line (`ledger.git.lines`). Where a manifest is in no cache here, the files
        that the version brought are not known. Raises LedgerError where there is no such line, or the path is none.
        """
        return self._with_files(versions.between(self._git, path, good, bad))

    def absent(self, found: Iterable[DataVersion]) -> tuple[DataVersion, ...]:
        """The versions of which a manifest or a file is neither in a cache here nor in a remote that is a folder."""
        return tuple(v for v in found if v.pin is not None and v.pin.md5 is not None and self.store.lacks(v.pin.md5))

    def _with_files(self, found: tuple[DataVersion, ...]) -> tuple[DataVersion, ...]:
        done = list(found[:1])
        for before, after in pairwise(found):
            step = self._step(before.held, after.held)
            if step is not None:
                after = replace(after, brought=step.brought, changed=step.changed, removed=step.removed)
            done.append(after)
        return tuple(done)

    def _step(self, before: Held | None, after: Held | None) -> Step | None:
        def computed() -> dict[str, Any] | None:
            try:
                found = additions.step(self.listings.of(before), self.listings.of(after))
            except NotHere:
                return None
            return {"brought": found.brought, "changed": found.changed, "removed": found.removed}

        names = [None if one is None else [one.content, one.path] for one in (before, after)]
        known = self._remembered.of(["step", names], computed)
        return None if known is None else Step(**{key: tuple(paths) for key, paths in known.items()})

    # --- groups

    def groups(self, code: Code, path: str, by: Grouping, *, at: str | None = None) -> Groups:
        """The groups of the files that a path holds on some code, or held at the commit `at`.

        Raises LedgerError where it has none, NotHere where a manifest is in no cache here.
        """
        here = self._at(code.commit, path) if at is None else self._at_earlier(code.commit, path, at)
        if not here.is_folder:
            raise LedgerError(f"{path} is a single file, which has no groups")
        return self._grouped(code.commit, path, here, at or code.commit, by).groups

    def group_of(self, code: Code, path: str, by: Grouping, files: Mapping[str, str]) -> Mapping[str, str]:
        """The groups of files at a path of some code, those among them that it does not hold too, but for additions."""
        if by.is_addition:
            return self.groups(code, path, by).of
        return grouping.by_paths(self._git, self.store, code.commit, path, dict(files), by).of

    def _grouped(self, commit: str, path: str, source: Held, at: str, by: Grouping) -> FileGroups:
        """The groups of what a path held at the commit `at`; a table is read as `commit` has it."""
        if not by.is_addition:
            files = self.listings.of(source)
            return FileGroups(groups=grouping.by_paths(self._git, self.store, commit, path, files, by))
        found = self._versions_until(source.path, at)
        history = self._history(found, path)
        return FileGroups(groups=grouping.by_addition(found, history), history=history, versions=found)

    def _history(self, found: Sequence[DataVersion], path: str) -> History:
        def computed() -> dict[str, Any]:
            absent = [v for v in found if v.held is not None and not self._listed(v.held)]
            if absent:
                raise NotHere(_lacking(absent, path), hint="dvc fetch --all-commits, where a remote has them")
            return dict(additions.history(self.listings.of(version.held) for version in found))

        known = self._remembered.of(["history", _names(found)], computed)
        return {file: tuple((number, name) for number, name in changes) for file, changes in known.items()}

    def _listed(self, one: Held) -> bool:
        return one.pin is None or not one.is_folder or self.store.read(one.content) is not None

    def _versions_until(self, path: str, commit: str) -> tuple[DataVersion, ...]:
        if (path, commit) not in self._until:
            if is_shallow(self._git.common):
                raise NotHere(
                    "this clone lacks the older history, so no file's addition is known", hint="git fetch --unshallow"
                )
            made = ["until", path, commit]
            known = self._remembered.of(made, lambda: [v.to_json() for v in versions.until(self._git, path, commit)])
            self._until[path, commit] = tuple(map(versions.from_json, known))
        return self._until[path, commit]

    # --- what arms hold

    def applied(self, code: Code, changes: Changes, groupings: Groupings, *, base: str) -> Code:
        """The code with its data changed as an arm says. `base`: the plan's base.

        Equal data gives equal code, wherever it was declared. Raises LedgerError where a change cannot be made, NotHere
        where a manifest is in no cache here.
        """
        if not changes:
            return code
        asked = {path: self._asked(code, path, changes, groupings, base) for path in changes}
        return writing.applied(self._git, code, {path: self._content(one) for path, one in asked.items()})

    def lay_out(self, code: Code, changes: Changes, groupings: Groupings, *, base: str, cache: Path) -> None:
        """Put the manifests of an arm into DVC's `cache`, where they are not there; no file is copied."""
        for path in changes:
            asked = self._asked(code, path, changes, groupings, base)
            pin = self._content(asked).pin
            if pin is not None and pin.md5 is not None and asked.makes_new and not is_there(cache, pin.md5):
                manifest = self._made.get(pin.md5) or manifests.dumps(self._files(asked))
                writing.keep_manifest(cache, manifest, legacy=writing.is_legacy(self._git, code, asked.now))

    def held(self, code: Code, path: str) -> Held:
        """What holds a path on some code. Raises LedgerError where nothing does, or it is not one data set."""
        return self._at(code.commit, path)

    def listing(self, code: Code, path: str) -> dict[str, str]:
        """The files that a path holds on some code, with what names their content; a single file by its own name."""
        return self.listings.of(self._at(code.commit, path))

    def files(self, code: Code, path: str, change: DataChange, by: Grouping, *, base: str) -> dict[str, str]:
        """The files that a change leaves in a folder, with what names their content."""
        return self._files(self._asked(code, path, {path: change}, {path: by}, base))

    def bring(self, code: Code, changes: Changes, groupings: Groupings, *, base: str) -> None:
        """Fetch the manifests that an arm is computed from, as far as they are in no cache here.

        Raises NotHere, which says which no remote has.
        """
        for path in changes:
            asked = self._asked(code, path, changes, groupings, base)
            if asked.makes_new and asked.source.pin is not None:
                by_addition = asked.change.groups and asked.by.is_addition
                found = self._versions_until(asked.source.path, asked.at) if by_addition else ()
                self.fetch([asked.source, *(v.held for v in found if v.held is not None)], folder=code.folder)

    def fetch(self, wanted: Iterable[Held], *, folder: str = "") -> None:
        """Fetch the manifests of data sets that are in no cache here. `folder`: DVC's root below that of git.

        Raises NotHere, which says which of them no remote has.
        """
        lacking = {one.content: one.path for one in wanted if one.pin and one.is_folder and not self._listed(one)}
        if not lacking:
            return
        if not lacking:
            return
        from ledger.dvc.fetching import fetch

        still = fetch(self._git.root / folder, list(lacking))
        del self.store
        if still:
            named = listed([f"{lacking[digest]} ({digest[:10]})" for digest in still], 5)
            raise NotHere(f"no cache and no remote has the list of files of {named}", hint="dvc remote list; dvc fetch")

    def _asked(self, code: Code, path: str, changes: Changes, groupings: Groupings, base: str) -> AskedContent:
        change = changes[path]
        at = base if change.at == BASE else change.at
        if code.pipeline.makes(path):
            raise LedgerError(f"{path} is made by a stage", hint="name the data that it is made from")
        now = self._at(code.commit, path)
        source = now if at is None else self._at_earlier(code.commit, path, at)
        if (now.pin is None) != (source.pin is None):
            one, other = ("DVC", "git") if now.pin is None else ("git", "DVC")
            raise LedgerError(f"{path} is held by {one} at {str(at)[:10]}, and by {other} at {code.commit[:10]}")
        if not source.is_folder and (change.groups or change.keep is not None):
            raise LedgerError(f"{path} is a single file, which has no parts", hint=f"take a version of it: {path}@REV")
        by = groupings.get(path, Grouping())
        return AskedContent(code=code, path=path, change=change, by=by, now=now, source=source, at=at or code.commit)

    def _content(self, asked: AskedContent) -> ArmContent:
        source = asked.source
        if source.pin is None and not source.is_folder:
            return ArmContent(now=asked.now, entries={"": held.entry_of(self._git, asked.at, source)})
        if source.pin is None:
            return ArmContent(now=asked.now, entries=content.of_git(self._files(asked)))
        if not asked.makes_new:
            return ArmContent(now=asked.now, pin=source.pin)

        def computed() -> dict[str, Any]:
            files = self._files(asked)
            size = size_of(self.store, source.pin, self.listings.of(source), files)
            manifest = manifests.dumps(files)
            name = manifests.named(manifest)
            self._made = {name: manifest}
            return Pinned(md5=name, size=size, nfiles=len(files)).to_mapping()

        return ArmContent(now=asked.now, pin=Pinned(**self._remembered.of(self._key(asked), computed)))

    def _key(self, asked: AskedContent) -> list[object]:
        """What the content of an arm follows from: the groups too, as far as it names some."""
        key: list[object] = ["pin", asked.source.content, repr(asked.change)]
        if asked.change.groups and asked.by.is_table:
            key += [repr(asked.by), asked.path, grouping.table_name(self._git, asked.code.commit, asked.by)]
        elif asked.change.groups and asked.by.is_pattern:
            key.append(repr(asked.by))
        elif asked.change.groups:
            key.append(_names(self._versions_until(asked.source.path, asked.at)))
        return key

    def _files(self, asked: AskedContent) -> dict[str, str]:
        listing = self.listings.of(asked.source)
        grouped = None
        if asked.change.groups:
            grouped = self._grouped(asked.code.commit, asked.path, asked.source, asked.at, asked.by)
        return content.changed(listing, asked.change, grouped, asked.path)

    def _at(self, commit: str, path: str) -> Held:
        if (commit, path) not in self._held:
            self._held[commit, path] = held.require(self._git, commit, path)
        return self._held[commit, path]

    def _at_earlier(self, now: str, path: str, at: str) -> Held:
        """What a path held at another commit, there or where it was before it moved."""
        if (at, path, now) not in self._held:
            self._held[at, path, now] = self._earlier(now, path, at)
        return self._held[at, path, now]

    def _earlier(self, now: str, path: str, at: str) -> Held:
        found = held.held_at(self._git, at, path)
        if found is None:
            line = lines.between(self._git, at, now)
            found = held.history(self._git, line, path)[-1] if line is not None else None
        if found is None:
            raise LedgerError(f"there was no {path} at {at[:10]}", hint=f"git log --oneline -- {path}.dvc {path}")
        return found


def _names(found: Iterable[DataVersion]) -> list[object]:
    """What a history of a data set follows from."""
    return [[version.commit, None if version.held is None else version.held.content] for version in found]


def _lacking(found: Sequence[DataVersion], path: str) -> str:
    said = listed([f"{version.name} ({version.subject})" for version in found], 5)
    return f"the lists of files of {path} at {said} are in no cache here"
