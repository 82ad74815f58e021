"""Numbers for people: metrics with their spread, durations, sizes, ages."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ledger.model.plan import Plan
from ledger.model.settings import Settings
from ledger.stats.summary import Summary

# more digits behind the point than these are no longer read
_MOST_DIGITS = 8
# below this power of ten numbers have fewer digits than others
_SMALLEST = -307
# and from here on a number is written with an exponent
_LARGE = 1e15


def headline(plan: Plan | None, settings: Settings, metrics: Mapping[str, object]) -> str | None:
    """The metric to show where there is room for one: the first of the plan, else the first set, else the first.

    `metrics` are by their present names.
    """
    return headline_of([] if plan is None else plan.metrics, settings, metrics)


def headline_of(predicted: Sequence[str], settings: Settings, metrics: Mapping[str, object]) -> str | None:
    """The same, where it is known what the plan predicts."""
    # DVCLive writes its step among the metrics, before them: it says how long a trial was, not how good
    others = sorted(metrics, key=lambda name: name.rpartition(":")[2] == "step")
    first = map(settings.aliases.now, predicted)
    return next((name for name in [*first, *settings.metrics, *others] if name in metrics), None)


def number(value: float | None, precision: int | None = None) -> str:
    """A metric's value: `precision` digits behind the point, else four significant ones."""
    if value is None or math.isnan(value):
        return "nan" if value is not None else "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if precision is not None and abs(value) < _LARGE:
        text = f"{value:.{precision}f}"
        # what the digits do not show has no sign
        return text if text.strip("-0.") else text.removeprefix("-")
    if value == int(value) and abs(value) < 1e7:
        return str(int(value))
    return f"{value:.4g}" if abs(value) < 0.1 or abs(value) >= 1000 else f"{value:.{4 if abs(value) < 1 else 3}f}"


def spread(summary: Summary, precision: int | None = None) -> str:
    """`0.6123 ± 0.0081`, mean and standard deviation at one precision; the mean alone where n is 1."""
    if summary.sd is None or summary.mean is None:
        return number(summary.mean, precision)
    if precision is None:
        precision = fineness(summary)
        if precision is None and 0 < summary.sd < math.inf and math.isfinite(summary.mean):
            return _scientific(summary.mean, summary.sd)
    return f"{number(summary.mean, precision)} ± {number(summary.sd, precision)}"


def _scientific(mean: float, sd: float) -> str:
    """`3.00e-08 ± 0.28e-08`: one exponent for both, unless the spread would be lost in it."""
    exponent = math.floor(math.log10(max(abs(mean), sd)))
    digits = 1 + exponent - math.floor(math.log10(sd))
    if digits > _MOST_DIGITS or exponent < _SMALLEST:
        return f"{number(mean)} ± {sd:.2g}"
    scale = 10.0**exponent
    return f"{mean / scale:.{digits}f}e{exponent:+03d} ± {sd / scale:.{digits}f}e{exponent:+03d}"


def fineness(*summaries: Summary) -> int | None:
    """The digits behind the point that the noise leaves meaningful: two of the spread.

    None where there is no noise, and where that many digits, or such large numbers, are better read with an exponent.
    """
    spreads = [s.sd for s in summaries if s.sd is not None and s.sd > 0 and math.isfinite(s.sd)]
    if not spreads or any(s.mean is not None and abs(s.mean) >= _LARGE for s in summaries):
        return None
    return digits_of(min(spreads))


def digits_of(width: float) -> int | None:
    """The digits behind the point that show two of a spread's or an interval's; None where they are too many."""
    digits = max(0, 1 - math.floor(math.log10(width)))
    return digits if digits <= _MOST_DIGITS else None


def fine(*intervals: tuple[float, float] | None) -> int | None:
    """The digits behind the point that show two of half the width of the narrowest of these, if any."""
    halves = ((high - low) / 2 for low, high in filter(None, intervals))
    usable = [half for half in halves if 0 < half < math.inf]
    return digits_of(min(usable)) if usable else None


def signed_bounds(interval: tuple[float, float] | None, precision: int | None) -> str:
    """`-0.042 to -0.020`; "" where there is no interval."""
    return "" if interval is None else " to ".join(signed(bound, precision) for bound in interval)


def signed(value: float | None, precision: int | None = None) -> str:
    """A difference with its sign; exactly none is `~`, and one that the digits do not show has no sign."""
    if value is None or math.isnan(value):
        return "-"
    if value == 0:
        return "~"
    text = number(abs(value), precision)
    sign = "" if not text.strip("0.") else "+" if value > 0 else "-"
    return sign + text


def p_value(value: float) -> str:
    """`0.034`, `< 0.001`, `> 0.99`."""
    return "< 0.001" if value < 0.001 else "> 0.99" if value > 0.99 else f"{value:.2g}"


def p_stated(value: float) -> str:
    """The same in a sentence: `p = 0.034`, `p < 0.001`, `p > 0.99`."""
    shown = p_value(value)
    return f"p {shown}" if shown[0] in "<>" else f"p = {shown}"


def rough(value: float | None) -> str:
    """`0.0267`: three significant digits, for what is known no better, as noise is; `-` for None."""
    return "-" if value is None else f"{value:.3g}"


def percent(value: float | None) -> str:
    """`80%`, `< 0.1%`, `> 99%`; `-` for None."""
    if value is None:
        return "-"
    if 0 < value < 0.001 or 0.995 <= value < 1:
        return "< 0.1%" if value < 0.5 else "> 99%"
    return f"{100 * value:.0f}%" if abs(value) >= 0.995 else f"{100 * value:.2g}%"


def bounds(interval: tuple[float, float] | None, show: Callable[[float], str] = rough) -> str:
    """`0.0226 to 0.0328`; `-` for None."""
    return "-" if interval is None else f"{show(interval[0])} to {show(interval[1])}"


def seconds(value: float | None) -> str:
    """`0.31 s`, `41 s`, `12 min`, `3.5 h`."""
    if value is None:
        return "-"
    if value < 10:
        return f"{value:.2g} s" if value < 1 else f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def size(value: int | None) -> str:
    """`812 B`, `3.4 MB`: decimal units, as DVC prints them."""
    if value is None:
        return "-"
    amount = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `now`, `5 min`, `3 h`, `12 d`, `5 mo`, `2 y`."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    units = [(525600, "y"), (43800, "mo"), (1440, "d"), (60, "h"), (1, "min")]
    return next((f"{minutes // size} {unit}" for size, unit in units if minutes >= size), "now")


def ago(moment: datetime, now: datetime) -> str:
    """`5 min ago`; `just now`."""
    since = age(moment, now)
    return "just now" if since == "now" else f"{since} ago"
