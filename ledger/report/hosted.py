"""How text is escaped in markdown that GitHub and GitLab render: it does nothing there, and reads as it was written.

Both look for mentions, references, addresses, emoji and formulas in what markdown has become, where its escapes are
gone; neither looks into code. So a word stays plain where nothing in it can be any of these, and else it is code:
`Fix @bob's #12` becomes ``Fix `@bob's #12` ``. What is plain is said here, not what is dangerous.

Sources: html-pipeline's filters (GitHub), `lib/banzai/filter` and `lib/gitlab/quick_actions` (GitLab), which acts on
lines that begin with `/`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

from ledger.report import written
from ledger.report.blocks import CodeBlock
from ledger.report.text import clean, harmless

# selectors of variants that select none, and marks that pile up on one letter
_UNSEEN: Final = re.compile(
    r"[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0e\U000e0100-\U000e01ef]"
    r"|(?<![\u2010-\ufdff\U0001f000-\U0001ffff])\ufe0f"
    r"|(?<=[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# what joins letters or keeps them apart, where it stands between none of scripts that need it, and between no emoji
_JOINERS: Final = re.compile(r"(?<![^\x00-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d])")
# letters that look like blanks
_BLANK: Final = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")


def seen(text: str) -> str:
    """The text without characters that nobody sees."""
    return text if text.isascii() else _JOINERS.sub("", _UNSEEN.sub("", _BLANK.sub(" ", text)))


# a word of letters, digits and signs that begin nothing, with `:` once in it, or `:`, `!` or `%` behind it; or a sign
_SIGNS: Final = r"\w.,;'\"()+\-=/?\x80-\U0010ffff"
_ENDS: Final = r"['\").,;?]*+"
_PLAIN: Final = re.compile(
    rf"(?!/)[{_SIGNS}*]*+(?:[:!]?{_ENDS}|%[).,;?]*)"
    rf"|(?!/)[{_SIGNS}]++:(?![:/])[{_SIGNS}]++!?{_ENDS}"
    r"|[~&#|]|[<>]=?|->|<-"
)
# commits, addresses without slashes, issues of trackers and advisories
_NAMED: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{7,}(?![0-9A-Za-z])"
    r"|[wW]{3}\.|\b(?:[gG][hH]|[A-Z][A-Z0-9_]+)-\d|\b(?:ghsa|GHSA)-"
)
_MARKUP: Final = re.compile(r"[\\`*{}\[\]<>#|&^$@]|(?<!^)(?<!\s)~|~(?!\s|$)|==+|\+\++|(?<![^\W_])_|_(?![^\W_])")
# a list, a rule or the line below a heading begins with these
_BEGINS: Final = re.compile(r"(\d*)([-+=.)])(?=\s|$|[-=])")
_LINE: Final = re.compile("^/", re.MULTILINE)
# what is typed, at the end of a sentence and in brackets
_COMMAND: Final = re.compile(r"((?<=: )(?:git|dvc|ledger|pip) .*|(?<=\()(?:git|dvc|ledger|pip) [^()]*(?=\)))")
# what a host may colour; others it draws, as diagrams, formulas and maps
_LANGUAGES: Final = frozenset(
    {"bash", "diff", "ini", "json", "markdown", "python", "sh", "sql", "text", "toml", "yaml"}
)
# what may end a fence, and lines that a host may obey wherever they stand
_ACTIVE: Final = re.compile(r"`|^\s*(?:/|>>>|::|\$\$|~~~)", re.MULTILINE)


# fitting a document into its limit renders each part several times
@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """One line of text that is nothing but this text: what could be more is code."""
    return _marked(_pieces(_line(text)))


@lru_cache(maxsize=4096)
def inline(text: str) -> str:
    """The escaped text, in which what stands between backquotes is code; nothing else in it begins a block."""
    pieces: list[tuple[str, bool]] = []
    for piece, coded in written.parts(_line(text)):
        if coded:
            pieces.append((piece, True))
            continue
        # a command of ours can be copied whole
        for at, part in enumerate(_COMMAND.split(piece)):
            pieces += [(part, True)] if at % 2 else _pieces(part)
    return _begun(_marked(pieces))


def value(text: str) -> str:
    """One line of text as an item of a list: as `escaped`, and nothing in it begins a block."""
    return _begun(escaped(text))


def summary(text: str) -> str:
    """One line of text on a line that begins with HTML, where code is HTML too."""
    pieces = _joined(_pieces(_line(text)))
    return "".join(f"<code>{_entities(piece)}</code>" if coded else html.escape(piece) for piece, coded in pieces)


def drawn(text: str) -> str:
    """A drawing in characters, in a cell of a table: code, in which no blank is lost and no line ends."""
    return f"`{text.replace(' ', _FIXED)}`" if text.strip() else ""


# a blank that stays where it is
_FIXED: Final = "\N{NO-BREAK SPACE}"


def coded(text: str) -> str:
    """One line of text as code."""
    return _code(_line(text))


def fenced(block: CodeBlock) -> str:
    """Code that keeps its lines: HTML where a fence could end within it, or a host obey one of its lines."""
    body = seen(harmless(block.text)).rstrip("\n")
    language = block.language if block.language in _LANGUAGES else ""
    if not _ACTIVE.search(body):
        return f"```{language}\n{body}\n```"
    named = f' lang="{language}"' if language else ""
    return f"<pre{named}><code>{_LINE.sub('&#47;', _entities(body))}</code></pre>"


def joined(blocks: Iterable[str]) -> str:
    """Blocks with a blank line between them. A list that follows a list has other marks, so that they stay two."""
    found: list[str] = []
    for block in blocks:
        mark = found[-1].rpartition("\n\n")[2][:2] if found else ""
        if mark in _MARKS and block.startswith(mark):
            items, rest, behind = block.partition("\n\n")
            block = re.sub(f"^{re.escape(mark)}", _MARKS[mark], items, flags=re.MULTILINE) + rest + behind
        found.append(block)
    return "\n\n".join(found)


_MARKS: Final = {"- ": "* ", "* ": "- "}


def _line(text: str) -> str:
    return clean(seen(clean(text)))


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it must be code: words that must be, with the blanks between them."""
    marked: list[tuple[str, bool | None]] = []
    for word in re.split(r"(\s+)", text):
        if word.isspace():
            marked.append((word, None))
        else:
            marked += [(word, False)] if _is_plain(word) else _within(word)
    found = []
    for at, (word, coded) in enumerate(marked):
        if coded is None:
            coded = 0 < at < len(marked) - 1 and bool(marked[at - 1][1] and marked[at + 1][1])
        found.append((word, coded))
    return found


