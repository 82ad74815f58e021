"""Options that `push` and `pull` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.model.sharing import SharingRequest

Experiments = Annotated[
    list[str] | None,
    Argument(metavar="EXP", help="Names of experiments or their beginnings; default: the current one."),
]

NoData = Annotated[bool, Option("--no-data", help="Only branches and tags, not DVC's data.")]
DataRemote = Annotated[
    str | None, Option("--data-remote", metavar="NAME", help="A DVC remote; default: DVC's own default.")
]
Jobs = Annotated[
    int | None,
    Option("-j", "--jobs", metavar="N", min=1, help="Files in parallel; default: DVC's own default."),
]


def asked(
    experiments: Sequence[str] | None,
    *,
    every: bool,
    remote: str | None,
    no_data: bool,
    data_remote: str | None,
    jobs: int | None,
    dry_run: bool,
) -> SharingRequest:
    """What the options ask to push or to pull. Raises LedgerError where they contradict one another."""
    if no_data and data_remote is not None:
        raise LedgerError("--no-data and --data-remote contradict each other", hint="leave one out")
    return SharingRequest(
        named=tuple(experiments or ()),
        every=every,
        remote=remote,
        data=not no_data,
        data_remote=data_remote,
        jobs=jobs,
        dry_run=dry_run,
    )
