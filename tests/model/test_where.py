"""The language of `--where`: what it reads, what it refuses and where it points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model import where
from ledger.model.where import All, Any, Atom, Compare, IsNull, Literal, Name, Not, OneOf, Where, atoms, compiled
from ledger.model.where_parser import parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.builds(lambda text: Name(text=text), TEXTS.filter(bool) | st.sampled_from(["and", "IN", "a.b", "1x", "`"]))
LITERALS = st.builds(lambda text: Literal(text=text, bare=False), TEXTS) | st.builds(
    lambda text: Literal(text=text, bare=True),
    st.sampled_from(["0.95", "-1e-3", "a/b:c", "2026-11-01", "étude"]),
)
ATOMS: st.SearchStrategy[Where] = (
    st.builds(
        lambda name, operator, value: Compare(name=name, operator=operator, value=value),
        NAMES,
        st.sampled_from(["=", "<", "<=", ">", ">=", "~"]),
        LITERALS,
    )
    | st.builds(lambda name, values: OneOf(name=name, values=tuple(values)), NAMES, st.lists(LITERALS, min_size=1))
    | st.builds(lambda name: IsNull(name=name), NAMES)
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(lambda part: Not(part=part), inner)
        | st.builds(lambda parts: All(parts=tuple(parts)), st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda parts: Any(parts=tuple(parts)), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_what_is_written_is_read_as_the_same(expression: Where) -> None:
    assert parse(str(expression)) == expression


@given(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("ab.1 ()=!<>~,'\"`\n")
    | st.lists(
        st.sampled_from(["a", "=", "1", "and", "or", "not", "in", "is", "null", "(", ")", ",", "'x'", "`y`", "~"])
    ).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except LedgerError as error:
        assert "column" in error.message
        assert error.hint
    else:
        assert parse(str(expression)) == expression


def test_and_binds_closer_than_or_and_not_closest() -> None:
    assert parse("a = 1 or not b = 2 and c = 3") == parse("(a = 1) or ((not (b = 2)) and (c = 3))")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a == 1", "a = 1"),
        ("a <> 1", "not a = 1"),
        ("a!=1", "not a = 1"),
        ("a !~ x", "not a ~ x"),
        ("a not in (1,2)", "not a in (1, 2)"),
        ("a IS NOT NULL", "not a is null"),
        ("`a` = 'x''y'", 'a = "x\'y"'),
    ],
)
def test_several_spellings_mean_one_thing(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_a_backslash_is_itself() -> None:
    assert parse(r"title ~ '^\d+\.'") == Compare(
        name=Name(text="title"), operator="~", value=Literal(text=r"^\d+\.", bare=False)
    )


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "nothing to read"),
        ("accuracy >", 11, "a value was expected, not the end"),
        ("accuracy 0.95", 10, "an operator was expected after accuracy, not 0.95"),
        ("0.95 < accuracy", 1, "a name was expected, not 0.95"),
        ("a = 1 b = 2", 7, "`and`, `or` or the end was expected, not b"),
        ("(a = 1", 7, "`)` was expected, not the end"),
        ("a = 'x", 5, "the quote is never closed"),
        ("a = null", 5, "nothing is equal to null"),
        ("'a' = 1", 1, "a name was expected, not a text"),
        ("a in ()", 7, "a value was expected, not )"),
        ("a ! 1", 3, "means nothing here"),
    ],
)
def test_an_error_points_at_its_place(text: str, column: int, said: str) -> None:
    with pytest.raises(LedgerError) as raised:
        parse(text)

    assert f"column {column}: " in raised.value.message
    assert said in raised.value.message
    assert raised.value.message.splitlines()[-1] == "  " + " " * (column - 1) + "^"


def test_the_caret_stands_below_wide_characters_and_in_long_texts() -> None:
    with pytest.raises(LedgerError) as raised:
        parse("学習率 0.1")
    assert raised.value.message.splitlines()[1:] == ["  学習率 0.1", "         ^"]

    with pytest.raises(LedgerError) as raised:
        parse(" and ".join(["a = 1"] * 100) + " and b 2 and " + " and ".join(["c = 3"] * 100))
    line, caret = raised.value.message.splitlines()[1:]
    assert len(line) < 80
    assert line[caret.index("^") :].startswith("2 and c")


@pytest.mark.parametrize("text", ["(" * 10_000 + "a = 1" + ")" * 10_000, "not " * 10_000 + "a = 1"])
def test_a_deep_expression_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="nested more than"):
        parse(text)


def test_a_long_expression_is_read() -> None:
    assert len(atoms(parse(" or ".join(f"a = {i}" for i in range(5000))))) == 5000


def test_logic_has_three_values() -> None:
    known = {"t": True, "f": False, "u": None}

    def test(atom: Atom) -> where.Test[dict[str, bool | None]]:
        return lambda row: row[atom.name.text]

    def said(text: str) -> bool | None:
        return compiled(parse(text), test)(known)

    assert said("t is null and f is null") is False
    assert said("u is null and f is null") is False
    assert said("u is null and t is null") is None
    assert said("u is null or t is null") is True
    assert said("u is null or f is null") is None
    assert said("not u is null") is None
    assert said("not (f is null or f is null)") is True


def test_what_is_read_at_the_deepest_is_written_no_deeper() -> None:
    for atom in ("a != 1", "a !~ 1", "a not in (1, 2)", "a is not null", "not a < 1"):
        deepest = None
        for brackets in range(60):
            try:
                deepest = parse("not " * brackets + atom)
            except LedgerError:
                break
            assert parse(str(deepest)) == deepest
        assert deepest is not None


def test_a_long_expression_is_refused_before_it_takes_long() -> None:
    one = " and (b = 2 or not c in (1, 2, 3))"
    assert parse(str(parse("a = 1" + one * 1000))) == parse("a = 1" + one * 1000)
    with pytest.raises(LedgerError, match="it has more than 25000 words"):
        parse("a = 1" + one * 2000)
    with pytest.raises(LedgerError, match="it has more than 250000 characters"):
        parse("a = 1" + one * 20_000)
