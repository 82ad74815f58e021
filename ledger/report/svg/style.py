"""The style that a drawing by itself needs: the rules of our pages for what is in it, with plain colours.

Programs that edit or print pictures know no `var()`, nor the shorthand for fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN: Final = re.compile(r"--([\w-]+):\s*([^;}]+?)\s*(?:[;}]|$)")
_USE: Final = re.compile(r"var\(--([\w-]+)\)")
_FONT: Final = re.compile(r"\bfont: (\d+px) ([^;]+)")
_CLASS: Final = re.compile(r"\.([\w-]+)")
_ATTRIBUTE: Final = re.compile(r'\bclass="([^"]*)"')
_DARK: Final = "(prefers-color-scheme: dark)"


def style(drawing: str, *, dark: bool = True) -> str:
    """The rules for what a drawing holds; `dark`: with those for a screen whose reader has it dark."""
    light, night, rules = _sheets()
    used = {name for match in _ATTRIBUTE.finditer(drawing) for name in match.group(1).split()}
    own = [(selector, text) for selector, text in rules if used.issuperset(_CLASS.findall(selector))]
    found = "".join(f"{selector}{{{_with(text, light)}}}" for selector, text in own)
    if dark:
        # all of them once more, since a later rule outdoes an earlier one
        again = "".join(f"{selector}{{{_with(text, light | night)}}}" for selector, text in own)
        found += f"@media screen and {_DARK}{{{again}}}"
    return found


def _with(text: str, tokens: dict[str, str]) -> str:
    return _USE.sub(lambda match: tokens[match.group(1)], text)


@cache
def _sheets() -> tuple[dict[str, str], dict[str, str], tuple[tuple[str, str], ...]]:
    """The tokens for light and for dark, and the rules of pictures: each a selector and what it says."""
    from importlib import resources

    folder = resources.files("ledger.report.site") / "static"
    page, plots = (list(_blocks((folder / name).read_text("utf-8"))) for name in ("page.css", "plots.css"))
    light, dark = dict[str, str](), dict[str, str]()
    for head, text in (*page, *plots):
        light |= dict(_TOKEN.findall(text)) if head == ":root" else {}
        dark |= dict(_TOKEN.findall(text)) if head.startswith("@media") and _DARK in head else {}
    rules = [
        (selector, _FONT.sub(r"font-size: \1; font-family: \2", text))
        for head, text in plots
        for selector in map(str.strip, head.split(","))
        # what is for pages has no class of a picture's, or a state
        if selector.startswith(".") and ":" not in selector
    ]
    return light, dark, tuple(rules)


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """The blocks of a style sheet, each with what stands before its brace; what is nested stays in it."""
    text, depth, head, begin = _COMMENT.sub("", sheet), 0, "", 0
    for match in re.finditer(r"[{}]", text):
        if match.group() == "{":
            if depth == 0:
                head, begin = text[begin : match.start()].strip(), match.end()
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            yield head, text[begin : match.start()].strip()
            begin = match.end()
