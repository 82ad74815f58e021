"""What a `--where` expression chooses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_rows import row

from ledger.analysis.conditions import condition
from ledger.analysis.fields import Fields
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.model.where import Literal

ROWS = (
    row("a", {"accuracy": [0.9, 0.92], "loss": [0.3, 0.4]}, train__lr=0.1, opt="adam", _tags=("loss", "big")),
    row("b", {"accuracy": [0.96, 0.98]}, train__lr=0.01, opt="sgd", layers=[4, 2], _outcome="refuted"),
    row("c", {}, train__lr=1, deep=True, _outcome=None, _status="running", _parent="a"),
    row(
        "d",
        {"accuracy": [float("nan")]},
        opt="1.10",
        train__lr=float("nan"),
        _created=datetime(2026, 11, 20, 23, 59, tzinfo=UTC),
        _data={"data/raw": "22a1bc.dir"},
    ),
)


def chosen(text: str, rows: tuple[Row, ...] = ROWS) -> str:
    """The names of the rows that an expression chooses."""
    chooses = condition(text, Fields(rows))
    return "".join(each.experiment for each in rows if chooses(each))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("metrics.accuracy > 0.95", "b"),
        ("accuracy > 0.91", "b"),
        ("accuracy.n = 2 and accuracy.sd < 0.1", "ab"),
        ("accuracy.mean >= 0.91", "ab"),
        ("metrics.accuracy > 0.95 and params.train.lr < 0.1 and outcome = refuted", "b"),
        # what a row lacks is neither equal nor unequal
        ("loss < 1", "a"),
        ("not loss < 1", ""),
        ("loss != 1", "a"),
        ("loss is null", "bcd"),
        ("loss is not null or outcome is null", "ac"),
        # a mean of no finite value is missing
        ("accuracy is null", "cd"),
        ("lr = 1", "c"),
        ("lr = 1.0", "c"),
        ("lr = '1'", "c"),
        ("lr = nan", "d"),
        ("lr < inf", "abc"),
        ("lr in (1e-1, 0.01)", "ab"),
        ("params.lr in (1e-1, 0.01)", "ab"),
        ("deep = TRUE", "c"),
        ("deep != true", ""),
        ("opt = adam or opt = 1.10", "ad"),
        ("opt = 1.1", ""),
        ("opt > b", "b"),
        ("opt > 0", ""),
        ("layers = '[4, 2]'", "b"),
        ("opt ~ '^a|d$'", "ab"),
        ("opt !~ d", "d"),
        ("lr ~ '^0[.]0'", "b"),
        ("tag = loss", "a"),
        ("tags != loss", "bcd"),
        ("tag in (big, small)", "a"),
        ("tag is null", "bcd"),
        ("created > 2026-11-19", "d"),
        ("created = 2026-11-20", "d"),
        ("created > 2026-11-20", ""),
        ("created >= 2026-11-20T23:59", "d"),
        ("created < 2026-11-01T10:00:01+00:00", "abc"),
        ("data.data/raw = 22a1", "d"),
        ("`data/raw` ~ bc", "d"),
        ("name in (a, d) and parent is null", "ad"),
        ("parent = a", "c"),
        ("seconds <= 1.5 and trials = 2", "ab"),
        ("title ~ 'of [ab]'", "ab"),
        ("exploratory = false", "abcd"),
    ],
)
def test_what_is_chosen(text: str, names: str) -> None:
    assert chosen(text) == names


@pytest.mark.parametrize(
    ("text", "column", "said", "hint"),
    [
        ("a = 1 and acuracy > 0.9", 1, "no row has a field a", "every column"),
        ("accuracy > 0.9 and acuracy > 0.9", 20, "no row has a field acuracy", "did you mean metrics.accuracy?"),
        ("params.train.lrr > 0.1", 1, "no row has a field params.train.lrr", "did you mean params.train.lr"),
        ("accuracy > high", 12, "metrics.accuracy is a number, and 'high' is not", None),
        ("outcome = suported", 11, "no outcome is named suported", "did you mean supported?"),
        ("created > yesterday", 11, "yesterday is not a date", "write 2026-11-01"),
        ("title ~ '('", 9, "( is not a regular expression", None),
    ],
)
def test_what_cannot_be_asked(text: str, column: int, said: str, hint: str | None) -> None:
    with pytest.raises(LedgerError) as raised:
        chosen(text)

    assert f"column {column}: {said}" in raised.value.message
    assert hint is None or hint in str(raised.value.hint)


def test_a_name_that_may_mean_two_things_is_refused() -> None:
    rows = (row("a", {"loss": [0.1]}, loss="focal", train__lr=1, test__lr=2),)

    with pytest.raises(LedgerError, match=r"loss may mean metrics\.loss or params\.loss"):
        chosen("loss = focal", rows)
    with pytest.raises(LedgerError, match=r"lr may mean params\.train\.lr or params\.test\.lr"):
        chosen("lr = 1", rows)
    assert chosen("params.loss = focal and train.lr = 1", rows) == "a"


def test_a_metric_may_be_called_as_another_ones_part() -> None:
    rows = (row("a", {"loss": [0.1, 0.3], "loss.sd": [7.0], "seconds": [3.0]}),)

    assert chosen("loss.sd = 7 and metrics.seconds = 3 and row.seconds = 1.5", rows) == "a"


def test_a_plain_name_that_a_metric_or_a_parameter_has_too_is_refused() -> None:
    rows = (row("a", {"seconds": [3.0]}, _params={"name": "resnet", "train.title": "x"}),)

    with pytest.raises(LedgerError, match=r"seconds may mean row\.seconds or metrics\.seconds") as wrong:
        chosen("seconds > 1", rows)
    assert wrong.value.hint == "write row.seconds or metrics.seconds"
    with pytest.raises(LedgerError, match=r"name may mean experiment or params\.name"):
        chosen("name = resnet", rows)
    assert chosen("row.name = a and experiment = a and params.name = resnet and metrics.seconds = 3", rows) == "a"
    # the end of a longer name is no rival
    assert chosen("title ~ '^Title'", rows) == "a"


def test_a_number_beyond_all_floats_is_compared() -> None:
    rows = (row("a", big=10**400), row("b", big=5), row("c", big=float("nan")))

    assert chosen("big = 5", rows) == "b"
    assert chosen(f"big = 1{'0' * 400}", rows) == "a"
    assert chosen("big > 1e300", rows) == "a"
    assert chosen("big = nan", rows) == "c"


NAMES = st.sampled_from([field.name for field in Fields(ROWS).all])
VALUES = st.sampled_from(
    ["1", "1e-3", "nan", "inf", "true", "2026-11-01", "2026-11-01T10:00+01:00", "supported"]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(lambda text: str(Literal(text=text, bare=False)))


@given(NAMES, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "~", "!~"]), VALUES)
def test_every_field_can_be_compared_with_every_value_or_says_why_not(name: str, operator: str, value: str) -> None:
    rows = (*ROWS, row("e", {"loss": [float("inf")]}, opt=datetime(2026, 1, 1, tzinfo=UTC), train__lr=None, deep=2**80))
    text = f"`{name}` {operator} {value}"
    try:
        found = chosen(text, rows)
    except LedgerError as error:
        assert f"column {text.index(operator) + len(operator) + 2}: " in error.message
    else:
        # a comparison and its negation share no row, and what has the value is in one of them
        assert not set(found) & set(chosen(f"not {text}", rows))


def test_without_rows_nothing_is_chosen_and_nothing_unknown() -> None:
    assert chosen("anything > 1", ()) == ""
    with pytest.raises(LedgerError):
        chosen("anything >", ())
