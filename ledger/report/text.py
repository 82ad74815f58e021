"""Text for a terminal: aligned columns that fit its width, and other people's text made harmless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ledger.model.patterns import pattern


def clean(text: str) -> str:
    """One line without control and bidirectional characters, which could rewrite what a terminal shows."""
    return text.strip() if text.isprintable() else _HARMFUL.sub(" ", text).strip()


def harmless(text: str) -> str:
    """Several lines, each without what `clean` takes out; they keep their indents and their tabs."""
    return text if text.isprintable() else _BUT_LAYOUT.sub(" ", text)


def revealed(text: str) -> str:
    """The text with such characters written out, `<U+202E>`, for whoever must see that they are there."""
    return text if text.isprintable() else _BUT_LAYOUT.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def concealed(text: str) -> int:
    """How many such characters a text holds."""
    return 0 if text.isprintable() else len(_BUT_LAYOUT.findall(text.replace("\r\n", "\n")))


def as_json(document: Any) -> str:
    """The document as one line of JSON that says the same and holds no such character raw; NaN is a ValueError."""
    import json

    return harmless_json(json.dumps(document, ensure_ascii=False, allow_nan=False))


def harmless_json(text: str) -> str:
    """JSON that says the same with JSON's own escapes for such characters."""
    return _BUT_LAYOUT.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def uncoloured(text: str) -> str:
    """The text without the escape sequences by which programs colour it and move the cursor."""
    return _ESCAPES.sub("", text)


_ESCAPES = pattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")

# Unicode's categories Cc, Cf (bidirectional marks among them), Cs, Zl and Zp, but for what joins letters, or keeps them
# apart, within a word of Persian and of Indian scripts, and within an emoji
_BEYOND = (
    r"\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_HARMFUL = pattern(rf"[\x00-\x1f{_BEYOND}]")
# a pattern of its own is many times faster than to look at every line's end
_BUT_LAYOUT = pattern(rf"[\x00-\x08\x0b-\x1f{_BEYOND}]")


# what surely takes one column a character: Latin, ± among it, dashes and the ellipsis; tables are made of these
_NARROW = pattern("[\x20-\u02ff\u2010-\u2026]*")


def width(text: str) -> int:
    """How many terminal columns a text takes."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    # half as long to import as all else that `ledger log` does
    from wcwidth import wcswidth, wcwidth

    columns = wcswidth(text)
    # it refuses a text with control characters, which take no column by themselves
    return columns if columns >= 0 else sum(max(0, wcwidth(c)) for c in text)


# what is typed stays in one piece, so that it can be copied: between backquotes, in brackets, or at the end
_PIECES = pattern(r"\S*`[^`]*`\S*|\((?:git|dvc|ledger|pip) [^)]*\)\S*|(?<=: )(?:git|dvc|ledger|pip) .*|\S+")


def wrapped(text: str, columns: int, *, hanging: int = 0) -> list[str]:
    """The text in lines of at most this many columns where its words allow; those behind the first are indented."""
    if width(text) <= columns:
        return [text]
    lines: list[str] = []
    line = text[: len(text) - len(text.lstrip(" "))]
    empty = True
    for piece in _PIECES.findall(text):
        longer = f"{line}{'' if empty else ' '}{piece}"
        if not empty and width(longer) > columns:
            lines.append(line)
            longer = " " * hanging + piece
        line, empty = longer, False
    return [*lines, line]


def cut(text: str, columns: int) -> str:
    """The text, shortened with an ellipsis where it takes more columns."""
    if width(text) <= columns:
        return text
    if _NARROW.fullmatch(text):
        return text[: max(0, columns - 1)].rstrip() + "…"
    kept = ""
    for c in text:
        if width(kept + c) > columns - 1:
            break
        kept += c
    return kept.rstrip() + "…"


def cut_within(text: str, columns: int) -> str:
    """The text, shortened in its middle where it takes more columns; what is behind its last `/` stays if it can.

    Of names that differ in their ends, as `wide-net/seed-0` and `wide-net/seed-1`, the ends are what tells.
    """
    if width(text) <= columns:
        return text
    half = (columns - 1) // 2
    last = width(text[text.rfind("/") :]) if "/" in text else 0
    end = _tail(text, last if half < last <= columns - _BEGINNING else half)
    return cut(text, columns - width(end)) + end


# how many columns are left of the beginning of a name, the ellipsis among them
_BEGINNING = 3


def _tail(text: str, columns: int) -> str:
    kept = ""
    for c in reversed(text):
        if width(c + kept) > columns:
            break
        kept = c + kept
    return kept


def cut_apart(texts: Sequence[str], columns: int) -> list[str]:
    """The texts, shortened to this many columns where they can be told apart then, else to the fewest where they can.

    They are cut behind their middle if that will do; names that differ there alone keep more of one of their ends.
    """
    longest = max(map(width, texts), default=0)
    distinct = len(set(texts))
    for room in range(columns, longest):
        for end in _ends(room):
            cuts = [_cut_before(text, room, end) for text in texts]
            if len(set(cuts)) == distinct:
                return cuts
    return list(texts)


def _ends(room: int) -> list[int]:
    """How many columns may be kept of an end where there is room for so many: some of both first, the extremes last."""
    most = room - 1
    return list(dict.fromkeys([most // 4, most // 2, most - most // 4, 0, most]))


def _cut_before(text: str, columns: int, end: int) -> str:
    if width(text) <= columns:
        return text
    kept = _tail(text, end)
    return cut(text, columns - width(kept)) + kept


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled with blanks, on its left where `right`."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def columns(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] | None = None,
    right: Sequence[int] = (),
    flexible: int | None = None,
    apart: bool = False,
    total: int | None = 80,
    gap: int = 2,
    indent: int = 0,
) -> list[str]:
    """The rows as lines with aligned columns; the `flexible` column is cut so that lines fit into `total` (None: any).

    With `apart` its cells are names, and cut so that they can be told apart, even where lines are then longer. `right`
    are the columns that are aligned to the right. Trailing blanks are left out.
    """
    table = [list(row) for row in ([head] if head is not None else [])] + [list(row) for row in rows]
    if not table:
        return []
    widths = [max(width(row[i]) for row in table) for i in range(len(table[0]))]
    if flexible is not None and total is not None:
        others = sum(w for i, w in enumerate(widths) if i != flexible) + gap * (len(widths) - 1) + indent
        least = max(8, width(head[flexible]) if head is not None else 0)
        room = max(least, min(widths[flexible], total - others))
        if apart:
            for row, name in zip(table, cut_apart([row[flexible] for row in table], room), strict=True):
                row[flexible] = name
            room = max(width(row[flexible]) for row in table)
        widths[flexible] = room
    lines = []
    for row in table:
        cells = [
            pad(cut(cell, widths[i]) if i == flexible else cell, widths[i], right=i in right)
            for i, cell in enumerate(row)
        ]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return lines
