"""Parts and samples of data sets, and the additions that files came with."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis.datasets import additions, parts

paths = st.text("ab/é", min_size=1, max_size=6)
listings = st.dictionaries(paths, st.sampled_from("012"), max_size=12)
shares = st.floats(0.01, 1)


@given(listings, shares, shares, st.integers(0, 5))
def test_a_sample_has_its_share_and_lies_in_a_larger_one(
    listing: dict[str, str], one: float, other: float, draw: int
) -> None:
    small, large = (parts.sample(listing, keep, draw) for keep in sorted((one, other)))
    assert len(small) == parts.size_of_sample(len(listing), min(one, other))
    assert small.items() <= large.items() <= listing.items()
    assert small == parts.sample(dict(reversed(listing.items())), min(one, other), draw)


def test_draws_differ_and_added_files_hardly_move_a_sample() -> None:
    files = {f"{n}.png": "0" for n in range(1000)}
    first, second = (parts.sample(files, 0.9, draw) for draw in (0, 1))
    assert len(first) == len(second) == 900
    assert 780 < len(first.keys() & second.keys()) < 840
    more = parts.sample(files | {f"new/{n}.png": "0" for n in range(100)}, 0.9, 0)
    assert len(more) == 990
    assert len(first.keys() - more.keys()) < 15


@given(st.lists(listings, min_size=1, max_size=6))
def test_steps_lead_from_one_version_to_the_next(versions: list[dict[str, str]]) -> None:
    for before, after in pairwise(versions):
        step = additions.step(before, after)
        assert set(step.brought) | (before.keys() - set(step.removed)) == after.keys()
        assert set(step.changed) == {path for path in before.keys() & after.keys() if before[path] != after[path]}


@given(st.lists(listings, min_size=1, max_size=6), st.data())
def test_what_is_left_out_is_as_it_was_before(versions: list[dict[str, str]], data: st.DataObject) -> None:
    history = additions.history(versions)
    last = additions.last(history)
    assert last.keys() == versions[-1].keys()
    for path, number in last.items():
        content = versions[-1][path]
        assert all(one.get(path) == content for one in versions[number:])
        assert number == 0 or versions[number - 1].get(path) != content
    out = data.draw(st.integers(0, len(versions) - 1))
    before = additions.earlier(history, {out})
    for path, number in last.items():
        if number == out:
            assert before.get(path) == (versions[out - 1].get(path) if out else None)
        else:
            assert path not in before


def test_two_additions_in_a_row_are_left_out_together() -> None:
    history = additions.history(
        [{"a": "0", "b": "0"}, {"a": "1", "b": "0"}, {"a": "2", "b": "0"}, {"a": "2", "c": "0"}]
    )
    assert additions.earlier(history, {2}) == {"a": "1"}
    assert additions.earlier(history, {1, 2}) == {"a": "0"}
    assert additions.earlier(history, {3}) == {}
    assert additions.last(history) == {"a": 2, "c": 3}


def test_a_file_that_came_back_was_not_there_before() -> None:
    history = additions.history([{"a": "0"}, {}, {"a": "0"}])
    assert additions.last(history) == {"a": 2}
    assert additions.earlier(history, {2}) == {}


@given(listings, st.sets(st.sampled_from("xyz"), min_size=1))
def test_groups_left_out_and_alone_make_the_whole(listing: dict[str, str], chosen: set[str]) -> None:
    group_of = {path: "xyz"[len(path) % 3] for path in listing}
    alone, left = (part(listing, group_of, chosen) for part in (parts.only, parts.without))
    assert not alone.keys() & left.keys()
    assert alone | left == listing
