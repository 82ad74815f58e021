"""What `ledger verify` found, as text: problems first, then what cannot be proved."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis.checks import Finding
from ledger.report.text import clean


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
        lines += [f"  ? {_line(finding)}" for finding in unproved]
    return lines


def _line(finding: Finding) -> str:
    where = "" if finding.trial is None else f"{clean(finding.trial)}: "
    return f"{finding.check}: {where}{clean(finding.message)}"
