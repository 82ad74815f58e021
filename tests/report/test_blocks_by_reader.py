"""Blocks of which each renderer shows what its readers can use: drawings, links, diagrams, folds."""

from __future__ import annotations

from dataclasses import replace

from ledger.report import html, markdown, terminal
from ledger.report.blocks import Comment, Diagram, Document, Fold, Heading, Link, Links, Part, Prose, Table

DRAWN = Table(
    head=("metric", "baseline", "treatment", "0   +9%"),
    rows=(("dice", "0.591 ± 0.007", "0.612 ± 0.008", "│ ├─●─┤"), ("loss", "1", "1", "●      ")),
    right=(1, 2),
    drawn=(3,),
    names=0,
    notes=("drawn: the difference",),
)


def test_a_drawing_keeps_its_blanks_in_a_table() -> None:
    page = Document(title="t", blocks=(DRAWN,))
    assert markdown.table(DRAWN)[-1].endswith("| `●\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0` |")
    assert '<td><code class="drawn" aria-hidden="true">●      </code></td>' in html.render(page)
    assert terminal.render(page, total=80).splitlines()[2] == "loss                1              1  ●"


def test_a_table_is_heard_with_its_name_and_its_heads() -> None:
    page = html.body([Heading(text="Results of `dice`", level=2), DRAWN], "Page")
    assert '<table aria-label="Results of dice"><thead><tr><th scope="col">metric</th>' in page
    assert '<tr><th scope="row">dice</th><td class="right">0.591 ± 0.007</td>' in page
    assert '<td><code class="drawn" aria-hidden="true">0   +9%</code></td></tr></thead>' in page, "a drawing is no head"
    named = html.body([replace(DRAWN, caption="dice", head=("", *DRAWN.head[1:]), names=None)], "Page")
    assert '<table><caption>dice</caption><thead><tr><td></td><th scope="col" class="right">baseline</th>' in named
    assert '<table aria-label="more">' in html.body([Fold(summary="more", blocks=(DRAWN,))], "Page")


def test_a_narrow_terminal_shows_drawings_below_beside_the_names() -> None:
    assert terminal.render(Document(title="t", blocks=(DRAWN,)), total=40).splitlines() == [
        "metric       baseline      treatment",
        "dice    0.591 ± 0.007  0.612 ± 0.008",
        "loss                1              1",
        "metric  0   +9%",
        "dice    │ ├─●─┤",
        "loss    ●",
        "drawn: the difference",
    ]


def test_links_lead_to_their_addresses() -> None:
    found = Links(links=(Link(text="a [b](c).png", address="https://h.example/a%20b"), Link(text="plots/x.svg")))
    page = Document(title="t", blocks=(found,))
    assert markdown.render(page) == "- [`a [b](c).png`](https://h.example/a%20b)\n- `plots/x.svg`\n"
    assert '<a href="https://h.example/a%20b"><code>a [b](c).png</code></a>' in html.render(page)
    assert terminal.render(page, total=80) == "a [b](c).png\nplots/x.svg\n"


def test_what_hosts_and_programs_read_stands_in_markdown_alone() -> None:
    page = Document(title="t", blocks=(Comment(text="ledger-review"), Diagram(text="xychart-beta")))
    assert markdown.render(page) == "<!-- ledger-review -->\n\n```mermaid\nxychart-beta\n```\n"
    assert terminal.render(page, total=80) == ""
    assert "xychart" not in html.render(page)


def test_a_fold_may_be_told_in_a_terminal() -> None:
    page = Document(
        title="t", blocks=(Part(blocks=(Fold(summary="all", blocks=(Prose(text="b"),), told=True),), rank=1, name="x"),)
    )
    assert terminal.render(page, total=80) == "all\n\nb\n"
    assert "<summary>all</summary>\n<p>b</p>" in html.render(page)
