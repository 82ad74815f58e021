"""What the documented views say beside the tables: facts of other refs than the experiment's own, as of this moment.

A tag that somebody made a second ago, a confirmation that another branch holds: none of it is kept in the index, and so
none of it can be stale. Each is a function of SQL that looks it up where a query asks for it, in a view that the
connection alone has.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis import standing
from ledger.repo import histories
from ledger.repo.index.encoding import to_json
from ledger.repo.index.rows import EXPERIMENTS, TRIALS, VARIANTS

if TYPE_CHECKING:
    # who asks for no model does not wait for what reads them
    from ledger.model.confirmation import Tested
    from ledger.model.models import ModelVersion
    from ledger.repo.ledger import Ledger

FEW: Final = 4
"""Of so many experiments the commits of trials are looked up by themselves, of more of all experiments together."""

# what is asked of a version, by the column that says it
_VERSION: Final = {
    "model": "name", "version": "version", "stages": "stages", "experiment": "experiment", "variant": "variant",
    "trial": "trial", "outcome": "outcome", "confirmation": "confirmation", "promoted_as": "promoted_as", "why": "why",
    "doubts": "doubts", "path": "path", "md5": "md5", "blob": "blob", "created": "created", "author": "author",
    "tag": "tag", "tag_commit": "commit",
}  # fmt: skip
_OF_RECORD: Final = ("experiment", "variant", "trial", "outcome", "confirmation", "promoted_as", "path", "md5", "blob")
"""What a tag that is not believed says nothing of."""


def _live(level: str, more: str = "", trial: str = "NULL") -> str:
    """The view of a level with what is looked up."""
    return f"""SELECT *, confirmation_of(experiment, variant, '{level}') AS confirmation,
        confirmation_by(experiment, variant, '{level}') AS confirmation_by,
        models_of(experiment, variant, {trial}, '{level}') AS models{more} FROM main.{level}"""


LIVE: Final[Mapping[str, str]] = {
    EXPERIMENTS: _live(EXPERIMENTS),
    VARIANTS: _live(VARIANTS),
    TRIALS: _live(TRIALS, ", trial_commit_of(experiment, trial) AS trial_commit", trial="trial"),
    "models": f"""SELECT {", ".join(f"json_extract(value, '$.{key}') AS {name}" for name, key in _VERSION.items())}
        FROM json_each(model_versions())""",
}
"""The views that take the place of those of the file, and those that it has not."""


def attach(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """Give a connection the views, with what they look up."""
    facts = _Facts(ledger)
    for name, count, function in (
        ("trial_commit_of", 2, facts.trial_commit),
        ("confirmation_of", 3, facts.confirmation),
        ("confirmation_by", 3, facts.confirmation_by),
        ("models_of", 4, facts.models),
        ("model_versions", 0, facts.versions),
    ):
        connection.create_function(name, count, function, deterministic=True)
    for name, select in LIVE.items():
        connection.execute(f"CREATE TEMP VIEW IF NOT EXISTS {name} AS {select}")


class _Facts:
    """What one query asks for, each looked up once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._commits: dict[str, dict[str, str]] = {}

    def trial_commit(self, name: str, trial: str) -> str | None:
        """The commit that holds a trial."""
        known, ledger = self._commits, self._ledger
        if name not in known:
            held = histories.all_trial_commits(ledger) if len(known) == FEW else {}
            held.setdefault(name, {} if held else histories.trial_commits(ledger, name))
            known.update({n: ledger.snapshot.pending.get(n, {}) | commits for n, commits in held.items()})
        return known[name].get(trial)

    def confirmation(self, name: str, variant: str, level: str) -> str | None:
        """What later experiments say of the arm, as the table has it."""
        return standing.said(self._of(name, variant, level), variant)

    def confirmation_by(self, name: str, variant: str, level: str) -> str | None:
        """The experiments that decide it, as JSON."""
        found = self._of(name, variant, level)
        return None if found is None else to_json(list(found.by))

    def _of(self, name: str, variant: str, level: str) -> Tested | None:
        return standing.of_row(self._tested.get(name, ()), variant, whole=level == EXPERIMENTS)

    def models(self, name: str, variant: str, trial: str | None, level: str) -> str:
        """The versions and stages of what a row is of, as JSON."""
        from ledger.repo.models import beside

        return to_json(list(beside.labels_of(self._by_experiment.get(name, ()), level, variant, trial)))

    def versions(self) -> str:
        """The versions in use, as JSON."""
        from ledger.report.shapes.models import version

        used = [one for one in self._versions if one.registered.in_use]
        return to_json([_believed(version(one)) for one in used])

    @cached_property
    def _tested(self) -> Mapping[str, Sequence[Tested]]:
        return self._ledger.index.tested()

    @cached_property
    def _versions(self) -> Sequence[ModelVersion]:
        from ledger.repo.models import reading, tags

        return reading.versions(self._ledger) if tags.refs(self._ledger.git) else ()

    @cached_property
    def _by_experiment(self) -> Mapping[str, Sequence[ModelVersion]]:
        from ledger.repo.models.beside import by_experiment

        return by_experiment(self._versions)


def _believed(version: dict[str, Any]) -> dict[str, Any]:
    lists = {key: json.dumps(version[key], ensure_ascii=False) for key in ("stages", "doubts")}
    forged = {} if version["believed"] else dict.fromkeys(_OF_RECORD)
    return {key: version[key] for key in _VERSION.values()} | lists | forged
