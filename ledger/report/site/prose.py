"""What people wrote in markdown, as HTML: headings, lists, tables, code and links, and nothing that runs or loads.

markdown-it makes HTML of it that has none of theirs, nh3 then lets through what is known; of a long text the beginning
is shown.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from ledger.report.text import harmless

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

# characters of a text that are shown
MOST: Final = 40_000
# and of one that is quoted beside others
QUOTED: Final = 280

_TAGS: Final = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "pre", "code", "em", "strong", "s", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def rendered(text: str, *, below: int = 1) -> Markup:
    """The text as HTML, its headings so many levels lower than they are written. Links lead to the web alone."""
    import nh3
    from markupsafe import Markup

    shown = harmless(_COMMENT.sub("", text))
    more = len(shown) - MOST
    if more > 0:
        shown = f"{shown[:MOST]}\n\n({more:,} more characters)\n"
    parser = _parser()
    tokens = parser.parse(shown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + below, 6)}"
    tokens = _without_empty(tokens)
    made = parser.renderer.render(tokens, parser.options, {})
    attributes: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}}
    # relative links would lead into the site, or out of it on the reader's disk
    cleaned = nh3.clean(
        made, tags=_TAGS, attributes=attributes, url_schemes={"http", "https", "mailto"}, url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip
    # a wide table scrolls, and not the page; text cannot hold these tags any more
    return Markup(cleaned.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>"))


def _without_empty(tokens: list[Token]) -> list[Token]:
    """The tokens without headings that have nothing below them, as a template has."""
    kept: list[Token] = []
    for token in tokens:
        if token.type == "heading_open":
            while len(kept) >= 3 and kept[-1].type == "heading_close" and kept[-1].tag >= token.tag:
                del kept[-3:]
        kept.append(token)
    while len(kept) >= 3 and kept[-1].type == "heading_close":
        del kept[-3:]
    return kept


def section(title: str, text: str, told: str = "") -> Markup:
    """The text as a section of a page that is called so: without a first heading that says the same, and nothing where
    it says but what was `told`.
    """
    from markupsafe import Markup

    text = _COMMENT.sub("", text).lstrip()
    first, _, rest = text.partition("\n")
    if first.startswith("#") and first.strip("# ").lower() == title.lower():
        text = rest
    if is_empty(text) or is_empty(text.replace(told, "", 1)):
        return Markup("")
    return Markup('<div class="prose">{}</div>').format(rendered(text))


def beginning(text: str, most: int) -> str:
    """The first paragraph of a markdown text as plain text, cut to this many characters; "" where there is none."""
    tokens = _parser().parse(harmless(_COMMENT.sub("", text)))
    first = next((token for before, token in pairwise(tokens) if before.type == "paragraph_open"), None)
    parts = () if first is None else first.children or ()
    # a line break has no content
    said = " ".join("".join(part.content or " " * part.type.endswith("break") for part in parts).split())
    return said if len(said) <= most else f"{said[:most].rsplit(' ', 1)[0]}…"


def is_empty(text: str) -> bool:
    """Whether it says nothing but headings and comments, as a template does."""
    lines = _COMMENT.sub("", text).splitlines()
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])

    def picture(tokens: Any, index: int, *_: Any) -> str:
        # a picture from elsewhere would be a request; what it shows is said
        from markupsafe import escape

        return str(escape(tokens[index].content))

    parser.renderer.rules["image"] = picture  # type: ignore[attr-defined]
    return parser
