"""Documents: the same blocks in a terminal, in markdown and as a page, in which nobody's text is more than text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ledger.report import hosted, html, json, markdown, stored, terminal
from ledger.report.blocks import (
    CodeBlock,
    Document,
    Facts,
    Figure,
    Fold,
    Heading,
    Items,
    Mark,
    Prose,
    Table,
    Written,
)
from ledger.report.documents import Format, rendered
from ledger.report.text import clean, uncoloured

NASTY = '<script>alert(1)</script> [x](javascript:y) ![z](//t/i.png) **b** | a&amp;b "q" \x1b[31m\u202eevil'

TABLE = Table(
    head=("trial", "status", "dice", "loss", "time"),
    rows=(("a/seed-0", "succeeded", "0.5", "0.125", "1 s"), ("a/seed-1", "failed", "-", "-", "2 s")),
    right=(2, 3, 4),
    optional=(3,),
    beyond=("size",),
    columns="metric",
    indent=2,
)
DOCUMENT = Document(
    title="a: A title",
    blocks=(
        Heading(text="a: A title", level=1),
        Facts(pairs=(("status", ("recorded",)), ("variants", ("baseline: base", "treatment: branch")))),
        Heading(text="Trials", paged=True),
        TABLE,
        Items(items=("no `seed`",), mark=Mark.WRONG, near=True),
        Written(text="## Why\n\nIt was `so`,\nand is.\n\n- one\n  more\n- two\n\n## Method\n\n<!-- what? -->"),
        Written(text="## Monday\n\nSeen.", title="Notes"),
    ),
)


class Read(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(text: str) -> Read:
    """What a renderer of markdown makes of a text, with HTML allowed, as some do."""
    return Read(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def test_in_a_terminal() -> None:
    assert terminal.render(DOCUMENT, total=80).splitlines() == [
        "a: A title",
        "",
        "  status    recorded",
        "  variants  baseline: base",
        "            treatment: branch",
        "",
        "  trial     status     dice   loss  time",
        "  a/seed-0  succeeded   0.5  0.125   1 s",
        "  a/seed-1  failed        -      -   2 s",
        "  and 1 more metric, size: --json shows all",
        "! no `seed`",
        "",
        "## Why",
        "",
        "It was `so`,",
        "and is.",
        "",
        "- one",
        "  more",
        "- two",
        "",
        "## Method",
        "",
        "<!-- what? -->",
        "",
        "## Notes",
        "",
        "## Monday",
        "",
        "Seen.",
    ]


def test_a_narrow_terminal_leaves_columns_out_and_counts_them() -> None:
    assert terminal.table(TABLE, total=38) == [
        "  trial     status     dice  time",
        "  a/seed-0  succeeded   0.5   1 s",
        "  a/seed-1  failed        -   2 s",
        "  and 2 more metrics: --json shows all",
    ]


def test_a_terminal_that_is_one_has_sentences_that_fit() -> None:
    table = Table(
        head=("metric", "difference", "p"),
        rows=(("dice", "~ +0.1", "0.01"),),
        optional=(2,),
        notes=("difference with its interval, two-sided p",),
        short_notes=("difference with its interval",),
        indent=2,
    )
    document = Document(title="a", blocks=(table, Items(items=("both code and data differ",), mark=Mark.WRONG)))
    below = ["", "! both code and data", "  differ"]
    assert terminal.render(document, total=26, wrap=True).splitlines() == [
        "  metric  difference  p",
        "  dice    ~ +0.1      0.01",
        "  difference with its",
        "  interval, two-sided p",
        *below,
    ]
    # of a column that is not shown nothing is said
    assert terminal.render(document, total=25, wrap=True).splitlines() == [
        "  metric  difference",
        "  dice    ~ +0.1",
        "  difference with its",
        "  interval",
        *below,
    ]
    assert terminal.render(document, total=25).splitlines()[-1] == "! both code and data differ"


def test_in_markdown() -> None:
    assert markdown.render(DOCUMENT).splitlines() == [
        "# a: A title",
        "",
        "- **status**: recorded",
        "- **variants**:",
        "  - baseline: base",
        "  - treatment: branch",
        "",
        "## Trials",
        "",
        "| trial    | status    | dice |  loss | time |",
        "|----------|-----------|-----:|------:|-----:|",
        "| a/seed-0 | succeeded |  0.5 | 0.125 |  1 s |",
        "| a/seed-1 | failed    |    - |     - |  2 s |",
        "",
        "and 1 more metric, size: --json shows all",
        "",
        "- ! no `seed`",
        "",
        "## Why",
        "",
        "It was `so`, and is.",
        "",
        "- one more",
        "- two",
        "",
        "## Notes",
        "",
        "### Monday",
        "",
        "Seen.",
    ]


def test_as_a_page() -> None:
    page = Read(rendered(DOCUMENT, Format.HTML, total=None))
    assert {"h1", "h2", "h3", "dl", "table", "ul", "code"} <= set(page.tags)
    assert not {"script", "img", "link", "a", "iframe"} & set(page.tags)
    assert [t for t in page.texts if t in ("Why", "Method", "Notes", "Monday")] == ["Why", "Notes", "Monday"]


def test_a_column_without_anything_in_it_is_not_on_pages() -> None:
    table = Table(head=("arm", "difference", "p"), rows=(("a", "+1", ""), ("b", "+2", "")), right=(1, 2))
    page = Document(title="t", blocks=(table,))
    assert markdown.render(page).splitlines()[0] == "| arm | difference |"
    assert ">p</th>" not in html.render(page)


def test_a_fold_is_shown_in_a_terminal_and_closed_on_a_page() -> None:
    page = Document(title="t", blocks=(Fold(summary="30 trials", blocks=(Prose(text="all"),)),))
    assert terminal.render(page, total=80) == "all\n"
    assert markdown.render(page) == "<details>\n<summary>30 trials</summary>\n\nall\n\n</details>\n"
    assert Read(html.render(page)).tags[-3:] == ["details", "summary", "p"]


FIGURE = Figure(alternative="loss by epoch", caption="Five `seeds`", path="plots/loss #1.svg", plot="1 ┤ ╲\n0 ┤  ╲")


def test_a_figure_is_drawn_in_a_terminal_and_linked_to_on_a_page() -> None:
    page = Document(title="t", blocks=(FIGURE,))
    assert terminal.render(page, total=80) == "1 ┤ ╲\n0 ┤  ╲\nFive `seeds`\n"
    assert markdown.render(page) == "![loss by epoch](plots/loss%20%231.svg)\n\nFive `seeds`\n"
    shown = html.render(page)
    assert '<img src="plots/loss%20%231.svg" alt="loss by epoch"><figcaption>Five <code>seeds</code>' in shown
    assert "img-src" in shown and "img-src" not in html.render(DOCUMENT)


def test_a_figure_without_a_picture_says_what_it_shows() -> None:
    page = Document(title="t", blocks=(Figure(alternative="loss by epoch"),))
    assert terminal.render(page, total=80) == "[loss by epoch]\n"
    assert markdown.render(page) == "loss by epoch\n"
    assert "<figure><p>loss by epoch</p></figure>" in html.render(page)


def test_a_drawing_is_an_image_in_which_nothing_runs() -> None:
    page = Document(title="t", blocks=(Figure(alternative="a", svg=f"<svg><script>{NASTY}</script></svg>"),))
    shown = html.render(page)
    assert "<script" not in shown and "<svg" not in shown
    assert 'src="data:image/svg+xml;base64,' in shown


@pytest.mark.parametrize("path", ["//host/i.png", "/etc/i.png", "javascript:alert(1)", 'a" onerror="x', "a)](http://x"])
def test_the_file_of_a_figure_is_one_below_the_page(path: str) -> None:
    page = Document(title="t", blocks=(Figure(alternative="a", path=path),))
    (image,) = (tag for tag in html.render(page).split("<") if tag.startswith("img"))
    assert image.count('"') == 4
    address = image.split('"')[1]
    assert not address.startswith("/") and ":" not in address
    assert f"![a]({address})" in markdown.render(page)
    assert not {"(", ")", "<", " "} & set(address)


def test_csv_and_json_are_of_what_the_document_says_in_one_table_and_in_values() -> None:
    sheet = Table(head=("name", "value"), rows=(("a", "=1"), ("b", "-2")))
    page = Document(title="t", blocks=(), data={"a": float("nan")}, sheet=sheet)
    assert rendered(page, Format.CSV, total=None) == "name,value\na,'=1\nb,-2\n"
    assert rendered(page, Format.CSV, total=None, guard=False) == "name,value\na,=1\nb,-2\n"
    assert json.render(page.data) == '{\n  "a": null\n}\n'


def test_cells_in_bold_are_so_on_pages() -> None:
    table = Table(head=("a", "b"), rows=(("*1", "2"),), strong=frozenset({(0, 0)}))
    assert markdown.table(table)[-1] == "| **&#42;1** | 2   |"
    assert markdown.table(table, stored)[-1] == r"| **\*1** | 2   |"
    assert "<td><strong>*1</strong></td><td>2</td>" in html.table(table)


def everywhere(text: str) -> Document:
    """A text of other people's in every place where one can stand."""
    return Document(
        title=text,
        blocks=(
            Heading(text=text, level=1),
            Prose(text=text),
            Facts(pairs=((text, (text,)), (text, (text, text)))),
            Items(items=(text,), mark=Mark.UNSURE),
            Table(head=(text,), rows=((text,),), caption=text, notes=(text,)),
            Figure(alternative=text, caption=text, plot=text),
            Fold(summary=text, blocks=(CodeBlock(text=text, language="yaml"),)),
            Written(text=text, title=text),
        ),
    )


