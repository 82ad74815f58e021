"""The sentences of remarks on what coverage is counted over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ledger.model.listing import counted, listed
from ledger.model.remarks import Kind


def _excluded_tried(count: int) -> str:
    were = "was" if count == 1 else "were"
    return f"{counted(count, 'configuration')} that --exclude forbids {were} tried all the same"


SENTENCES: Final[Mapping[str, str | Callable[..., str]]] = {
    Kind.MOVED_TOGETHER: lambda names: (
        f"{listed(names, 6)} only ever changed together: the effect of one cannot be told from that of the other"
    ),
    Kind.PARAMETER_ABSENT: lambda name, count, total: (
        f"{name} is absent in {count} of {counted(total, 'configuration')}, which cover no combination with it"
    ),
    Kind.EXCLUDED_TRIED: _excluded_tried,
    Kind.VOIDED_NOT_COUNTED: lambda count: f"{counted(count, 'voided trial')} not counted",
    Kind.PLANNED_NOT_READ: lambda count: (
        f"{counted(count, 'declared arm')} without a trial left out: name the experiments, or fetch their code"
    ),
    Kind.NOT_ALL_LISTED: "the first {shown} of {total} missing combinations are listed: --limit lists more",
}
