"""What the refs of a repository said at one moment."""

from __future__ import annotations

import errno
import os
from functools import cached_property
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.git.git import Dirty, Git
from ledger.git.process import GitError
from ledger.machine.plain_files import text_of
from ledger.machine.state_directory import StateDirectory
from ledger.model import names, settings
from ledger.model.experiment import DIRECTORY, Experiment
from ledger.model.settings import Settings
from ledger.repo import experiments, sources
from ledger.repo.sources import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.dvc.store import Store
    from ledger.repo.code_reader import CodeReader
    from ledger.repo.datasets.datasets import DataSets
    from ledger.repo.trust.trusted import Trust

# the main branch, the first of them that is there
_MAINS = ("refs/heads/main", "refs/heads/master", "refs/remotes/origin/main", "refs/remotes/origin/master")
_TRIALS = experiments.TRIAL_REFS + "/"
_COMMON = (*_MAINS, _TRIALS)


class Snapshot:
    """HEAD, the main branch, the source of every experiment and the trials that wait, as of one moment.

    Each is asked of git when it is first wanted, since few commands want all, and is the same from then on. When refs
    have moved a new one takes its place. `read` keeps the experiments that were read at it; `tips`,
    `concluded` and `rewritten` what was found of their histories (`repo/histories.py`, `repo/concluded.py`).
    """

    def __init__(self, git: Git, state_dir: StateDirectory, settings_: Settings) -> None:
        self._git = git
        self._state_dir = state_dir
        self._settings = settings_
        # what is known of all refs, of all experiments and of what any command wants; None before it is asked for
        self._listing: str | None = None
        self._every: dict[str, Source] | None = None
        self._waiting: dict[str, str] | None = None
        self._sources: dict[str, Source | None] = {}
        self._refs_of: dict[str, dict[str, str]] = {}
        self.read: dict[str, Experiment] = {}
        self.tips: dict[tuple[str, str | None, str], str | None] = {}
        self.concluded: dict[tuple[str, str], str | None] = {}
        self.rewritten: dict[tuple[str, str | None, str, frozenset[str]], bool] = {}

    @cached_property
    def main(self) -> str | None:
        """The short name of the main branch, None where there is none."""
        if self._settings.main is not None:
            return self._settings.main
        found = next((ref for ref in _MAINS if ref in self._common), None)
        return None if found is None else found.removeprefix("refs/heads/").removeprefix("refs/remotes/")

    @property
    def _common(self) -> dict[str, str]:
        """The trials that wait, and what may be the main branch: hardly a command does without both."""
        if self._waiting is None:
            self._waiting = self._git.refs(*_COMMON)
        return self._waiting

    @cached_property
    def landed_on(self) -> str | None:
        """What holds the experiments that have landed: the main branch, or HEAD where a clone has nothing else.

        Continuous integration often fetches one commit, without any branch: what that holds is all that can be shown.
        Where there are other branches one of them may be the main one, and none is guessed.
        """
        if self.main is not None or self.head[1] is None:
            return self.main
        branches = set(self._git.refs("refs/heads/"))
        own = self.head[0] is not None and self.head[0].startswith(f"refs/heads/{self._settings.branch_prefix}")
        return None if own or branches - {self.head[0]} else "HEAD"

    @cached_property
    def main_tip(self) -> str | None:
        """The commit of the main branch, or of what stands for it; None where there is none."""
        return None if self.landed_on is None else self._git.commit(self.landed_on)

    @cached_property
    def head(self) -> tuple[str | None, str | None]:
        """The full ref that HEAD points to (None when detached) and its commit (None when unborn)."""
        return self._git.head()

    @cached_property
    def dirty(self) -> tuple[Dirty, ...]:
        """What differs from HEAD in the work tree or the index, untracked files among it."""
        return self._git.dirty()

    @cached_property
    def edited(self) -> tuple[str, ...]:
        """The files below `experiments/` that git holds and the work tree or the index has otherwise than HEAD."""
        asked = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--", f":(top){DIRECTORY}")
        try:
            return tuple(os.fsdecode(entry[3:]) for entry in self._git.run(*asked).split(b"\0") if entry)
        except GitError:
            # without a work tree there is nothing to edit
            return ()

    @cached_property
    def running(self) -> frozenset[str]:
        """The names of the experiments with a live run in this repository, at this moment."""
        if not any(self._state_dir.runs.glob("*.json")):
            return frozenset()
        # imported late: mostly nothing runs
        from ledger.repo import runs

        return frozenset(state.experiment for state in runs.live(self._state_dir))

    @property
    def listing(self) -> str:
        """All refs that may speak for experiments or hold trials of theirs, a line each, as git lists them."""
        if self._listing is None:
            refs = self._git.refs(*sources.patterns(self._settings.branch_prefix), experiments.TRIAL_REFS)
            self._listing = "\n".join(f"{oid} {ref}" for ref, oid in refs.items())
        return self._listing

    @property
    def sources(self) -> dict[str, Source]:
        """Every experiment's name with where it is read from: its branch, a remote's, what has landed, an archive."""
        if self._every is None:
            self._every = sources.all_of(self._git, self._listed, self.main_tip, self._settings.branch_prefix)
        return self._every

    @cached_property
    def _listed(self) -> dict[str, str]:
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in self.listing.split("\n") if line)}

    def source(self, name: str) -> Source | None:
        """Where one experiment is read from, None where there is none; the others are not looked at."""
        if self._every is not None or not names.NAME.fullmatch(name):
            return self.sources.get(name)
        if name not in self._sources:
            prefix = self._settings.branch_prefix
            self._sources[name] = sources.one_of(self._git, self.refs_of(name), name, self.main_tip, prefix)
        return self._sources[name]

    def refs_of(self, name: str) -> dict[str, str]:
        """The refs that may speak for one experiment with the objects that they name: its branches, then its tags."""
        if self._listing is not None:
            return self._by_name.get(name, {})
        if name not in self._refs_of:
            self._refs_of[name] = self._git.refs(*sources.patterns_of(name, self._settings.branch_prefix))
        return self._refs_of[name]

    @cached_property
    def _by_name(self) -> dict[str, dict[str, str]]:
        return sources.by_name(self._listed, self._settings.branch_prefix)

    def tags_of(self, name: str) -> dict[str, str]:
        """The tags of one experiment with the objects that they name."""
        if self._listing is not None:
            return self.tags.get(name, {})
        return {ref: oid for ref, oid in self.refs_of(name).items() if ref.startswith(sources.TAGS)}

    @cached_property
    def tags(self) -> dict[str, dict[str, str]]:
        """The same of every experiment by name."""
        found: dict[str, dict[str, str]] = {}
        for ref, oid in self._listed.items():
            if ref.startswith(f"{sources.TAGS}/"):
                found.setdefault(ref.removeprefix(f"{sources.TAGS}/").partition("/")[0], {})[ref] = oid
        return found

    @cached_property
    def pending(self) -> dict[str, dict[str, str]]:
        """Trials that finished but are not on their branch: experiment, then trial id, then trial commit."""
        found: dict[str, dict[str, str]] = {}
        known = self._common if self._listing is None else self._listed
        for ref, commit in known.items():
            if not ref.startswith(_TRIALS):
                continue
            name, _, trial_id = ref.removeprefix(_TRIALS).partition("/")
            found.setdefault(name, {})[trial_id] = commit
        return found

    def pending_of(self, name: str) -> dict[str, str]:
        """The same of one experiment: trial id, then trial commit.

        None that is collected meanwhile is missing both here and on the branch, wherever that is asked for afterwards.
        """
        if self._listing is None and self._waiting is None and names.NAME.fullmatch(name):
            self._ask_of(name)
        return self.pending.get(name, {})

    def _ask_of(self, name: str) -> None:
        """Ask for the refs of one experiment and for those that any command wants, of one process.

        It lists the branch first. Where that has moved once the trials are listed, one of them may have been collected
        in between: each is then asked for on its own, the trials first.
        """
        prefix = self._settings.branch_prefix
        found = self._git.refs(*_COMMON, *sources.patterns_of(name, prefix))
        branch = f"refs/heads/{prefix}{name}"
        if branch not in _MAINS and self._git.commit(branch) == found.get(branch):
            self._waiting = {ref: oid for ref, oid in found.items() if ref in _MAINS or ref.startswith(_TRIALS)}
            self._refs_of[name] = {ref: oid for ref, oid in found.items() if ref not in self._waiting}


