"""Messages of commits: what is written is read back, and what a body says is no trailer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model.formats import trailers

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
KEYS = st.sampled_from([trailers.EXPERIMENT, trailers.TRIAL, trailers.METRIC])


def test_paragraphs_come_first_and_trailers_last() -> None:
    message = trailers.compose("note: a", "", "why\n", trailers=[(trailers.EXPERIMENT, "x"), (trailers.TIP, "1\n2")])
    assert message == "note: a\n\nwhy\n\nLedger-Experiment: x\nLedger-Tip: 1 2\n"


def test_a_line_of_the_body_is_no_trailer() -> None:
    message = trailers.compose("note: a", "Ledger-Trial: treatment/seed-0", trailers=[(trailers.EXPERIMENT, "x")])
    assert trailers.value(message, trailers.TRIAL) is None
    assert trailers.value(message, trailers.EXPERIMENT) == "x"


@given(st.lists(st.tuples(KEYS, WORDS), min_size=1), st.lists(WORDS, max_size=3))
def test_what_is_written_is_read_back(told: list[tuple[str, str]], body: list[str]) -> None:
    assert trailers.read(trailers.compose("subject", *body, trailers=told)) == told


@pytest.mark.parametrize(
    ("title", "inert"),
    [
        ("Focal loss closes #12", "Focal loss closes – #12"),
        ("fixes: org/repo#3 at last", "fixes – org/repo#3 at last"),
        ("Resolved GH-7, implements !9", "Resolved – GH-7, implements – !9"),
        ("close https://github.com/o/r/issues/1", "close – https://github.com/o/r/issues/1"),
        ("Deeper nets [skip ci] [CI SKIP]", "Deeper nets (skip ci) (CI SKIP)"),
        ("Fixes the seed, closes 3 gaps", "Fixes the seed, closes 3 gaps"),
        ("Two\nlines [a, b]", "Two lines [a, b]"),
    ],
)
def test_a_title_in_a_subject_tells_a_host_to_do_nothing(title: str, inert: str) -> None:
    assert trailers.inert(title) == inert
    assert trailers.inert(inert) == inert
