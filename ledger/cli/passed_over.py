"""Warnings of what an answer leaves out because it cannot be read."""

from __future__ import annotations

from ledger.cli.console import say
from ledger.repo.ledger import Ledger


def warn_unreadable(ledger: Ledger) -> None:
    """Name the experiments that were left out because they cannot be read, and count what is too new to be read."""
    for reason in ledger.unreadable().values():
        say(f"warning: skipped: {reason}")
    warn_newer(ledger.index.newer())
    if ledger.index.remark is not None:
        say(f"warning: {ledger.index.remark}")


def warn_newer(records: int) -> None:
    """Say how many records were left out because a newer version has written them."""
    if records:
        some = f"{records} record{'s are' if records > 1 else ' is'}"
        say(f"warning: {some} from a newer version of ledger and skipped: pip install -U experiment-ledger")


def warn_passed_over(records: int) -> None:
    """Say how many files of experiments that can be read were left out because they themselves cannot be."""
    if records:
        files = f"{records} file{'s' if records > 1 else ''} of experiments"
        say(f"warning: {files} cannot be read and {'are' if records > 1 else 'is'} skipped: ledger log names them")
