"""A document as one HTML page that needs nothing else: no script, no request, light or dark as its reader has it."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final

from ledger.report import written
from ledger.report.blocks import (
    Block,
    Code,
    Document,
    Facts,
    Fold,
    Heading,
    Items,
    Mark,
    Prose,
    Table,
    Written,
    filled,
    more,
)
from ledger.report.text import clean, harmless


def render(document: Document) -> str:
    """The page. Nothing in it is of other people's making but text; the policy allows this style alone."""
    body = "\n".join(map(_block, document.blocks))
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{_HASH}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def escaped(text: str) -> str:
    """One line of text that is nothing but text in HTML."""
    return html.escape(clean(text))


def inline(text: str) -> str:
    """The escaped text, in which what stands between backquotes is code."""
    pieces = written.parts(clean(text))
    return "".join(f"<code>{html.escape(piece)}</code>" if code else html.escape(piece) for piece, code in pieces)


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{inline(block.text)}</h{block.level}>"
        case Prose():
            return f"<p>{inline(block.text)}</p>"
        case Written():
            return "\n".join(map(_block, written.blocks(block)))
        case Code():
            return f"<pre><code>{html.escape(harmless(block.text))}</code></pre>"
        case Items():
            items = "".join(f"<li>{inline(item)}</li>" for item in block.items)
            return f"<ul{_CLASSES[block.mark]}>{items}</ul>" if items else ""
        case Facts():
            pairs = (
                f"<dt>{escaped(name)}</dt>" + "".join(f"<dd>{escaped(value)}</dd>" for value in values)
                for name, values in block.pairs
            )
            return f"<dl>{''.join(f'<div>{pair}</div>' for pair in pairs)}</dl>"
        case Table():
            return _table(block)
        case Fold():
            inner = "\n".join(map(_block, block.blocks))
            return f"<details><summary>{escaped(block.summary)}</summary>\n{inner}\n</details>"


_CLASSES: Final = {Mark.NONE: "", Mark.WRONG: ' class="wrong"', Mark.UNSURE: ' class="unsure"'}


def _table(block: Table) -> str:
    block = filled(block)
    caption = "" if block.caption is None else f"<caption>{escaped(block.caption)}</caption>"
    head = _row(block.head, "th", block.right)
    faint = {(row, at): size for row, at, size in block.faint}
    body = "\n".join(
        _row(row, "td", block.right, {at: size for (place, at), size in faint.items() if place == number})
        for number, row in enumerate(block.rows)
    )
    notes = "".join(f'<p class="note">{inline(note)}</p>' for note in (more(block, 0), *block.notes) if note)
    table = f"<table>{caption}<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"
    return f'<div class="wide">{table}</div>{notes}'


def _row(cells: Sequence[str], tag: str, right: Sequence[int], faint: Mapping[int, int] | None = None) -> str:
    """A row; `faint` are the lengths of the beginnings that are grey, by the places of their cells."""
    laid = []
    for at, cell in enumerate(cells):
        size = (faint or {}).get(at, 0)
        grey = f'<span class="faint">{escaped(cell[:size])}</span> ' if size else ""
        class_ = ' class="right"' if at in right else ""
        laid.append(f"<{tag}{class_}>{grey}{escaped(cell[size:])}</{tag}>")
    return f"<tr>{''.join(laid)}</tr>"


_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --shade: #f6f8fa; --line: #d1d9e0;
  --wrong: #b3261e; --unsure: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --shade: #161b22;
  --line: #30363d; --wrong: #ff8177; --unsure: #d9a441 } }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.25rem }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line) }
h3, h4, h5, h6 { font-size: 1rem; margin: 1.25rem 0 .25rem }
h1, h2, h3, p, li, dd { overflow-wrap: anywhere }
p, ul, dl, pre { margin: .5rem 0 }
ul { padding-left: 1.5rem }
dl > div { display: grid; grid-template-columns: 7rem 1fr; padding: .1rem 0 }
dt { grid-column: 1; color: var(--soft) }
dd { grid-column: 2; margin: 0 }
.wide { overflow-x: auto; margin: .75rem 0 }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { padding: .25rem .75rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 }
th:first-child, td:first-child { padding-left: 0 }
.right { text-align: right }
.faint { color: var(--soft) }
.note { color: var(--soft); font-size: .9rem }
.wrong, .unsure { list-style: none; padding: .5rem .75rem; background: var(--shade); border-left: 3px solid }
.wrong { border-color: var(--wrong) } .unsure { border-color: var(--unsure) }
code, pre { font: .875em/1.45 ui-monospace, "DejaVu Sans Mono", monospace }
code { background: var(--shade); padding: .1em .3em; border-radius: 3px }
pre { background: var(--shade); padding: .75rem; overflow-x: auto } pre code { padding: 0 }
summary { cursor: pointer; color: var(--soft) }
"""
_HASH: Final = f"sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"
