"""The sentences of remarks."""

from __future__ import annotations

import pytest

from ledger.model.remarks import Kind, Remark
from ledger.report import remarks


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_sentence(kind: Kind) -> None:
    assert kind in remarks._SENTENCES


def test_what_has_no_kind_here_says_what_is_stored() -> None:
    assert remarks.sentence(Remark(kind="", text="as it was said")) == "as it was said"
    assert remarks.sentence(Remark(kind="of-a-newer-version", text="Something new")) == "Something new"


def test_many_names_are_cut() -> None:
    found = remarks.sentence(Remark.of(Kind.BY_HAND, trials=tuple("abcdefg")))
    assert found.endswith(": a, b, c, d, e and 2 more")
    found = remarks.sentence(Remark.of(Kind.TRIED_AGAIN, statuses=("failed", "killed", "failed")))
    assert found.startswith("3 attempts at ") and "(2 failed, 1 killed)" in found


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        (Remark.of(Kind.BEYOND_PLAN, trials=1), "1 trial is beyond the declared replicates: stored, but not counted"),
        (
            Remark.of(Kind.THINGS_DIFFER, things=("parameters", "code"), between=("baseline", "hi")),
            "between baseline and hi both parameters and code differ: no difference can be attributed to one of them",
        ),
        (
            Remark(kind=Kind.NO_INTERVAL, facts=(("why", Kind.NO_SPLITS), ("axis", "cut"))),
            "no interval: one side has no splits (cut), and no test fits splits against other replicates",
        ),
        (
            Remark.of(Kind.VOIDED_AFTER_RESULTS, trials=("treatment/seed-1",)),
            "1 trial was voided after results: treatment/seed-1",
        ),
    ],
)
def test_sentences_agree_with_their_facts(remark: Remark, sentence: str) -> None:
    assert remarks.sentence(remark) == sentence
