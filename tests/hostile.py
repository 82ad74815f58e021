"""A thousand titles that would be more than text on GitHub or GitLab, and what these make of markdown."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser
from typing import Final

import cmarkgfm
from cmarkgfm.cmark import Options

# one of each kind, as the hosts document them
ATTACKS: Final = (
    *("@ada", "@org/team", "@all", "a@b.org", "mailto:a@b.org", "xmpp:a@b.org"),
    *(
        "#12",
        "GH-12",
        "gh-12",
        "!12",
        "o/r#1",
        "o/r!1",
        "o/r@deadbeef",
        "JIRA-123",
        "GHSA-jfh8-c2jp-5v3q",
        "CVE-2024-1",
    ),
    *("%milestone", '%"a milestone"', "~label", '~"a label"', "&12", "$12", "^alert#1", '*iteration:"a"', "o/r>"),
    *("[issue:1]", "[vulnerability:1]", "[[wiki]]", "[TOC]", "[[_TOC_]]", "%{project_name}", "::include{file=x}"),
    *("deadbeef", "0123456789abcdef0123456789abcdef01234567", "deadbeef..deadbee1"),
    *(
        "https://t.example/x",
        "http://t.example",
        "ftp://t.example",
        "www.t.example",
        "ssh://t.example",
        "<https://t.ex>",
    ),
    *(":tada:", ":+1:", "$x^2$", "$$x$$", "$`x`$", "`$x$`", "[^1]", "[^1]: note", "[x]: https://t.example"),
    *(
        "[ ] task",
        "[x] task",
        "- [ ] task",
        "> [!NOTE]",
        "> quote",
        ">>>",
        "# head",
        "1. one",
        "1) one",
        "+ one",
        "---",
    ),
    *(
        "===",
        "***",
        "    code",
        "```mermaid",
        "~~~",
        "``",
        "`",
        "`@ada",
        "|",
        "a|b",
        "|--|",
        "{+ a +}",
        "[- a -]",
        "==a==",
    ),
    *(
        "/close",
        "/approve",
        "/label ~x",
        "*a*",
        "_a_",
        "**a**",
        "__a__",
        "~~a~~",
        "\\",
        "\\@ada",
        "\\*",
        "a\\|b",
        "\\`",
    ),
    *("[a](https://t.example)", "![a](https://t.example/i.png)", "[a][b]", "![a][b]", "[a](javascript:alert(1))"),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=//t.example>a</a>",
        "</details>",
        "</code>",
    ),
    *(
        "<!-- ledger-review -->",
        "<!--",
        "-->",
        "<b>a</b>",
        "<svg/onload=alert(1)>",
        "</pre>",
        "<details open>",
        "</td>",
    ),
    *("&commat;ada", "&#64;ada", "&lt;b&gt;", "&amp;", "&nbsp;", "\u202eevil", "a\u200bb", "a\u200db", "@\u200bada"),
    *("a\u2066b", "a\ufeffb", "a\U000e0041b", "a\U000e0101b", "a\u3164b", "a\x00b", "a\x1b[31mb", "a\rb", "a\u2028b"),
    *("@\u00a0ada", "%%{init: {}}%%", "click a href", "\ud800", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"),
)
_BETWEEN: Final = (
    " ",
    " and ",
    "",
    ": ",
    ", ",
    "(",
    ")",
    "`",
    "\n",
    "\n\n",
    "\t",
    "/",
    "'",
    '"',
    "*",
    "|",
    "\u00a0",
    "- ",
)


def titles(count: int = 1000) -> list[str]:
    """So many different texts, the same ones every time: each attack alone, then two or three in a row."""
    chance = random.Random(12)
    found = dict.fromkeys(ATTACKS)
    while len(found) < count:
        parts = [chance.choice(ATTACKS) for _ in range(chance.randint(2, 3))]
        ends = [chance.choice(("", "", "Focal loss ", "`", "(")) for _ in range(2)]
        found[ends[0] + chance.choice(_BETWEEN).join(parts) + ends[1]] = None
    return list(found)


class Page(HTMLParser):
    """What GitHub's renderer makes of a text: its tags, its texts, and those of them in which hosts look for more."""

    _DEAF: Final = frozenset({"code", "pre", "a", "style", "script", "tt", "kbd"})
    _VOID: Final = frozenset({"br", "hr", "img", "input"})

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.heard: list[str] = []
        self.links: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        # all that a host's own list of allowed tags takes away is still there
        unsafe = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=unsafe))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in self._VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> in {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if not self._DEAF & set(self._open):
            self.heard.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def close(self) -> None:
        super().close()
        assert not self._open, self._open

    @property
    def text(self) -> str:
        """All that is read, with one blank between words."""
        return " ".join("".join(self.texts).split())


# what html-pipeline and Banzai search texts for, more widely than they do
_HEARD: Final = {
    "mention": r"@\w",
    "number": r"#\d|!\d|\$\d|&\d|\bgh-\d|\bghsa-",
    "tracker": r"(?-i:\b[A-Z][A-Z0-9_]+-\d)",
    "name": r"[~%^]\w|[~%]\"|%\{|\*iteration:|\w>(?!\w*=)",
    "bracket": r"\[\[|\[\w+:|\[\^|\[!|\[toc\]|^\s*\[[ x~]\]|\]\(|\]\[",
    "commit": r"(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])",
    "address": r"[a-z][a-z0-9+.-]*://|www\.|(?:mailto|xmpp|javascript):",
    "emoji": r":[a-z0-9_+-]+:",
    "formula": r"\$",
    "difference": r"[{\[][+-]|[+-][}\]]",
    "include": r"^\s*::",
}
_OBEYED: Final = re.compile(r"^(?:/|::|>>>|\$\$|~~~|```(?:mermaid|math))", re.MULTILINE)
_UNSEEN: Final = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u3164\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f]"
)


def active(markdown: str, *, plain: frozenset[str] = frozenset()) -> list[str]:
    """What a host would do with the text, beyond showing it with the tags that are `plain`."""
    page = Page(markdown)
    allowed = {"p", "code", "pre", "strong", "em", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li", *plain}
    found = [f"tag {tag}" for tag in page.tags if tag not in allowed]
    found += [f"link {link}" for link in page.links]
    found += [
        f"{kind} in {text!r}" for text in page.heard for kind, some in _HEARD.items() if re.search(some, text, re.I)
    ]
    found += [f"line {line[0]!r}" for line in _OBEYED.finditer(markdown)]
    found += [f"unseen {unseen[0]!r}" for unseen in _UNSEEN.finditer(markdown)]
    return found
