"""Charts in mermaid's language (`xychart-beta`), which hosts draw in a comment: decoration, since tables say it all.

A diagram is a program for somebody else's parser, so nobody's text goes into it but letters, digits and a few signs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ledger.report.text import cut

# more points no chart shows
MOST: Final = 20
_WORD: Final = re.compile(r"[^A-Za-z0-9 ._+-]+")
_LABEL, _TITLE = 14, 60
# its parser knows no exponents: powers of ten outside these are told in the name of the axis
_SMALLEST, _LARGEST = -3, 5


def by_point(metric: str, bars: tuple[str, Mapping[str, float]], line: tuple[str, Mapping[str, float]]) -> str | None:
    """One arm as bars and one as a line, over the points that both have; None where fewer than two have numbers."""
    points = [point for point in bars[1] if point in line[1] and _drawn(bars[1][point]) and _drawn(line[1][point])]
    if len(points) < 2:
        return None
    values = [[arm[point] for point in points[:MOST]] for _, arm in (bars, line)]
    title = f"{word(metric)} - bars: {word(bars[0])}, line: {word(line[0])}{_first(len(points))}"
    return _chart(title, metric, points[:MOST], (("bar", values[0]), ("line", values[1])))


def by_arm(metric: str, means: Mapping[str, float]) -> str | None:
    """A bar for each arm; None where fewer than two have a number."""
    arms = {arm: mean for arm, mean in means.items() if _drawn(mean)}
    if len(arms) < 2:
        return None
    title = f"{word(metric)} - mean of each arm{_first(len(arms))}"
    return _chart(title, metric, [*arms][:MOST], (("bar", [*arms.values()][:MOST]),))


def word(text: str, most: int = _TITLE) -> str:
    """The text as it may stand between a diagram's quotes."""
    # two hyphens could be an arrow or the line that begins a header
    return cut(re.sub("-{2,}", "-", _WORD.sub(" ", text)).strip(), most).replace("…", ".").strip()


def _first(count: int) -> str:
    return f" - first {MOST} of {count}" if count > MOST else ""


def _drawn(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 1e250


def _chart(title: str, metric: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> str:
    every = [value for _, values in series for value in values]
    largest = max(map(abs, every))
    power = math.floor(math.log10(largest)) if largest else 0
    power = 0 if _SMALLEST <= power <= _LARGEST else power
    name = word(metric) + (f" in 1e{power}" if power else "")
    low, high = (value / 10.0**power for value in (min(every), max(every)))
    room = max((high - low) * 0.1, abs(high) * 1e-4) or 1.0
    lines = [
        "xychart-beta",
        f'    title "{title}"',
        f"    x-axis {_axis(labels)}",
        f'    y-axis "{name}" {_number(low - room)} --> {_number(high + room)}',
        *(f"    {kind} [{', '.join(_number(v / 10.0**power) for v in values)}]" for kind, values in series),
    ]
    return "\n".join(lines)


def _axis(texts: Sequence[str]) -> str:
    """The texts between quotes, behind what they all begin with; their places where they cannot be told apart."""
    names = {text.rpartition("-")[0] for text in texts}
    shared = names.pop() if len(names) == 1 else ""
    words = [word(text[len(shared) :].removeprefix("-") if shared else text, _LABEL) for text in texts]
    if len(set(words)) < len(words) or not all(words):
        words = [str(at) for at in range(1, len(texts) + 1)]
    name = f'"{word(shared)}" ' if word(shared) else ""
    quoted = ", ".join(f'"{each}"' for each in words)
    return f"{name}[{quoted}]"


def _number(value: float) -> str:
    """Six significant digits or so, without an exponent."""
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
