"""The grammar of predictions: what is read, what is printed, and what is said about mistakes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model.names import NAME, reserved
from ledger.model.prediction import Margin, Metric, Operator, Prediction, decimal
from ledger.model.prediction_parser import parse

EX = "accuracy >= baseline + 0.01"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "dice >= baseline + 0.01",
            Prediction(metric=Metric(name="dice"), operator=Operator.AT_LEAST, reference="baseline", margin=0.01),
        ),
        (
            "latency_ms <= baseline + 5%",
            Prediction(
                metric=Metric(name="latency_ms"),
                operator=Operator.AT_MOST,
                reference="baseline",
                margin=0.05,
                relative=True,
            ),
        ),
        (
            "eval.loss[no-augment] < focal-loss-2 - 1e-3",
            Prediction(
                metric=Metric(name="eval.loss", variant="no-augment"),
                operator=Operator.BELOW,
                reference="focal-loss-2",
                margin=-0.001,
            ),
        ),
        (
            "`val/acc ``top 5``` > -.5",
            Prediction(metric=Metric(name="val/acc `top 5`"), operator=Operator.ABOVE, threshold=-0.5),
        ),
        (
            "f1-score within 2% of baseline",
            Prediction(
                metric=Metric(name="f1-score"),
                operator=Operator.WITHIN,
                reference="baseline",
                margin=0.02,
                relative=True,
            ),
        ),
    ],
)
def test_forms(text: str, expected: Prediction) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  dice   >=\tbaseline\n", "dice >= baseline"),
        ("dice[treatment] > baseline", "dice > baseline"),
        ("dice [other] > baseline", "dice[other] > baseline"),
        ("`dice` > 1e-02", "dice > 0.01"),
        ("dice > 5.0", "dice > 5"),
        ("dice > +0.10", "dice > 0.1"),
        ("dice > -0", "dice > 0"),
        ("dice > 1e-07", "dice > 1e-7"),
        ("dice > 123456789012345680000", "dice > 1.2345678901234568e20"),
        ("dice >= baseline + 7%", "dice >= baseline + 7%"),
        ("dice >= baseline - 0.1%", "dice >= baseline - 0.1%"),
        ("dice >= baseline + 0", "dice >= baseline"),
        ("dice within 0 of other", "dice within 0 of other"),
        ("within within 1 of baseline", "within within 1 of baseline"),
        ("`baseline` > 1", "`baseline` > 1"),
        ("dice[baseline] > 0.5", "dice[baseline] > 0.5"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


def test_direction() -> None:
    assert parse("a > 1").higher_is_better is True
    assert parse("a <= 1").higher_is_better is False
    assert parse("a within 1 of b").higher_is_better is None


MISTAKES = [
    ("", 1, "empty", EX),
    ("a => 1", 3, "written >=", "write: a >= 1"),
    ("a =< 1", 3, "written <=", "write: a <= 1"),
    ("a ≥ 1", 3, "written >=", "write: a >= 1"),
    ("a ≤ 1", 3, "written <=", "write: a <= 1"),
    ("a == 1", 3, "never equal", "within 0.01 of baseline"),
    ("a = 1", 3, "never equal", "within 0.01 of baseline"),
    ("a ! 1", 3, "not an operator", "within"),
    ("a", 2, "operator is missing", ">="),
    ("a>=1", 2, "spaces", "write: a >= 1"),
    ("a >=1", 3, "spaces", "write: a >= 1"),
    ("a >= baseline+0.01", 14, "spaces", "write: a >= baseline + 0.01"),
    ("a >= baseline-5", 14, "spaces", "write: a >= baseline - 5"),
    ("a >= other+5%", 11, "spaces", "write: a >= other + 5%"),
    ("a >= baseline +0.01", 15, "spaces", "write: a >= baseline + 0.01"),
    ("a >=", 5, "missing", EX),
    ("a >= baseline +", 16, "missing", EX),
    ("a within", 9, "missing", EX),
    ("a >= baseline + x", 17, "number was expected", "5%"),
    ("a >= baseline + -1", 17, "sign", "without a sign"),
    ("a >= baseline + 5 %", 19, "no space", "write: a >= baseline + 5%"),
    ("a within 5 % of baseline", 12, "no space", "write: a within 5% of baseline"),
    ("a >= baseline − 5", 15, "not expected", "write: a >= baseline - 5"),
    ("a >= baseline * 1.05", 15, "not expected", "percentage"),
    ("a >= baseline ± 1", 15, "not expected", "within"),
    ("a >= Baseline", 6, "capital", "write: a >= baseline"),
    ("a >= focal_loss", 6, "not a reference", "focal-loss"),
    ("a >= treatment", 6, "variant", EX),
    ("a >= baseline[x]", 14, "brackets", "a[x]"),
    ("a >= b[x]", 6, "another metric", "a[x]"),
    ("a[x] >= a[x]", 9, "with itself", "another variant"),
    ("a >= a[treatment]", 6, "with itself", "another variant"),
    ("a >= a[x", 7, "never closed", "dice"),
    ("a >= a[x]- 1", 10, "space", "dice"),
    ("a >= 1,5", 6, "not a number", "0.01"),
    ("a >= nan", 6, "finite", EX),
    ("a >= -inf", 6, "finite", EX),
    ("a >= 1e999", 6, "too large", "1e308"),
    ("a >= 90%", 6, "percentage", "0.9"),
    ("a >= 90 %", 6, "percentage", "0.9"),
    ("a within 1 near baseline", 12, "'of' was expected", "of baseline"),
    ("a within 1", 11, "missing", "of baseline"),
    ("a within 1 of 5", 15, "reference was expected", "two predictions"),
    ("a >= 1 and", 8, "not expected", "one inequality"),
    ("a >= 1 + baseline", 8, "not expected", "first"),
    ("`a >= 1", 1, "never closed", "`val/acc`"),
    ("`` >= 1", 1, "empty", EX),
    ("`a`b >= 1", 4, "space", EX),
    ("a[b >= 1", 2, "never closed", "dice[no-augment]"),
    ("a[] >= 1", 3, "empty", "dice[no-augment]"),
    ("a[B] >= 1", 3, "not a variant", "try a[b] >= 1"),
    ("loss[lr-0.3] < 1", 6, "not a variant", "try loss[lr-0-3] < 1"),
    ("a[_] >= 1", 3, "not a variant", "dice[no-augment]"),
    ("a[b]>= 1", 5, "space", "dice[no-augment]"),
    ("val/acc >= 1", 4, "bare name", "`val/acc` >= 1"),
    ("v/m.json:a[x] >= v/m.json:a[y]", 2, "bare name", "`v/m.json:a`[x] >= `v/m.json:a`[y]"),
    ("val/acc>=1", 4, "bare name", "`val/acc`>=1"),
    ("精度 >= 1", 1, "metric was expected", "backquotes"),
    ("baseline <= a", 1, "metric was expected", "first"),
    ("0.9 <= a", 1, "metric was expected", "first"),
    ("a >= a + 1", 6, "itself", "a >= baseline"),
    ("a[baseline] >= baseline", 16, "itself", "a >= baseline"),
    ("a[x] >= x", 9, "itself", "a >= baseline"),
]


@pytest.mark.parametrize(("text", "column", "reason", "hint"), MISTAKES)
def test_mistakes(text: str, column: int, reason: str, hint: str) -> None:
    with pytest.raises(LedgerError) as caught:
        parse(text)
    first, line, caret = caught.value.message.split("\n")
    assert f"column {column}:" in first
    assert reason in first
    assert hint in (caught.value.hint or "")
    assert line == "  " + text
    wide = sum(c in "精度" for c in text[: column - 1])
    assert caret == " " * (column + 1 + wide) + "^"


def test_caret_is_in_the_same_cell_behind_wide_letters() -> None:
    with pytest.raises(LedgerError) as caught:
        parse("`精e\u0301` => 1\n")
    # Two cells for the first letter, none for the accent, a space for the line's end.
    assert caught.value.message.split("\n")[1:] == ["  `精e\u0301` => 1 ", " " * 8 + "^"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"reference": "baseline", "threshold": 1.0},
        {},
        {"threshold": math.inf},
        {"threshold": 1.0, "margin": 1.0},
        {"reference": "Bad name"},
        {"reference": "main"},
        {"reference": "a"},
        {"reference": "baseline", "operator": Operator.WITHIN, "margin": -1.0},
        {"threshold": 1.0, "operator": Operator.WITHIN},
        {"threshold": 1.0, "of_variant": True},
        {"reference": "treatment", "of_variant": True},
        {"reference": "B", "of_variant": True},
    ],
)
def test_impossible_predictions_cannot_be_made(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Prediction(**{"metric": Metric(name="a"), "operator": Operator.ABOVE} | arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "variant"), [("", None), ("a\nb", None), ("a", "treatment"), ("a", "B")])
def test_impossible_metrics_cannot_be_made(name: str, variant: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        Metric(name=name, variant=variant)


names = st.from_regex(NAME, fullmatch=True)
metrics = st.builds(
    Metric,
    name=st.text(min_size=1).filter(str.isprintable) | st.sampled_from(["a", "a.b", "`", "``", "within", "a-1"]),
    variant=st.none() | names.filter(lambda n: n != "treatment"),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    metric = draw(metrics)
    operator = draw(st.sampled_from(Operator))
    if operator is not Operator.WITHIN and draw(st.booleans()):
        return Prediction(metric=metric, operator=operator, threshold=draw(numbers))
    of_variant = draw(st.booleans())
    if of_variant:
        references = names.filter(lambda n: n != (metric.variant or "treatment"))
    else:
        references = names.filter(lambda n: reserved(n) is None and n not in (metric.name, metric.variant))
    own = [] if "baseline" in (metric.name, metric.variant) and not of_variant else ["baseline"]
    margin = draw(numbers)
    return Prediction(
        metric=metric,
        operator=operator,
        reference=draw(references | st.sampled_from(own) if own else references),
        margin=abs(margin) if operator is Operator.WITHIN else margin,
        relative=draw(st.booleans()),
        of_variant=of_variant,
    )


@given(predictions())
def test_round_trip(prediction: Prediction) -> None:
    assert parse(str(prediction)) == prediction


words = st.sampled_from(
    [
        "a",
        "a[x]",
        "`a b`",
        ">=",
        "<",
        "within",
        "of",
        "baseline",
        "+",
        "-",
        "5%",
        "%",
        "1e5",
        "`",
        "[",
        "é",
        "\n",
    ]
)


@given(st.text() | st.lists(words, max_size=8).map(" ".join) | st.lists(words, max_size=8).map("".join))
def test_any_text_is_read_or_explained(text: str) -> None:
    try:
        prediction = parse(text)
    except LedgerError as error:
        first, line, caret = error.message.split("\n")
        assert "column" in first
        assert line.strip() or not text.strip() or not text.isprintable()
        assert caret.strip() == "^"
        assert error.hint
    else:
        assert parse(str(prediction)) == prediction


@given(numbers)
def test_decimal_is_exact(value: float) -> None:
    assert float(decimal(value)) == value
    mantissa, _, exponent = decimal(value, shift=2).partition("e")
    assert float(f"{mantissa}e{int(exponent or 0) - 2}") == value


def test_margin_text() -> None:
    assert str(Margin(value=0.07, relative=True)) == "7%"
    assert str(Margin(value=0.0001)) == "0.0001"
