"""Names, titles, tags and references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model.names import (
    NAME,
    RESERVED,
    Reference,
    candidates,
    check_name,
    check_tag,
    check_title,
    check_variant,
    parse_reference,
    reserved,
    slug,
)


@pytest.mark.parametrize("name", ["a", "focal-loss", "a" * 63, "exp-decay", "x-", "baseline-experiment"])
def test_names(name: str) -> None:
    assert check_name(name) == name
    assert check_variant(name) == name


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("", "empty", "focal-loss"),
        ("Focal-Loss", "capital", "focal-loss"),
        ("focal loss", "space", "focal-loss"),
        ("focal_loss", "'_'", "focal-loss"),
        ("3d-unet", "begin with a letter", "d-unet"),
        ("-a", "begin with a letter", "try a"),
        ("a\n", "'\\n'", "try a"),
        ("a" * 64, "64 characters", "a" * 32),
        ("Übung", "'Ü'", "ubung"),
        ("実験", "'実'", "focal-loss"),
        ("baseline", "variant", "baseline-experiment"),
        ("baseline-5", "subtraction", "baseline-5-experiment"),
        ("baseline-1e-5", "subtraction", "baseline-1e-5-experiment"),
        ("within", "predictions", "within-experiment"),
        ("inf", "number", "inf-experiment"),
        ("main", "git", "main-experiment"),
        ("null", "YAML", "null-experiment"),
        ("com1", "Windows", "com1-experiment"),
    ],
)
def test_refused_names(name: str, reason: str, hint: str) -> None:
    with pytest.raises(LedgerError) as caught:
        check_name(name)
    assert reason in caught.value.message
    assert hint in (caught.value.hint or "")


def test_reserved_words_are_names_otherwise() -> None:
    assert all(NAME.fullmatch(word) for word in RESERVED)
    assert {"baseline", "treatment", "within", "of", "head", "main", "master", "exp", "ledger"} <= set(RESERVED)


def test_variants() -> None:
    assert check_variant("baseline") == "baseline"
    assert check_variant("treatment") == "treatment"
    for name in ("null", "con", "A", ""):
        with pytest.raises(LedgerError):
            check_variant(name)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Focal loss improves Dice on small lesions", "focal-loss-improves-dice-on"),
        ("  3D U-Net: deeper?  ", "d-u-net-deeper"),
        ("Größere Straße, Œuvre, Łódź, Đà Nẵng, smørbrød", "grossere-strasse-oeuvre-lodz-da"),
        ("It doesn't help", "it-doesnt-help"),
        ("ℋ² ½ ﬁt", "h2-1-2-fit"),
        ("İstanbul", "istanbul"),
        ("実験 42", ""),
        ("👩‍🚀", ""),
        ("", ""),
        ("Baseline!", "baseline-experiment"),
        ("word " * 20, "word-word-word-word-word-word"),
        ("a" * 70, "a" * 32),
        ("a" * 32 + " b", "a" * 32),
        ("a" * 40 + " " + "b" * 20, "a" * 32),
    ],
)
def test_slugs(title: str, name: str) -> None:
    assert slug(title) == name


@given(st.text())
def test_slug_is_a_name(title: str) -> None:
    name = slug(title)
    if name:
        assert check_name(name) == name
        assert not name.endswith("-")
        assert len(name) <= 32 or name.endswith("-experiment")


@given(st.from_regex(NAME, fullmatch=True))
def test_names_are_their_own_slugs(name: str) -> None:
    again = slug(slug(name))
    assert len(name) > 32 or again == slug(name)
    if len(name) <= 32 and "--" not in name and not name.endswith("-") and not reserved(name):
        assert slug(name) == name


@pytest.mark.parametrize(
    "title",
    [
        'Does "focal" loss help? It\'s 100% `sure`',
        "-x is a flag",
        "--help: more",
        "👩🏽‍🚀 and 👨‍👩‍👧 and ❤️‍🔥 and 🏳️‍🌈 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "焦点損失は小さな病変に効く",
        "می‌خواهم",
        "क्‍ष और क्‌ष",
        "שלום",
        "x" * 200,
        "?",
    ],
)
def test_titles(title: str) -> None:
    assert check_title(f"  {title}\n") == title


@pytest.mark.parametrize(
    ("title", "reason", "hint"),
    [
        ("", "empty", "say what you expect"),
        (" \t\n", "empty", "say what you expect"),
        ("\u3164", "invisible", "one line of text"),
        ("\u0301", "empty", "say what you expect"),
        ("two\nlines", "line break at character 4", "'two lines'"),
        ("two\u2028lines", "line break", "'two lines'"),
        ("a\tb", "control character", "'a b'"),
        ("a\x1b[31mb", "control character at character 2 (U+001B)", "'a [31mb'"),
        ("abc\u202edef", "bidirectional", "'abcdef'"),
        ("abc\u200fdef", "bidirectional", "'abcdef'"),
        ("a\u200bb", "invisible", "'ab'"),
        ("a\u200db", "invisible", "'ab'"),
        ("👩\u200d", "invisible", "'👩'"),
        ("a\ufeffb", "invisible", "'ab'"),
        ("a\u00adb", "invisible", "'ab'"),
        ("a\U000e0041b", "invisible", "'ab'"),
        ("a\udcffb", "undecodable", "'ab'"),
        ("x" * 201, "201 characters", "one sentence"),
    ],
)
def test_refused_titles(title: str, reason: str, hint: str) -> None:
    with pytest.raises(LedgerError) as caught:
        check_title(title)
    assert reason in caught.value.message
    assert hint in (caught.value.hint or "")


@given(st.text())
def test_any_title_is_one_line_or_refused(title: str) -> None:
    try:
        checked = check_title(title)
    except LedgerError as error:
        assert error.hint
    else:
        assert len(checked.splitlines()) == 1
        assert check_title(checked) == checked


@pytest.mark.parametrize("tag", ["loss", "v1.2", "team/vision", "C++", "日本", "k:v", "हिन्दी"])
def test_tags(tag: str) -> None:
    assert check_tag(f" {tag} ") == tag


@pytest.mark.parametrize("tag", ["", " ", "two words", "a,b", "-x", "#x", "[x]", "a\u200bb", "x" * 51, '"x"'])
def test_refused_tags(tag: str) -> None:
    with pytest.raises(LedgerError) as caught:
        check_tag(tag)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("focal-loss", Reference(name="focal-loss")),
        (" exp/focal-loss ", Reference(name="exp/focal-loss")),
        ("HEAD~1^2", Reference(name="HEAD~1^2")),
        ("a:treatment", Reference(name="a", variant="treatment")),
        ("exp/a:b/seed-3", Reference(name="exp/a", variant="b", replicate="seed-3")),
        ("a:b/fold-2+train.seed--1.2", Reference(name="a", variant="b", replicate="fold-2+train.seed--1.2")),
    ],
)
def test_references(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ":b",
        "a:",
        "a:b/",
        "a:/c",
        "a:B",
        "a:b:c",
        "a:b/c/d",
        "a:b/-c",
        "a b",
        "--upload-pack=x",
        "a\0",
    ],
)
def test_refused_references(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        parse_reference(text)
    assert caught.value.hint


@given(st.text())
def test_any_reference_is_read_or_explained(text: str) -> None:
    try:
        reference = parse_reference(text)
    except LedgerError as error:
        assert error.hint
    else:
        assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize(
    ("text", "prefix", "names"),
    [
        ("decay", "exp/", ("decay",)),
        ("exp/decay", "exp/", ("decay",)),
        ("exp-decay", "exp/", ("exp-decay", "decay")),
        ("exp-", "exp/", ("exp-",)),
        ("exp/3", "exp/", ()),
        ("HEAD~1", "exp/", ()),
        ("lab/try/decay", "lab/try/", ("decay",)),
        ("lab-try-decay", "lab/try/", ("lab-try-decay", "decay")),
        ("decay", "", ("decay",)),
    ],
)
def test_candidates(text: str, prefix: str, names: tuple[str, ...]) -> None:
    assert candidates(text, prefix=prefix) == names
