"""A git-backed experiment ledger: a hypothesis first, then trials, a comparison and a verdict.

    import ledger

    with ledger.open(".") as book:
        for experiment in book.experiments():
            print(experiment.name, experiment.status, len(experiment.trials))
        print(book.conclude("focal-loss").outcome)

`open` gives what the commands use: a ledger of frozen `Experiment` and `Trial` values, with `new`, `run`, `conclude`
and `verify` as methods.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import FormatError, LedgerError
from ledger.version import __version__

if TYPE_CHECKING:
    from ledger.ops.book import Book

__all__ = ["FormatError", "LedgerError", "__version__", "open"]


def open(path: str | Path = ".") -> Book:
    """The ledger of the repository that holds `path`; use it as a context manager.

    Raises LedgerError where there is no git repository.
    """
    # imported here, so that `import ledger` costs next to nothing
    from ledger.git.git import open_repository
    from ledger.ops.book import Book

    return Book(open_repository(Path(path)))
