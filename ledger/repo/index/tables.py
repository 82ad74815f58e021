"""The tables of the index: every column is declared here, once, and read and written by its declaration.

Mappings (parameters, metrics, data) stand as JSON in one column each: a row of the table then loads as one text, and
the views take them apart with SQLite's own JSON functions, so that nothing is stored twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from ledger.model.frozen import frozen
from ledger.repo.index.encoding import (
    FEW,
    FINDING,
    INTEGER,
    JUDGED,
    KEY,
    MEASURED,
    MOMENT,
    REAL,
    SUMMARIES,
    TEXT,
    TEXTS,
    TRUTH,
    VALUES,
    Codec,
)  # fmt: skip
from ledger.repo.index.views import VIEWS

VERSION: Final = 21
"""Of the tables and of what is computed into them: raised with every change, so that an older index is rebuilt."""

STRIDE: Final = 1_000_000
"""A variant's or trial's id is the experiment's times this, plus its place, so that they lie together."""

Line = tuple[Any, ...]


def own(line: str, experiment: str) -> str:
    """The SQL by which a line of a variant or trial is the experiment's: its key, since no index has experiments.

    A condition on another column of the line beside it takes a plus (`+v.variant = …`): SQLite may else prefer an index
    that it makes of that column over all experiments.
    """
    return f"{line}.id >= {experiment}.id * {STRIDE} AND {line}.id < ({experiment}.id + 1) * {STRIDE}"


@frozen
class SqlTable:
    """A table: the columns by which the index finds a line, then those that say what it was made of."""

    name: str
    keys: dict[str, Codec]
    columns: dict[str, Codec]

    @property
    def definition(self) -> str:
        """The statement that creates it."""
        columns = ", ".join(f"{name} {kind.sql}" for name, kind in (self.keys | self.columns).items())
        return f"CREATE TABLE {self.name} ({columns})"

    @property
    def insertion(self) -> str:
        """The statement that adds a line: its keys and its values."""
        return f"INSERT INTO {self.name} VALUES ({places(self.keys | self.columns)})"

    def line(self, values: Mapping[str, Any]) -> Line:
        """The values as they are stored, in the order of the columns; NULL for one that is None or not given."""
        return tuple(
            [
                value if value is None or kind.encode is None else kind.encode(value)
                for value, kind in zip(map(values.get, self.columns), self.columns.values(), strict=True)
            ]
        )


def places(values: Collection[object]) -> str:
    """A question mark for each value."""
    return ",".join("?" * len(values))


META: Final = SqlTable(name="meta", keys={"key": Codec(sql="TEXT PRIMARY KEY")}, columns={"value": TEXT})

EXPERIMENT: Final = SqlTable(
    name="experiment",
    keys={
        "id": KEY,
        "name": Codec(sql="TEXT NOT NULL UNIQUE"),
        "key": Codec(sql="TEXT NOT NULL"),
        "tree": TEXT,
        "pending": Codec(sql="TEXT NOT NULL"),
        "own": INTEGER,
    },
    columns={
        "error": TEXT,
        "problems": TEXTS,
        "newer": INTEGER,
        "undecided": INTEGER,
        "branch": TEXT,
        "title": TEXT,
        "status": TEXT,
        "outcome": TEXT,
        "confirmatory": TRUTH,
        "found": TEXT,
        "parent": TEXT,
        "confirms": FEW,
        "holds": TRUTH,
        "looks": INTEGER,
        "author": TEXT,
        "tags": TEXTS,
        "created": MOMENT,
        "moment": REAL,
        "exploratory": TRUTH,
        "parts": TEXT,
        "better": FEW,
        "called": FEW,
        "predicted": TEXTS,
        "predictions": TEXTS,
        "judged": JUDGED,
        "finding": FINDING,
        "interpretation": TEXT,
        "about": TEXT,
        "records": INTEGER,
        "declared": INTEGER,
        "missing": INTEGER,
    },
)

_MEMBER: Final = {"id": KEY, "experiment": Codec(sql="INTEGER NOT NULL")}

VARIANT: Final = SqlTable(
    name="variant",
    keys=_MEMBER,
    columns={
        "variant": TEXT,
        "params": VALUES,
        "metrics": SUMMARIES,
        "data": FEW,
        "trials": INTEGER,
        "recorded": INTEGER,
        "missing": INTEGER,
        "seconds": REAL,
        "code": TEXT,
        "fingerprint": TEXT,
        "hidden": INTEGER,
    },
)

TRIAL: Final = SqlTable(
    name="trial",
    keys=_MEMBER,
    columns={
        "variant": TEXT,
        "trial": TEXT,
        "params": VALUES,
        "metrics": MEASURED,
        "data": FEW,
        "counts": INTEGER,
        "seconds": REAL,
        "code": TEXT,
        "fingerprint": TEXT,
        "status": TEXT,
        "replicate": VALUES,
        "started": MOMENT,
        "reused": TEXT,
        "extra": FEW,
    },
)

PROSE: Final = SqlTable(name="prose", keys={"id": KEY}, columns={"text": TEXT})
"""What `log --grep` searches."""

TABLES: Final = (META, EXPERIMENT, VARIANT, TRIAL, PROSE)

SCHEMA: Final = (
    *(table.definition for table in TABLES),
    "CREATE INDEX trial_fingerprint ON trial (fingerprint)",
    "CREATE INDEX experiment_moment ON experiment (moment, name)",
    "CREATE INDEX experiment_confirms ON experiment (name) WHERE confirms != '{}'",
    *(f"CREATE VIEW {name} AS {select}" for name, select in VIEWS.items()),
)
"""The statements that make an index."""