def test_what_others_wrote_is_text_everywhere() -> None:
    page = Read(html.render(everywhere(NASTY)))
    assert not {"script", "img", "a", "b", "strong"} & set(page.tags)
    assert page.texts.count(clean(NASTY)) == 19
    kept = shown(markdown.render(everywhere(NASTY), stored))
    assert not {"script", "img", "a", "b"} & set(kept.tags)
    assert sum(clean(NASTY) in text for text in kept.texts) == 18
    marked = shown(markdown.render(everywhere(NASTY)))
    assert not {"script", "img", "a", "b"} & set(marked.tags)
    assert "".join(marked.texts).count(clean(NASTY)) == 18
    assert "\x1b" not in terminal.render(everywhere(NASTY), total=None)


@pytest.mark.parametrize("text", ["- a", "+ a", "* a", "1. a", "1) a", "---", "===", "> a", "# a", "a | b", "``` a"])
def test_a_text_begins_no_block(text: str) -> None:
    for escapes, tags in ((stored, ["p"]), (hosted, ["p", "code"] if "`" in text else ["p"])):
        found = shown(markdown.render(Document(title="t", blocks=(Prose(text=text),)), escapes))
        assert (found.tags, "".join(found.texts).strip()) == (tags, text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], max_codepoint=0x2FF), max_size=30))
