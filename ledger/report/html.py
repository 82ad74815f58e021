"""A document as one HTML page that needs nothing else: no script, no request, light or dark as its reader has it."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from ledger.report import written
from ledger.report.blocks import (
    Block,
    CodeBlock,
    Comment,
    Diagram,
    Document,
    Facts,
    Figure,
    Fold,
    Heading,
    Items,
    Link,
    Links,
    Mark,
    Part,
    Prose,
    Table,
    Written,
    address,
    filled,
    more,
    unfolded,
)
from ledger.report.text import clean, harmless


def render(document: Document) -> str:
    """The page. Nothing in it is of other people's making but text; the policy allows this style, and pictures."""
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(document)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(document.title)}</title>\n<style>{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n{body(document.blocks, document.title)}\n</main>\n</body>\n</html>\n"
    )


def body(blocks: Sequence[Block], named: str | None = None) -> str:
    """The blocks alone, as a part of a page; `named` is the heading that stands above them.

    A table without a caption is called by the heading above it, for those who cannot see that it stands there.
    """
    shown = []
    for block in blocks:
        shown.append(_block(block, named))
        named = block.text if isinstance(block, Heading) else named
    return "\n".join(shown)


def _policy(document: Document) -> str:
    """What a browser may load: this style, and where there are figures their pictures."""
    pictures = any(isinstance(block, Figure) for block in unfolded(document.blocks))
    return f"default-src 'none'; style-src '{hashed(_style())}'" + ("; img-src 'self' data:" if pictures else "")


def hashed(text: str) -> str:
    """The hash of a style or a script, by which a policy allows it."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def escaped(text: str) -> str:
    """One line of text that is nothing but text in HTML."""
    return html.escape(clean(text))


def inline(text: str) -> str:
    """The escaped text, in which what stands between backquotes is code."""
    pieces = written.parts(clean(text))
    return "".join(f"<code>{html.escape(piece)}</code>" if code else html.escape(piece) for piece, code in pieces)


def _plain(text: str) -> str:
    """The text without the backquotes around what is code."""
    return "".join(piece for piece, _ in written.parts(clean(text)))


def _block(block: Block, named: str | None) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{inline(block.text)}</h{block.level}>"
        case Prose():
            lead = f"<strong>{escaped(block.lead)}</strong>: " if block.lead else ""
            return f"<p>{lead}{inline(block.text)}</p>"
        case Written():
            return body(written.blocks(block))
        case CodeBlock():
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
            return _captioned(filled(block), named)
        case Figure():
            return _figure(block)
        case Links():
            return f"<ul>{''.join(f'<li>{_link(link)}</li>' for link in block.links)}</ul>"
        case Diagram() | Comment():
            return ""
        case Part():
            return body(block.blocks, named)
        case Fold():
            kind = ' class="screen"' if block.on_screen else ""
            summary = f"<summary>{escaped(block.summary)}</summary>"
            return f"<details{kind}>{summary}\n{body(block.blocks, block.summary)}\n</details>"


def _link(link: Link) -> str:
    shown = f"<code>{escaped(link.text)}</code>"
    return shown if link.address is None else f'<a href="{html.escape(link.address)}">{shown}</a>'


_CLASSES: Final = {Mark.NONE: "", Mark.WRONG: ' class="wrong"', Mark.UNSURE: ' class="unsure"'}


def _captioned(block: Table, named: str | None) -> str:
    notes = "".join(f'<p class="note">{inline(note)}</p>' for note in (more(block), *block.notes) if note)
    return f'<div class="wide">{table(block, named)}</div>{notes}'


def table(block: Table, named: str | None = None) -> str:
    """The table alone, as a part of a page; without a caption it is `named` for those who cannot see the page."""
    caption = "" if block.caption is None else f"<caption>{escaped(block.caption)}</caption>"
    label = f' aria-label="{escaped(_plain(named))}"' if named and block.caption is None else ""
    faint = {(row, at): size for row, at, size in block.faint}
    cells = [
        [
            _drawn(text)
            if at in block.drawn
            else _cell(text, faint.get((row, at), 0), strong=(row, at) in block.strong)
            for at, text in enumerate(texts)
        ]
        for row, texts in enumerate(block.rows)
    ]
    body = "\n".join(_row(row, block.right, names=block.names) for row in cells)
    heads = [(_drawn if at in block.drawn else escaped)(text) for at, text in enumerate(block.head)]
    # a head without words is none to who hears the table
    silent = {at for at, text in enumerate(block.head) if at in block.drawn or not text}
    head = _row(heads, block.right, head=True, silent=silent)
    return f"<table{label}>{caption}<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"


def _cell(text: str, faint: int, *, strong: bool) -> str:
    """A cell's text, of which so many characters at the beginning are grey."""
    grey = f'<span class="faint">{escaped(text[:faint])}</span> ' if faint else ""
    shown = grey + escaped(text[faint:])
    return f"<strong>{shown}</strong>" if strong else shown


def _drawn(text: str) -> str:
    """A drawing in characters, of which no blank is lost; what it shows stands in words in the other cells."""
    return f'<code class="drawn" aria-hidden="true">{html.escape(harmless(text))}</code>'


def _row(
    cells: Sequence[str],
    right: Sequence[int],
    *,
    head: bool = False,
    names: int | None = None,
    silent: Collection[int] = (),
) -> str:
    """A line of cells, of which those of the column `names` say what the others are of."""
    shown = []
    for at, cell in enumerate(cells):
        opened = closed = "td"
        if head and at not in silent:
            opened, closed = 'th scope="col"', "th"
        elif not head and at == names:
            opened, closed = 'th scope="row"', "th"
        kind = ' class="right"' if at in right else ""
        shown.append(f"<{opened}{kind}>{cell}</{closed}>")
    return f"<tr>{''.join(shown)}</tr>"


def _figure(block: Figure) -> str:
    """The picture as an image, in which no script runs and which asks for nothing, whoever's text is in it."""
    alternative = escaped(block.alternative)
    source = None if block.path is None else address(block.path)
    if block.svg is not None:
        source = f"data:image/svg+xml;base64,{b64encode(block.svg.encode()).decode()}"
    shown = f"<p>{alternative}</p>" if source is None else f'<img src="{source}" alt="{alternative}">'
    caption = f"<figcaption>{inline(block.caption)}</figcaption>" if block.caption else ""
    return f"<figure>{shown}{caption}</figure>"


@cache
def _style() -> str:
    """The style that all pages of ours share."""
    from importlib import resources

    return (resources.files("ledger.report.site") / "static" / "page.css").read_text("utf-8")
