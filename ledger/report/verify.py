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
    lines += [f"  ! {line}" for line in _lines(problems)]
    if unproved:
        lines.append("  unproved:")
        lost = [finding for finding in unproved if finding.check == LOST]
        if len(lost) > FEW:
            some = ", ".join(clean(finding.trial or "") for finding in lost[:FEW])
            lines.append(f"  ? {LOST}: {some} and {len(lost) - FEW} more: no tag here holds their trial commits")
            lines.append("          (git fetch --tags), so their numbers are unproved")
            unproved = [finding for finding in unproved if finding.check != LOST]
        lines += [f"  ? {line}" for line in _lines(unproved)]
    return lines


def _lines(findings: Sequence[Finding]) -> list[str]:
    """A line for each thing that was found: what several trials share, as a hash that is gone, is said once."""
    shared: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        trials = shared.setdefault((finding.check, finding.message), [])
        if finding.trial is not None and finding.trial not in trials:
            trials.append(finding.trial)
    return [f"{check}: {_where(trials)}{clean(message)}" for (check, message), trials in shared.items()]


def _where(trials: Sequence[str]) -> str:
    if not trials:
        return ""
    more = f" and {len(trials) - FEW} more" if len(trials) > FEW else ""
    return f"{', '.join(map(clean, trials[:FEW]))}{more}: "
