"""`aliases:` in `ledger.yaml`: by which name a record's metrics are read."""

from __future__ import annotations

import math

import pytest

from ledger.analysis import confirmatory
from ledger.errors import LedgerError
from ledger.model import aliases, hypothesis, settings
from ledger.report.remarks import sentence

NAMES = aliases.parse({"dice": ["val_dice", "metrics/dice"], "loss": ["nll"]})


def test_a_record_is_read_by_present_names() -> None:
    assert NAMES.read({"val_dice": 0.5, "nll": 2, "time": 3}) == {"dice": 0.5, "loss": 2, "time": 3}
    assert NAMES.read({"metrics/dice": 0.5}) == {"dice": 0.5}
    plain = {"dice": 0.5, "time": 3.0}
    assert NAMES.read(plain) == plain and aliases.NONE.read(plain) is plain
    assert NAMES.same("val_dice", "metrics/dice") and NAMES.same("dice", "val_dice") and not NAMES.same("dice", "nll")


def test_a_record_with_two_values_for_one_metric_has_none() -> None:
    both = {"dice": 0.5, "val_dice": 0.6, "nll": 1.0}
    assert NAMES.read(both) == {"loss": 1.0}
    assert NAMES.unclear(both) == (("dice", "val_dice"),)
    # one value under both names leaves no choice
    assert NAMES.read({"dice": 0.5, "val_dice": 0.5}) == {"dice": 0.5}
    assert NAMES.read({"dice": math.nan, "val_dice": math.nan}).keys() == {"dice"}
    assert NAMES.unclear({"dice": math.nan, "val_dice": 0.5}) == (("dice", "val_dice"),)


def test_as_it_stands_in_the_file() -> None:
    assert NAMES.to_mapping() == {"dice": ["metrics/dice", "val_dice"], "loss": ["nll"]}
    assert aliases.parse(NAMES.to_mapping()) == NAMES
    assert NAMES.among(["dice", "val_dice", "time"]).to_mapping() == {"dice": ["val_dice"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aliases: [dice]", "`aliases` is ['dice'], not a mapping"),
        ("aliases: {dice: val_dice}", "`aliases.dice` is 'val_dice', not a list"),
        ("aliases: {dice: []}", "`aliases.dice` is [], not a list"),
        ("aliases: {dice: [1]}", "`aliases.dice` is [1], not a list"),
        ("aliases: {dice: ['']}", "`aliases.dice` is [''], not a list"),
        ("aliases: {1: [a]}", "`aliases` has 1, which is not a metric name"),
        ("aliases: {dice: [dice]}", "`aliases.dice` has dice itself"),
        ("aliases: {dice: [old], loss: [old]}", "`aliases.loss` has old for dice too"),
        ("aliases: {dice: [old, old]}", "`aliases.dice` has old twice"),
        ("aliases: {a: [b], b: [a]}", "`aliases.a` has b, which has a list of its own"),
        ("aliases: {a: [b], b: [c]}", "`aliases.a` has b, which has a list of its own"),
    ],
)
def test_what_ledger_yaml_may_not_say(text: str, said: str) -> None:
    with pytest.raises(LedgerError) as raised:
        settings.parse(text + "\n")
    assert str(raised.value).startswith(f"ledger.yaml: {said}")


def test_what_is_set_for_a_former_name_is_set_for_the_metric() -> None:
    text = "aliases: {dice: [val_dice], loss: [nll]}\nmetrics: {val_dice: {precision: 3}, nll: {precision: 1}, "
    found = settings.parse(text + "loss: {precision: 2}}\n")
    assert [found.precision(name) for name in ("dice", "val_dice", "loss", "nll")] == [3, 3, 2, 2]
    assert [*found.metrics] == ["dice", "loss"]


def test_an_alias_from_after_results_is_a_reason() -> None:
    text = "---\nschema: 1\ntitle: t\nname: a\nauthor: A <a@b.c>\ncreated: 2026-11-20T10:00:00+00:00\nbase: "
    parsed = hypothesis.parse(text + "a" * 40 + "\npredictions: [dice >= 0.5]\n---\n").plan
    (reason,) = confirmatory.reasons(parsed, (), looks=1, left_out=(), late_aliases=("val_dice as dice",))
    assert sentence(reason) == "an alias committed after results decides which metric is meant: val_dice as dice"