class Repository:
    """A repository with the snapshot of it that is current."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.state_dir = StateDirectory(common=git.common)
        # told how far it is with reading experiments, and with moving data
        self.progress: Callable[[int, int], None] | None = None
        self.moving: Callable[[int, int], None] | None = None
        self._snapshot: Snapshot | None = None

    @cached_property
    def settings(self) -> Settings:
        """`ledger.yaml` of the work tree, without one that of HEAD; or the defaults."""
        if self.git.bare:
            return settings.parse(self.git.objects.text("HEAD", settings.FILE) or "")
        try:
            return settings.parse(text_of(self.git.root, settings.FILE))
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise LedgerError(
                    f"{settings.FILE} is a symbolic link, which may lead anywhere: it is not read",
                    hint=f"put a file in its place; git show HEAD:{settings.FILE} prints where it leads",
                ) from None
            if error.errno in (errno.ENOENT, errno.EISDIR, errno.EINVAL):
                return Settings()
            raise
        except UnicodeDecodeError:
            raise LedgerError(f"{settings.FILE} is not text in UTF-8", hint=f"save {settings.FILE} as UTF-8") from None

    @cached_property
    def code(self) -> CodeReader:
        """Reads what commits would run."""
        return self.reader(self.settings)

    def reader(self, settings_: Settings) -> CodeReader:
        """The same under other settings."""
        from ledger.repo.code_reader import CodeReader

        return CodeReader(self.git, settings_, self.state_dir)

    def store(self) -> Store:
        """What DVC's caches here hold, and its remotes that are folders, as of now."""
        from ledger.dvc.store import store_of

        return store_of(self.git)

    @cached_property
    def datasets(self) -> DataSets:
        """Reads what data sets hold."""
        from ledger.repo.datasets.datasets import DataSets

        return DataSets(self.git, self.state_dir, self.store)

    @cached_property
    def trust(self) -> Trust:
        """Whether what commits would run may run here."""
        from ledger.machine.trust_store import trust_store
        from ledger.repo.trust.trusted import Trust

        return Trust(self.git, trust_store(os.environ))

    @property
    def snapshot(self) -> Snapshot:
        """What the refs say, as of the first look or of the last `refresh`."""
        if self._snapshot is None:
            self._snapshot = Snapshot(self.git, self.state_dir, self.settings)
        return self._snapshot

    def refresh(self) -> None:
        """Read the refs again: they have moved."""
        self._snapshot = None
        if "trust" in self.__dict__:
            self.trust.forget()
