"""What people wrote, as HTML in which nothing runs and nothing loads."""

from __future__ import annotations

import re
import time

import pytest
from hostile import ATTACKS

from ledger.report.site.prose import MOST, is_empty, rendered


def test_markdown_is_rendered_below_the_headings_of_the_page() -> None:
    made = rendered("# Why\n\nBecause *it* helps.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<h2>Why</h2>" in made and "<em>it</em>" in made and "<li>one</li>" in made
    assert '<div class="wide"><table>' in made


def test_sections_that_a_template_left_empty_are_left_out() -> None:
    made = rendered("# Hypothesis\n\nIt helps.\n\n## Why\n\n<!-- say why -->\n\n## Method\n")
    assert "Hypothesis" in made and "Why" not in made and "Method" not in made
    assert is_empty("# Hypothesis\n\n<!-- what do you expect? -->\n") and not is_empty("# A\n\nx")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "![x](http://evil.example/x.png)",
        "[a](../../etc/passwd)",
        "[a](//evil.example)",
        "<svg/onload=alert(1)>",
        "<a href='javascript:x'>y</a>",
        "`<script>`",
        "```html\n<script>alert(1)</script>\n```",
        '<https://evil.example/"onmouseover=alert(1)>',
        "[x]: javascript:alert(1)\n\n[x]",
        *ATTACKS,
    ],
)
def test_nothing_of_theirs_runs_or_loads(text: str) -> None:
    made = str(rendered(text))
    tags = set(re.findall(r"<([a-z0-9]+)", made))
    assert tags <= {
        "p", "h2", "h3", "h4", "ul", "ol", "li", "pre", "code", "em", "strong", "s", "blockquote", "hr", "br", "a",
        "div", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    for address in re.findall(r'href="([^"]*)"', made):
        assert address.startswith(("https://", "http://", "mailto:"))
    assert not re.search(r"<[^>]*\son\w+=", made)


def test_text_without_end_is_cut_and_nesting_without_end_is_quick() -> None:
    began = time.process_time()
    assert "more characters" in rendered("a" * (MOST + 1000))
    for text in ("> " * 20_000, "[" * 20_000, "*a " * 20_000, "`" * 20_000, "- " * 20_000, "|" * 20_000 + "\n|-|-|\n"):
        rendered(text)
    # quadratic parsing would take minutes
    assert time.process_time() - began < 30
