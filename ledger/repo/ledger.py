"""The face of a ledger: what commands and the Python API (`ledger.open(path)`) use to read one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ledger.analysis import counting, same_metrics
from ledger.analysis.counting import When
from ledger.errors import FormatError, LedgerError, NotHere
from ledger.git.git import open_repository
from ledger.model.experiment import Experiment, directory
from ledger.model.plan import Variant
from ledger.repo import experiments
from ledger.repo.experiments import Wanted
from ledger.repo.snapshot import Repository
from ledger.repo.sources import Source

if TYPE_CHECKING:
    # imported where they are used: `log` starts without them
    from ledger.model.entry import Entry
    from ledger.model.row import Row
    from ledger.repo.code import Arm
    from ledger.repo.index.index import Index
    from ledger.repo.index.rows import Wished
    from ledger.repo.targets import Target
    from ledger.report.frame import Selection

# their texts are in memory together
_AT_ONCE = 500


class Ledger(Repository):
    """One repository's experiments. Use it as a context manager: it keeps a git process while it is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.git.objects.close()
        if "index" in self.__dict__:
            self.index.close()

    @cached_property
    def index(self) -> Index:
        """What all experiments together answer, without their being read."""
        from ledger.repo.index.index import Index

        def decide(experiment: Experiment) -> tuple[Experiment, dict[str, str], bool | None]:
            from ledger.repo import since_verdict

            return self._read(experiment), self.present(experiment), since_verdict.holds(self, experiment)

        return Index(self, decide)

    # --- branches

    def branch_of(self, name: str) -> str:
        """The full ref of an experiment's branch."""
        return f"refs/heads/{self.settings.branch_prefix}{name}"

    def name_of(self, ref: str | None) -> str | None:
        """The experiment that a full ref of a branch speaks for, None where it is not an experiment's."""
        prefix = f"refs/heads/{self.settings.branch_prefix}"
        return ref.removeprefix(prefix) if ref is not None and ref.startswith(prefix) else None

    # --- experiments

    def experiments(self) -> tuple[Experiment, ...]:
        """All experiments with all that they hold, the latest created first; one that cannot be read is left out.

        They are read from git: the index answers faster, for whom its entries and rows are enough.
        """
        lacking = [name for name in self.snapshot.sources if name not in self.snapshot.read]
        for at in range(0, len(lacking), _AT_ONCE):
            self._read_many(lacking[at : at + _AT_ONCE])
        found = [self.snapshot.read[name] for name in self.snapshot.sources if name in self.snapshot.read]
        return tuple(sorted(found, key=lambda e: (e.plan.created, e.name), reverse=True))

    def _read_many(self, names_: Sequence[str]) -> None:
        many = self.git.objects.read_many
        wanted = [self._wanted(name, self.snapshot.sources[name]) for name in names_]
        texts = experiments.read_texts(many, wanted, experiments.folders(many, wanted))
        for one, text in zip(wanted, texts, strict=True):
            source = self.snapshot.sources[one.name]
            try:
                experiment = experiments.assemble(
                    one, text, branch=source.branch, landed=source.landed, archived=source.archived
                )
            except FormatError:
                continue
            if experiment is not None:
                self.snapshot.read[one.name] = self._at_present(experiment)

    def _wanted(self, name: str, source: Source) -> Wanted:
        pending = tuple(self.snapshot.pending.get(name, {}).items())
        return Wanted(name=name, tip=source.tip, pending=pending, aliases=self.settings.aliases)

    def entries(self, wished: Wished | None = None, limit: int | None = None) -> list[Entry]:
        """The lines of the log, the latest experiment first, at most `limit`; those that are `wished` for."""
        return self.index.entries(wished, limit)

    def rows(self, level: str) -> Sequence[Row]:
        """The rows of the table: a row an experiment, one an arm (`variants`) or one a trial (`trials`).

        `ledger.open` gives them the versions of models that come from each (`repo.models.beside`).
        """
        return self.index.rows(level)

    def trials(self) -> Selection:
        """Every trial as a row, to be narrowed down (`where`) and handed on (`to_pandas`)."""
        return self.selection("trials")

    def selection(self, level: str) -> Selection:
        """The rows of a level: `experiments`, `variants` or `trials`."""
        from ledger.report.frame import Selection

        return Selection(tuple(self.rows(level)), level, self.settings.aliases)

    def recent(self, count: int) -> tuple[Experiment, ...]:
        """The present experiment and those that began last, at most `count`, as far as the index has heard of them."""
        current = self.name_of(self.snapshot.head[0])
        names_ = dict.fromkeys([*([] if current is None else [current]), *self.index.names(count)])
        return tuple(e for e in map(self.find, names_) if e is not None)

    def unreadable(self) -> dict[str, str]:
        """The experiments that cannot be read, with the reason."""
        return self.index.unreadable()

    def find(self, name: str) -> Experiment | None:
        """The experiment of exactly that name, None where there is none. Raises LedgerError where it cannot be read."""
        # before the branch: a trial that is collected in between is found there
        pending = tuple(self.snapshot.pending_of(name).items())
        source = self.snapshot.source(name)
        if source is None:
            return None
        if name not in self.snapshot.read:
            try:
                experiment = experiments.read(
                    self.git.objects,
                    Wanted(name=name, tip=source.tip, pending=pending, aliases=self.settings.aliases),
                    branch=source.branch,
                    landed=source.landed,
                    archived=source.archived,
                )
            except FormatError as error:
                raise self._unreadable(name, source, error) from None
            if experiment is None:
                return None
            self.snapshot.read[name] = self._at_present(experiment)
        return self.snapshot.read[name]

    def _at_present(self, experiment: Experiment) -> Experiment:
        found = self._read(experiment)
        return replace(found, running=True) if found.name in self.snapshot.running else found

    def _read(self, experiment: Experiment) -> Experiment:
        """The experiment with what its records alone do not tell."""
        if not same_metrics.unclear(record.trial.metrics for record in experiment.trials):
            return experiment
        from ledger.repo.metric_files import in_one_set_of_names

        return in_one_set_of_names(self, experiment)

    def here(self, name: str) -> Experiment | None:
        """The same as its branch here has it, None where there is none: what is written goes there, even while a
        remote's branch is ahead of it."""
        ref, found = self.branch_of(name), self.find(name)
        tip = self.snapshot.refs_of(name).get(ref)
        if tip is None or found is None or found.branch == ref:
            return found if tip is not None else None
        pending = tuple(self.snapshot.pending.get(name, {}).items())
        wanted = Wanted(name=name, tip=tip, pending=pending, aliases=self.settings.aliases)
        try:
            return experiments.read(self.git.objects, wanted, branch=ref, landed=found.landed)
        except FormatError as error:
            raise self._unreadable(name, Source(branch=ref, tip=tip, landed=found.landed), error) from None

    def require_current(self, experiment: Experiment) -> None:
        """Refuse where the branch here is behind a remote's: what is written there would leave the others out."""
        branch = self.branch_of(experiment.name)
        if experiment.branch not in (None, branch) and branch in self.snapshot.refs_of(experiment.name):
            assert experiment.branch is not None
            short, ahead = branch.removeprefix("refs/heads/"), experiment.branch.removeprefix("refs/remotes/")
            raise LedgerError(
                f"{short} is behind {ahead}, which continues it",
                hint=f"git switch {short} && git merge --ff-only {ahead}",
            )

    def _unreadable(self, name: str, source: Source, error: FormatError) -> LedgerError:
        where, file = source.label(self.snapshot.landed_on), f"{directory(name)}/hypothesis.md"
        return LedgerError(
            f"{file} on {where}: {error}",
            hint=f"correct the file and commit it; git log -p {where} -- {file} shows what it was",
        )

    def experiment(self, text: str | None = None) -> Experiment:
        """The experiment that `text` names, or without it the one that is checked out. Raises LedgerError."""
        from ledger.repo import targets

        return self.current() if text is None else targets.whole(self, text)

    def current(self) -> Experiment:
        """The experiment whose branch is checked out. Raises LedgerError where there is none."""
        ref, commit = self.snapshot.head
        if commit is None:
            raise LedgerError("there is no commit yet", hint="commit your pipeline first: git add -A && git commit")
        if ref is None:
            raise LedgerError(
                f"HEAD is detached at {commit[:10]}: no experiment is checked out",
                hint=f"git switch {self.settings.branch_prefix}NAME, or name the experiment: ledger log lists them",
            )
        name = self.name_of(ref)
        experiment = None if name is None else self.find(name)
        if experiment is None:
            branch, prefix = ref.removeprefix("refs/heads/"), self.settings.branch_prefix
            lacking = "" if name is None else f", which has no {directory(name)}/hypothesis.md"
            raise LedgerError(
                f"no experiment is checked out: you are on {branch}{lacking}",
                hint=f"git switch {prefix}NAME, or name the experiment (ledger log lists them), or begin one: "
                'ledger new "what you expect"',
            )
        return experiment

    def plain_branch(self) -> str | None:
        """The short name of the branch that is checked out, where it is not an experiment's and has commits."""
        ref, commit = self.snapshot.head
        if ref is None or commit is None or self.name_of(ref) in self.snapshot.sources:
            return None
        return ref.removeprefix("refs/heads/")

    def refresh(self) -> None:
        """Forget what was read, after refs have moved."""
        super().refresh()
        if "index" in self.__dict__:
            self.index.forget()

    # --- what an argument means

    def target(self, text: str) -> Target:
        """What `text` means: an experiment, an arm or a trial of one, or a revision. Raises LedgerError."""
        from ledger.repo import targets

        return targets.resolve(self, text)

    # --- what variants are now

    def arms(self, experiment: Experiment) -> dict[str, Arm]:
        """What every arm of the plan is at present, by name: its code, parameters and fingerprint.

        An arm that another experiment fills is left out. Raises LedgerError where code or a parameter is gone.
        """
        return {v.name: self.arm(experiment, v) for v in experiment.plan.variants if v.experiment is None}

    def arm(self, experiment: Experiment, variant: Variant, *, tip: str | None = None) -> Arm:
        """One arm at present; `tip` stands for the branch's commit where it is not written yet."""
        fixed = experiment.plan.commit_of(variant)
        if fixed is not None and self.git.commit(fixed) is None:
            raise NotHere(
                f"{fixed[:10]}, which {experiment.name}:{variant.name} runs, is not in this clone",
                hint="git fetch --unshallow, or fetch it",
            )
        plan, code = experiment.plan, self.code.at(fixed or tip or experiment.tip)
        if variant.data:
            code = self.datasets.applied(code, variant.data, plan.groups, base=plan.base)
        return self.code.arm(code, variant.params, plan.replicates.parameters, plan.replicates.samples)

    def present(self, experiment: Experiment) -> dict[str, str]:
        """The present fingerprint of every arm whose code is here.

        An experiment without a branch has no present code: there the trials that count say what it was.
        """
        found: dict[str, str] = {}
        for variant in experiment.tried_or_declared:
            if variant.experiment is not None:
                continue
            known = None
            if experiment.branch is not None:
                with contextlib.suppress(LedgerError):
                    known = self.arm(experiment, variant).fingerprint
            if known is None:
                known = counting.state(experiment, variant.name, When.JUDGED)
            if known is not None:
                found[variant.name] = known
        return found


def open_ledger(path: str | Path = ".", *, bare: bool = False) -> Ledger:
    """The ledger of the repository that holds `path`. Raises LedgerError where there is none.

    `bare`: one without a work tree will do, of which only git is read.
    """
    return Ledger(open_repository(Path(path), bare=bare))
