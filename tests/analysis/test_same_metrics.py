"""A metric has one name within an experiment, whichever files held its key when a trial ran."""

from __future__ import annotations

from ledger.analysis.same_metrics import joined

ONE = {"acc": "m.json", "loss": "m.json"}
TWO = {"m.json:acc": "m.json", "t.json:acc": "t.json", "loss": "m.json"}


def test_trials_with_the_same_names_keep_them() -> None:
    assert joined([ONE], ["acc"]) == [{}]
    assert joined([TWO, TWO], ["loss"]) == [{}, {}]
    # another file alone is no other name
    assert joined([ONE, {"acc": "eval/m.json", "loss": "m.json"}], []) == [{}, {}]


def test_a_key_that_two_files_came_to_hold_is_called_after_the_file() -> None:
    assert joined([ONE, TWO], []) == [{"acc": "m.json:acc"}, {}]
    # and where one of them no longer does
    assert joined([TWO, ONE], []) == [{}, {"acc": "m.json:acc"}]
    assert joined([ONE, TWO, ONE], []) == [{"acc": "m.json:acc"}, {}, {"acc": "m.json:acc"}]


def test_or_as_a_prediction_calls_it() -> None:
    assert joined([ONE, TWO], ["acc"]) == [{}, {"m.json:acc": "acc"}]
    assert joined([ONE, TWO], ["m.json:acc"]) == [{"acc": "m.json:acc"}, {}]
    assert joined([ONE, TWO], ["t.json:acc"]) == [{"acc": "m.json:acc"}, {}]


def test_a_file_that_moved_meanwhile_is_the_same() -> None:
    moved = {"e.json:acc": "e.json", "t.json:acc": "t.json", "loss": "e.json"}
    assert joined([TWO, moved], []) == [{"m.json:acc": "e.json:acc"}, {}]


def test_of_a_file_that_is_neither_nobody_knows_which_it_is() -> None:
    assert joined([{"acc": "z.json"}, TWO], ["acc"]) == [{}, {}]
    # nor of one that this clone does not know
    assert joined([{}, TWO], ["acc"]) == [{}, {}]
