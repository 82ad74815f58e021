"""A git-backed experiment ledger: a hypothesis first, then trials, a comparison and a verdict.

    import ledger

    with ledger.open(".") as book:
        for experiment in book.experiments():
            print(experiment.name, experiment.status, len(experiment.trials))

`open` gives the objects that the commands use: a `Ledger` of frozen `Experiment` and `Trial` values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import FormatError, LedgerError
from ledger.version import __version__

if TYPE_CHECKING:
    from ledger.repo.ledger import Ledger

__all__ = ["FormatError", "LedgerError", "__version__", "open"]


def open(path: str | Path = ".") -> Ledger:
    """The ledger of the repository that holds `path`; use it as a context manager.

    Raises LedgerError where there is no git repository.
    """
    # imported here, so that `import ledger` costs next to nothing
    from ledger.repo.ledger import open_ledger

    return open_ledger(path)
