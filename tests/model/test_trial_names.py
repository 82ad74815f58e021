"""What a trial may be called: an axis by its last word, where that is unambiguous."""

from __future__ import annotations

import pytest

from ledger.model.replicates import Point
from ledger.model.trial_names import Called, by_last_word, called, spellings


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((), ("trial",)),
        ((("seed", 0),), ("seed-0",)),
        ((("train.seed", 0),), ("train.seed-0", "seed-0")),
        ((("a.seed", 0), ("b.seed", 1)), ("a.seed-0+b.seed-1",)),
        ((("seed", 0), ("b.seed", 1)), ("seed-0+b.seed-1",)),
        ((("cv.fold", 2), ("seed", 1)), ("cv.fold-2+seed-1", "fold-2+seed-1")),
        (
            (("cv.fold", 2), ("t.seed", 1)),
            ("cv.fold-2+t.seed-1", "cv.fold-2+seed-1", "fold-2+t.seed-1", "fold-2+seed-1"),
        ),
    ],
)
def test_what_a_point_may_be_called(point: Point, expected: tuple[str, ...]) -> None:
    assert spellings(point) == expected


def test_a_parameter_of_another_file_goes_by_its_last_word() -> None:
    assert spellings((("other.yaml:train.seed", 3),))[-1] == "seed-3"


@pytest.mark.parametrize(
    ("word", "names", "expected"),
    [
        ("seed", ["train.seed", "train.lr"], "train.seed"),
        ("seed", ["train.seed", "data.seed"], None),
        ("seed", ["train.seed", "seed"], "seed"),
        ("eed", ["train.seed"], None),
    ],
)
def test_a_last_word(word: str, names: list[str], expected: str | None) -> None:
    assert by_last_word(word, names) == expected


POINTS: list[Point] = [(("train.seed", 0),), (("train.seed", 1),)]


@pytest.mark.parametrize(
    ("name", "attempt"),
    [("seed-1", None), ("train.seed-1", None), ("seed-1.2", 2), ("train.seed-1.1", 1), ("seed-1.1", 1)],
)
def test_a_name_says_which_attempt_or_leaves_it_open(name: str, attempt: int | None) -> None:
    assert called(name, POINTS) == (Called(point=POINTS[1], attempt=attempt),)


def test_a_whole_name_comes_before_a_last_word() -> None:
    older: Point = (("seed", 1),)
    assert called("seed-1", [*POINTS, older]) == (Called(point=older, attempt=None),)
    assert len(called("seed-0", [*POINTS, (("data.seed", 0),)])) == 2
    assert called("seed-7", POINTS) == ()
