"""What `ledger verify` found, as text: problems first, then what cannot be proved."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis.findings import LOST, Finding
from ledger.report.text import clean

# so many lost trials are named; a clone without tags has lost them all
FEW = 2


def verified(name: str, trials: int, problems: Sequence[Finding], unproved: Sequence[Finding]) -> list[str]:
    """The lines of one experiment: a headline, and a line for each finding."""
    if problems:
        said = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    else:
        said = "no problem" if unproved else "proved"
    lines = [f"{clean(name)}: {said}, {trials} trial{'s' if trials != 1 else ''}"]
    lines += [f"  ! {_line(finding)}" for finding in problems]
    if unproved:
        lines.append("  unproved:")
        lost = [finding for finding in unproved if finding.check == LOST]
        if len(lost) > FEW:
            some = ", ".join(clean(finding.trial or "") for finding in lost[:FEW])
            lines.append(f"  ? {LOST}: {some} and {len(lost) - FEW} more: no tag here holds their trial commits")
            lines.append("          (git fetch --tags), so their numbers are unproved")
            unproved = [finding for finding in unproved if finding.check != LOST]
        lines += [f"  ? {_line(finding)}" for finding in unproved]
    return lines


def _line(finding: Finding) -> str:
    where = "" if finding.trial is None else f"{clean(finding.trial)}: "
    return f"{finding.check}: {where}{clean(finding.message)}"
