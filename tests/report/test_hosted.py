"""Markdown for GitHub and GitLab: whatever people write is text there, and reads as they wrote it."""

from __future__ import annotations

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.report import hosted, markdown
from ledger.report.blocks import CodeBlock, Document, Facts, Figure, Fold, Heading, Items, Mark, Prose, Table, Written
from ledger.report.text import clean

PLAIN = frozenset({"table", "thead", "tbody", "tr", "th", "td", "details", "summary"})


def everywhere(text: str) -> Document:
    """A text in every place where one of other people's can stand."""
    return Document(
        title=text,
        blocks=(
            Heading(text=text, level=1),
            Prose(text=text),
            Prose(lead=text, text=text),
            Facts(pairs=((text, (text,)), ("several", (text, text)))),
            Items(items=(text,), mark=Mark.UNSURE),
            Table(head=(text, "b"), rows=((text, text),), caption=text, notes=(text,), strong=frozenset({(0, 0)})),
            Figure(alternative=text, caption=text),
            Fold(summary=text, blocks=(CodeBlock(text=text, language="yaml"), CodeBlock(text=f"a\n{text}\nb"))),
            Written(text=text, title=text),
        ),
    )  # fmt: skip


def read(text: str) -> str:
    """The words that a reader sees of a text."""
    return " ".join(clean(hosted.seen(clean(text))).split())


def test_a_thousand_hostile_titles_are_text() -> None:
    titles = hostile.titles()
    assert len(set(titles)) == 1000
    for title in titles:
        for shown in (f"a {hosted.escaped(title)}", hosted.inline(title), hosted.value(title)):
            assert not hostile.active(shown), title
        assert hostile.Page(hosted.value(title)).text == read(title)
        page = hostile.Page(f"<details>\n<summary>{hosted.summary(title)}</summary>\n\na\n\n</details>")
        assert set(page.tags) <= {"details", "summary", "code", "p"}
        assert page.text == f"{read(title)} a".strip()


@pytest.mark.parametrize("title", hostile.titles()[::4])
def test_hostile_text_is_text_in_every_place(title: str) -> None:
    text = markdown.render(everywhere(title))
    assert not hostile.active(text, plain=PLAIN)


@given(st.text(st.sampled_from("@#!~%&$:/[](){}<>`|\\*_+-=.^ \nabgwxGH0123\u200d\ufe0f"), max_size=40))
def test_no_text_does_anything(text: str) -> None:
    assert not hostile.active(hosted.value(text))
    assert not hostile.active(hosted.inline(text))
    assert hostile.Page(hosted.value(text)).text == read(text)


@given(st.text(st.sampled_from("@#`~$/>:|-\\<&; \n\tabc"), max_size=60))
def test_no_code_leaves_its_block(body: str) -> None:
    document = Document(title="t", blocks=(Prose(text="before"), CodeBlock(text=body), Prose(text="behind")))
    text = markdown.render(document)
    assert not hostile.active(text)
    page = hostile.Page(text)
    assert page.tags == ["p", "pre", "code", "p"]
    assert page.heard[0] == "before" and page.heard[-1].strip() in {"", "behind"} and "behind" in page.heard
    assert page.text == " ".join(["before", *hosted.seen(body).split(), "behind"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Focal loss improves Dice on small lesions", "Focal loss improves Dice on small lesions"),
        ("Fix @bob's #12 by 50%, ok!", "Fix `@bob's #12` by 50%, ok!"),
        ("train.lr of seed-0: 3.00e-08 ± 0.28e-08", "train.lr of seed-0: 3.00e-08 ± 0.28e-08"),
        ("+0.021 (+0.012..+0.030)", "+0.021 (+0.012..+0.030)"),
        ("models/unet.pt → a_b", "models/unet.pt → a_b"),
        ("what succeeded and failed, GPT-4", "what succeeded and failed, `GPT-4`"),
        ("much:treatment/seed-0 is done", "much:treatment/seed-0 is done"),
        ("a:tada: b", "`a:tada`: b"),
        ("(@ada), '#1': f(@b), [x]; :a:.", "(`@ada`), '`#1`': `f(@b)`, `[x]`; `:a:`."),
        ("a | b", "a &#124; b"),
        ("a|b", "`a`&#124;`b`"),
        ("$x", "` $x `"),
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str, shown: str) -> None:
    assert hosted.escaped(text) == shown


def test_code_of_ours_is_code() -> None:
    assert hosted.inline("run `ledger pull x`, `a|b` or `x`@y") == "run `ledger pull x`, `a`&#124;`b` or `x@y`"


def test_a_command_in_a_sentence_can_be_copied_whole() -> None:
    said = "to bring it back: git switch exp/a && git checkout ledger/a/1 -- x"
    assert hosted.inline(said) == "to bring it back: `git switch exp/a && git checkout ledger/a/1 -- x`"
    assert hosted.inline("again (git fetch --tags), then") == "again (`git fetch --tags`), then"
    assert hosted.inline("at 2026-11-29T01:02:03+00:00: seen") == "at `2026-11-29T01:02:03+00:00`: seen"


def test_letters_and_emoji_that_are_joined_stay_joined() -> None:
    for text in ("می\u200cخواهم", "क्\u200dष", "👩\u200d🔬", "❤\ufe0f"):
        assert hosted.escaped(text) == text


@pytest.mark.parametrize("language", ["mermaid", "math", "geojson", "stl", "topojson", "suggestion"])
def test_no_host_draws_what_people_write(language: str) -> None:
    text = markdown.render(Document(title="t", blocks=(Written(text=f"```{language}\na\n```"),)))
    assert text == "```\na\n```\n"


def test_long_words_take_no_time() -> None:
    for word in ("." * 100_000 + "@", "é" * 100_000 + "@", "A_" * 50_000 + "@", "`" * 100_000 + "@"):
        assert hosted.escaped(word)


def test_lists_that_follow_one_another_stay_apart() -> None:
    lists = (Items(items=("a", "b")), Facts(pairs=(("c", ("1", "2")), ("d", ("3",)))), Items(items=("- e",)))
    text = markdown.render(Document(title="t", blocks=lists))
    assert text == "- a\n- b\n\n* **c**:\n  - 1\n  - 2\n* **d**: 3\n\n- &#45; e\n"
    # without paragraphs in their items, as a list has them that goes on behind a blank line
    assert hostile.Page(text).tags == [
        "ul",
        "li",
        "li",
        "ul",
        "li",
        "strong",
        "ul",
        "li",
        "li",
        "li",
        "strong",
        "ul",
        "li",
    ]


@pytest.mark.parametrize("text", ["\ud800", "x@::", "0\ufe0f\u200d\ufe0f!", "==a==", "C++ ++a++", ":::", "@", "  "])
def test_texts_that_are_little_or_nothing(text: str) -> None:
    shown = markdown.render(everywhere(text))
    assert not hostile.active(shown, plain=PLAIN)
    assert hostile.Page(hosted.value(text)).text == read(text)


def test_marks_that_some_parsers_know_are_text_too() -> None:
    assert hosted.escaped("==a== ++b++ >= c") == "&#61;&#61;a&#61;&#61; &#43;&#43;b&#43;&#43; &gt;= c"