def _within(word: str) -> list[tuple[str, bool | None]]:
    """A word that must be code, between the brackets, quotes and stops that stand round it."""
    inner = word.lstrip("(\"'")
    stops = ",.;" if "(" in inner else ")\"',.;"
    core = inner.rstrip(stops)
    # the colon behind `:tada:` is its own
    core = core[:-1].rstrip(stops) if core.endswith(":") and not core.startswith(":") else core
    ends = (word[: len(word) - len(inner)], inner[len(core) :])
    pieces = ((ends[0], False), (core, True), (ends[1], False)) if core else ((word, True),)
    return [piece for piece in pieces if piece[0]]


def _marked(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(_code(piece) if coded else _plain(piece) for piece, coded in _joined(pieces))


def _joined(pieces: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The pieces, of which those of code that touch are one: their backquotes would else mean something else."""
    for coded, some in groupby(pieces, key=lambda each: each[1]):
        yield "".join(piece for piece, _ in some), coded


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and _NAMED.search(word) is None


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda found: _NAMES.get(found[0]) or "".join(f"&#{ord(c)};" for c in found[0]), text)


_NAMES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def _code(text: str) -> str:
    """Code between backquotes, but for what parts the cells of a table; `$` stands apart from them (`` $`a`$ ``)."""
    return "&#124;".join(map(_span, text.split("|")))


def _span(part: str) -> str:
    inner = part.strip()
    if not inner:
        return part
    span = written.code(inner)
    span = f"` {inner} `" if "$" in inner and span == f"`{inner}`" else span
    return part.replace(inner, span, 1)


def _entities(text: str) -> str:
    return re.sub(r"[^\w\s.,;=+()/?-]", lambda found: f"&#{ord(found[0])};" if found[0].isascii() else found[0], text)


def _begun(marked: str) -> str:
    """The marked text, in which the first characters begin no block."""
    return (
        _BEGINS.sub(lambda found: f"{found[1]}&#{ord(found[2])};", marked, count=1) if _BEGINS.match(marked) else marked
    )