def test_a_cell_of_markdown_means_what_it_says(text: str) -> None:
    page = Document(title="t", blocks=(Table(head=("h",), rows=((text,), ("x",))),))
    for escapes in (stored, hosted):
        found = shown(markdown.render(page, escapes))
        assert "".join(found.texts).split() == ["h", *clean(text).split(), "x"]


def test_code_holds_its_own_fence() -> None:
    body = "a\n````\n```\nb"
    found = shown(markdown.render(Document(title="t", blocks=(CodeBlock(text=body),))))
    assert (found.tags, "".join(found.texts).strip()) == (["pre", "code"], body)


def test_what_is_uncertain_is_grey_where_there_are_colours() -> None:
    table = Table(head=("m", "difference"), rows=(("dice", "~ +0.1 (-1..+2)"),), right=(1,), faint=((0, 1, 6),))
    page = Document(title="t", blocks=(table,))
    plain = "m          difference\ndice  ~ +0.1 (-1..+2)\n"
    assert terminal.render(page, total=80) == plain
    painted = terminal.render(page, total=80, colour=True)
    assert "\x1b[2m~ +0.1\x1b[22m (-1..+2)" in painted
    assert uncoloured(painted) == plain
    assert '<span class="faint">~ +0.1</span> (-1..+2)' in html.render(page)


def test_nobody_else_paints() -> None:
    text = terminal.render(everywhere("a\u2063b\x1b[2m"), total=80, colour=True)
    assert "\x1b" not in text
