"""A trial that was run again, as text."""

from __future__ import annotations

from ledger.analysis.reproduction import DIFFERENT, IDENTICAL, LESS, WITHIN, Reproduction
from ledger.model.listing import counted, listed
from ledger.model.replicates import REPEAT
from ledger.model.settings import Settings
from ledger.report.numbers import number
from ledger.report.text import clean, columns

# how many changes of the environment are named
_FEW = 6


def reproduction(found: Reproduction, settings: Settings, *, log: str, total: int | None) -> list[str]:
    """The lines: what was run, each metric and output, and what differs about the machine."""
    lines = [f"{clean(found.experiment)}:{clean(found.trial)}, run again from {found.code[:10]}"]
    if found.failure is not None:
        reason = found.failure.ending
        lines += [f"  it has no result now: {clean(str(found.failure.stage))} failed ({clean(reason)})"]
        lines += [f"    {clean(line)}" for line in found.failure.tail.splitlines()[-8:]]
        lines += [f"  output: {log}"]
    rows = []
    for metric in found.metrics:
        a, b = metric.recorded, metric.again
        digits = settings.precision(metric.name)
        if metric.state != IDENTICAL and a is not None and b is not None and number(a, digits) == number(b, digits):
            # as many digits as show that they differ
            digits = next((n for n in range(1, 17) if f"{a:.{n}f}" != f"{b:.{n}f}"), digits)
        noise = "" if metric.margin is None or metric.state == IDENTICAL else f"{_band(found)} ±{number(metric.margin)}"
        if metric.state == DIFFERENT and metric.margin is None:
            noise = f"{_band(found)} unknown: {counted(found.replicates, 'replicate')}"
        rows.append(
            [clean(metric.name), number(a, digits), "→", number(b, digits), _state(found, metric.state), noise]
            if metric.state != IDENTICAL
            else [clean(metric.name), number(a, digits), "", "", metric.state, noise]
        )
    rows += [[clean(out.path), _short(out.recorded), "" if out.state == IDENTICAL else "→",
              "" if out.state == IDENTICAL else _short(out.again), out.state, ""] for out in found.outs]  # fmt: skip
    lines += columns(rows, indent=2, flexible=0, apart=True, total=total)
    if found.environment:
        named = [f"{clean(name)} {_there(a)} → {_there(b)}" for name, a, b in found.environment]
        lines.append(f"  the environment differs: {listed(named, _FEW)}")
    return lines


def _band(found: Reproduction) -> str:
    """What the margin is the width of."""
    return found.varied if any(axis != REPEAT for axis, _ in found.point) else "noise"


def _state(found: Reproduction, state: str) -> str:
    return f"differs, but by less than {found.varied}" if state == LESS else state


def verdict(found: Reproduction, *, outputs: bool, within_noise: bool = False) -> str:
    """One sentence on it."""
    states = {m.state for m in found.metrics}
    if found.failure is not None:
        return "not reproduced: it has no result now"
    differing = [m.name for m in found.metrics if m.state == DIFFERENT]
    if differing:
        return f"not reproduced: {', '.join(map(clean, differing))} differ{'s' if len(differing) == 1 else ''}"
    less = [m.name for m in found.metrics if m.state == LESS]
    if less and not within_noise:
        named = ", ".join(map(clean, less))
        differ = "differs" if len(less) == 1 else "differ"
        return f"{named} {differ}, but by less than {found.varied}: --within-noise accepts that"
    if not found.same(outputs=outputs, within_noise=within_noise):
        return "the metrics are reproduced, the outputs are not"
    if LESS in states:
        return f"reproduced: nothing differs by as much as {found.varied}"
    return "reproduced within the noise of the repeats" if WITHIN in states else "reproduced"


def _there(value: str | None) -> str:
    return "none" if value is None else clean(value)


def _short(digest: str | None) -> str:
    return "none" if digest is None else digest[:10]
