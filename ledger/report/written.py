"""What people write in markdown, as blocks: headings, lists, code and paragraphs; all else stays the text that it is.

Comments (`<!-- … -->`) are left out, as every renderer of markdown does. No page shows markdown of other people's as
markdown: links, images and HTML of theirs are text there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledger.report.blocks import Block, CodeBlock, Heading, Items, Prose, Written

_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_ITEM: Final = re.compile(r" {0,3}[-*+][ \t]+(.*)")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^`]*")
_CODE: Final = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
# the page has one title, which is not theirs
_HIGHEST: Final = 2
_LOWEST: Final = 6


def blocks(block: Written) -> tuple[Block, ...]:
    """What a page shows of it: a section that has nothing but a comment, as a template has, is left out."""
    below = 0 if block.title is None else 1
    found = [
        replace(each, level=min(each.level + below, _LOWEST)) if isinstance(each, Heading) else each
        for each in _read(block.text)
    ]
    if block.title is not None:
        found.insert(0, Heading(text=block.title))
    return tuple(each for at, each in enumerate(found) if not _is_empty(each, found[at + 1 : at + 2]))


def _is_empty(block: Block, following: Sequence[Block]) -> bool:
    """Whether it is a heading with nothing below it."""
    if not isinstance(block, Heading):
        return False
    return all(isinstance(each, Heading) and each.level <= block.level for each in following)


def _read(text: str) -> list[Block]:
    """The blocks of a text."""
    found: list[Block] = []
    lines = _COMMENT.sub("", text).splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if (fence := _FENCE.fullmatch(line)) is not None:
            end = _end(lines, at + 1, fence[1])
            found.append(CodeBlock(text="\n".join(lines[at + 1 : end]), language=fence[2]))
            at = end + 1
        elif (heading := _HEADING.fullmatch(line)) is not None:
            found.append(Heading(text=heading[2] or "", level=max(_HIGHEST, len(heading[1]))))
            at += 1
        elif line.strip():
            listed = _ITEM.fullmatch(line) is not None
            end = _while(lines, at, listed=listed)
            some = lines[at:end]
            found.append(Items(items=_items(some)) if listed else Prose(text=" ".join(map(str.strip, some))))
            at = end
        else:
            at += 1
    return found


def _end(lines: Sequence[str], at: int, fence: str) -> int:
    """Where a block of code ends: at a fence as long as the one that began it, else with the text."""
    while at < len(lines) and not (lines[at].strip().startswith(fence) and not lines[at].strip().strip(fence[0])):
        at += 1
    return at


def _while(lines: Sequence[str], at: int, *, listed: bool) -> int:
    """Where a paragraph or a list ends: at a blank line, a heading or code; a paragraph also at a list."""
    at += 1
    while at < len(lines) and lines[at].strip():
        if _HEADING.fullmatch(lines[at]) or _FENCE.fullmatch(lines[at]) or (not listed and _ITEM.fullmatch(lines[at])):
            break
        at += 1
    return at


def _items(lines: Sequence[str]) -> tuple[str, ...]:
    """The items of a list, each with the lines that continue with it."""
    items: list[str] = []
    for line in lines:
        found = _ITEM.fullmatch(line)
        if found is not None:
            items.append(found[1])
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    return tuple(items)


def parts(text: str) -> list[tuple[str, bool]]:
    """The pieces of one line of text, each with whether it is code: what stands between equal runs of backquotes."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _CODE.finditer(text):
        # a blank on either side is there to keep backquotes apart
        inner = found[2][1:-1] if re.fullmatch(r" .*[^ ].* ", found[2]) else found[2]
        pieces += [(text[at : found.start()], False), (inner, True)]
        at = found.end()
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]


def code(text: str) -> str:
    """One line of text as code: between backquotes, of which more stand there than in any run within."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * max(3, longest + 1)
    return f"{fence} {text} {fence}"
