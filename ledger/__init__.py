"""A git-backed experiment ledger: a hypothesis first, then trials, a comparison and a verdict."""

from ledger.errors import LedgerError
from ledger.version import __version__

__all__ = ["LedgerError", "__version__"]
