"""A merge under way: the three sides, and what is put instead of git's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from ledger.analysis import lock_entries
from ledger.analysis.lock_entries import OURS, THEIRS
from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.model.experiment import Experiment
from ledger.model.pipeline import Pipeline
from ledger.model.remarks import Remark
from ledger.repo.code import Code
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger

Files: TypeAlias = Mapping[str, Entry]
Stages: TypeAlias = Mapping[int, Entry]
"""What base (1), ours (2) and theirs (3) have at a path in conflict."""

BASE = "base"


class Conflict(NamedTuple):
    """Why a file cannot be merged, or the whole where no `path` is named."""

    path: str | None
    why: str

    def __str__(self) -> str:
        return self.why if self.path is None else f"{self.path}: {self.why}"


@dataclass(slots=True, kw_only=True)
class Merging:
    """What is put instead of git's answer, what clashes, what is to be said.

    `commits` and `files` are those of base, ours and theirs; `codes` lacks ours where main has no pipeline.
    """

    ledger: Ledger
    experiment: Experiment
    main: str
    commits: Mapping[str, str]
    files: Mapping[str, Files]
    codes: Mapping[str, Code]
    conflicts: Mapping[str, Stages]
    changes: dict[str, Entry | None] = field(default_factory=dict)
    clashes: list[Conflict] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def branch(self) -> str:
        """The short name of the experiment's branch."""
        return self.experiment.branch_name

    @property
    def pipelines(self) -> list[Pipeline]:
        """The pipelines of both sides."""
        return [code.pipeline for code in self.codes.values()]

    def differing(self) -> list[str]:
        """The paths at which the sides differ."""
        ours, theirs = self.files[OURS], self.files[THEIRS]
        return [path for path in dict.fromkeys([*ours, *theirs]) if ours.get(path) != theirs.get(path)]

    def is_record(self, path: str) -> bool:
        """Whether the file belongs to an experiment's record on either side."""
        return is_record(self.ledger.git.objects, path, self.commits[OURS], self.commits[THEIRS])

    def contested(self, path: str) -> bool:
        """Whether both sides changed the file, each in its way."""
        return lock_entries.three_way(*(self.files[side].get(path) for side in (BASE, OURS, THEIRS))) is None

    def texts(self, path: str) -> tuple[str, str, str]:
        """The file's text at base, ours and theirs, "" where it is not there."""
        base, ours, theirs = (self.ledger.git.objects.text(self.commits[s], path) or "" for s in (BASE, OURS, THEIRS))
        return base, ours, theirs

    def take(self, path: str, side: str) -> None:
        """Have the file as a side has it."""
        entry = self.files[side].get(path)
        self.changes[path] = entry

    def put(self, path: str, text: str) -> None:
        """Have the file with this text."""
        like = self.files[OURS].get(path) or self.files[THEIRS][path]
        self.changes[path] = replace(like, oid=self.ledger.git.blob(text.encode("utf-8", "surrogateescape")))

    def pipeline_of(self, tree: str) -> tuple[Code | None, str | None]:
        """The code of a merged tree, and why its pipeline would not run; None where it would."""
        try:
            code = self.ledger.code.at(tree)
        except LedgerError as error:
            return None, error.message
        return code, lock_entries.unsound(code.pipeline)
