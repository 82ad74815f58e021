"""A page of a site as a reader of its HTML has it: what it links to, what it says, and what is none of ours in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from ledger.repo.site.folder import OWN

TAGS: Final = {
    "html", "head", "meta", "title", "link", "script", "body", "header", "nav", "main", "article", "section", "div",
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "span", "br", "hr", "time", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "caption", "thead", "tbody", "tr", "th", "td", "a", "figure", "figcaption", "img", "code", "pre", "em", "strong",
    "s", "bdi", "blockquote", "details", "summary", "button", "noscript", "q",
}  # fmt: skip
DRAWN: Final = {
    "svg", "g", "path", "line", "rect", "circle", "ellipse", "polyline", "polygon", "text", "tspan", "title", "desc",
    "a",
}  # fmt: skip
OUTSIDE: Final = ("https://", "http://", "mailto:")
_VOID: Final = frozenset({"meta", "link", "img", "br", "hr"})


class Page(HTMLParser):
    """A page as its elements say it: addresses, ids, rows of tables by section, text by kind, and what is not ours."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.policies: list[str] = []
        self.ids: set[str] = set()
        self.faults: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.said: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, attrs)

    def _element(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in (DRAWN if "svg" in self._open or tag == "svg" else TAGS):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not dict(attrs).get("src"):
            self.faults.append("a script within the page")
        if tag == "meta" and dict(attrs).get("http-equiv"):
            # one that comes later than what it should contain does not
            self.policies.append("late" if self.addresses else dict(attrs).get("content") or "")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "srcset", "formaction", "ping", "target"):
                self.faults.append(f"<{tag} {name}>")
            if name in ("href", "src", "xlink:href"):
                self.addresses.append(value or "")
                # pictures and scripts are the site's own; a link may lead to the web
                if re.match(r"[a-z][a-z0-9+.-]*:|//", value or "", re.I) and not (
                    tag == "a" and (value or "").startswith(OUTSIDE)
                ):
                    self.faults.append(f"<{tag} {name}={value!r}>")
            if name == "id" and value is not None:
                self.faults += [f"the id {value} twice"] if value in self.ids else []
                self.ids.add(value)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
        elif tag == "p":
            self.said.append((dict(attrs).get("class") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open) and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data
        elif "p" in self._open:
            self.said[-1] = (self.said[-1][0], self.said[-1][1] + data)


def pages(root: Path) -> dict[Path, Page]:
    """The pages of a site."""
    found = sorted(path for path in root.rglob("*.html") if OWN not in path.relative_to(root).parts)
    return {path: Page(path.read_text("utf-8")) for path in found}
