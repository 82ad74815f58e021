"""What is proposed: the same from the same trials, inside the space, new, away from failures, and ever better."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from conftest import Once
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.analysis.tuning import proposing
from ledger.analysis.tuning.encoding import Encoding
from ledger.analysis.tuning.proposer import Proposer
from ledger.analysis.tuning.told import Seen, key, means, squeezed
from ledger.errors import LedgerError
from ledger.model.space import Configuration, is_number
from ledger.model.space_parser import parse

NET = parse(["lr=1e-5..1.0:log", "layers=1..8", "opt=adam,sgd,rmsprop", "momentum=0.0..0.99 if opt = sgd"])
LINE = parse(["x=0.0..1.0"])
VALLEY = [(0.0, 9.0), (0.3, 5.0), (0.6, 2.0), (0.9, 1.2), (1.0, 0.1), (0.99, 2.1), (0.98, -0.4), (0.97, 1.7)]
VALLEY += [(0.96, 0.2), (0.95, 1.9), (0.94, 0.6), (0.985, -0.9), (0.975, 1.4), (0.965, 2.2), (0.955, 0.3)]


def number(configuration: Configuration, name: str) -> float:
    """A value that is a number."""
    value = configuration[name]
    assert is_number(value)
    assert isinstance(value, int | float)
    return value


def loss(configuration: Configuration) -> float:
    """Least for sgd at a rate of 0.01, 5 layers, a momentum of 0.9."""
    found = (math.log10(number(configuration, "lr")) + 2) ** 2 / 4 + (number(configuration, "layers") - 5) ** 2 / 20
    return found + ((number(configuration, "momentum") - 0.9) ** 2 if configuration["opt"] == "sgd" else 0.3)


def one_at_a_time() -> list[Seen]:
    """Trials of the loss."""
    proposer, told = Proposer(NET, "test"), list[Seen]()
    for _ in range(18):
        (one,) = proposer.propose(told)
        told.append(Seen(configuration=one.configuration, values=(loss(one.configuration),)))
    return told


@pytest.fixture(scope="module")
def tried(once: Once) -> list[Seen]:
    """The trials, which take seconds to propose."""
    return list(once(one_at_a_time))


def test_it_finds_the_best(tried: list[Seen]) -> None:
    best = min(tried, key=lambda one: one.values)
    assert best.configuration["opt"] == "sgd"
    assert best.values[0] < 0.05


@pytest.mark.parametrize("model", proposing.MODELS)
def test_the_same_trials_give_the_same_proposals(model: str, tried: list[Seen]) -> None:
    waiting = [tried[-1].configuration]
    first, again = (proposing.propose(model, NET, "test", tried[:14], 2, waiting=waiting) for _ in range(2))
    assert first == again
    assert proposing.propose(model, NET, "test", []) != proposing.propose(model, NET, "other", [])
    assert key(first[0].configuration) not in {key(one.configuration) for one in tried[:14]}


@pytest.mark.parametrize("model", proposing.MODELS)
def test_proposals_lie_in_the_space_and_are_new(model: str, tried: list[Seen]) -> None:
    found = proposing.propose(model, NET, "test", tried[:12], 6)
    configurations = [each.configuration for each in found]
    assert [NET.within(each) for each in configurations] == [(each, None) for each in configurations]
    names = {key(each) for each in configurations} | {key(one.configuration) for one in tried[:12]}
    assert len(names) == 18


@pytest.mark.parametrize("model", proposing.MODELS)
def test_a_space_ends(model: str) -> None:
    small = parse(["a=1..2", "b=x,y", "c=true,false if b = x"])
    found = proposing.propose(model, small, "test", [], 20)
    assert sorted(key(each.configuration) for each in found) == sorted(map(key, Encoding(small).every()))
    told = [Seen(configuration=each.configuration, values=(float(n),)) for n, each in enumerate(found)]
    assert proposing.propose(model, small, "test", told, 1) == ()
    assert len(proposing.propose(model, small, "test", told[:-1], 3)) == 1


def test_first_points_are_spread() -> None:
    (first,) = Proposer(LINE, "a").propose([])
    assert (first.mean, first.improvement) == (None, None)
    places = sorted(number(each.configuration, "x") for each in Proposer(LINE, "a").propose([], 4))
    assert [math.floor(4 * place) for place in places] == [0, 1, 2, 3]


def test_failures_are_bad_near_them() -> None:
    good = [Seen(configuration={"x": x}, values=(1.0 - x,)) for x in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]
    failed = [Seen(configuration={"x": x}, values=(), failed=1) for x in (0.7, 0.72, 0.75, 0.8, 0.9, 1.0)]
    lucky, unlucky = (Proposer(LINE, "a").propose(told)[0] for told in (good, [*good, *failed]))
    assert number(lucky.configuration, "x") > 0.9
    assert number(unlucky.configuration, "x") < 0.7


def test_a_replicate_that_failed_counts_as_bad() -> None:
    told = [Seen(configuration={"x": n / 9}, values=(float(n), n + 1.0)) for n in range(10)]
    steady, now_and_then = (
        Seen(configuration={"x": 0.05}, values=(2.0, 2.0)),
        Seen(configuration={"x": 0.15}, values=(2.0,), failed=1),
    )
    assert means([*told, steady, now_and_then])[-2:] == [2.0, (2.0 + 9.5) / 2]


def told_of(*values: float) -> list[Seen]:
    """A configuration a value."""
    return [Seen(configuration={"x": n / 10}, values=(value,)) for n, value in enumerate(values)]


def test_how_bad_the_bad_are_counts_by_its_logarithm() -> None:
    assert means(squeezed(told_of(1.0, 2.0, 3.0, 4.0, 1e9))) == pytest.approx(
        [1.0, 2.0, 3.0, 3 + 2 * math.log(1.5), 3 + 2 * math.log(5e8)]
    )
    # half of them as good as the best; all alike; a quotient beyond all numbers
    assert means(squeezed(told_of(0.0, 0.0, 0.0, 2.0, 1e6)))[:4] == pytest.approx([0, 0, 0, 2 * math.log(2)])
    assert means(squeezed(told_of(5.0, 5.0))) == [5.0, 5.0]
    assert all(map(math.isfinite, means(squeezed(told_of(0.0, 1e-200, 1e200)))))
    assert squeezed([]) == ()


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_squeezed_values_keep_their_order(values: list[float]) -> None:
    found = means(squeezed(told_of(*values)))
    assert [found[n] for n in np.argsort(values, kind="stable")] == sorted(found)


def test_where_much_is_known_it_does_not_stay() -> None:
    # ever more trials beside the best, one as good as the other, would hardly tell more
    told = [Seen(configuration={"x": x}, values=(value,)) for x, value in VALLEY]
    proposed = [number(each.configuration, "x") for each in Proposer(LINE, "a").propose(told, 3)]
    assert min(proposed) < 0.85


def test_the_noise_comes_from_replicates() -> None:
    quiet = [Seen(configuration={"x": n / 9}, values=(n / 9, n / 9 + 0.001)) for n in range(10)]
    loud = [Seen(configuration={"x": n / 9}, values=(n / 9 - 0.5, n / 9 + 0.5)) for n in range(10)]
    assert Proposer(LINE, "a").surface(quiet).trial_sd < 0.01
    assert 0.3 < Proposer(LINE, "a").surface(loud).trial_sd < 1.0


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_what_is_drawn_lies_in_the_space(unit: list[float]) -> None:
    configuration = Encoding(NET).drawn(unit)
    assert NET.within(configuration) == (configuration, None)


def test_rows() -> None:
    encoding = Encoding(NET)
    adam, sgd = encoding.rows(
        [{"lr": 1e-5, "layers": 8, "opt": "adam"}, {"lr": 1.0, "layers": 1, "opt": "sgd", "momentum": 0.99}]
    )
    half = math.sqrt(0.5)
    assert list(adam) == pytest.approx([0, 1, half, 0, 0, 0.5])
    assert list(sgd) == pytest.approx([1, 0, 0, half, 0, 1])


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LedgerError) as refused:
        proposing.propose(proposing.GP, LINE, "a", [])
    assert "scikit-learn, which is not installed" in refused.value.message
    assert refused.value.hint == "pip install 'experiment-ledger[tune]'"
