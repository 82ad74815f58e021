"""Whether a stored verdict is the one that the records give: by kinds and facts, and never by sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.analysis.problems import Subject
from ledger.analysis.verdict_checks import differences, judged
from ledger.errors import FormatError
from ledger.model.formats import yaml12
from ledger.model.remarks import Kind, Remark
from ledger.model.verdict import Amendment, Judged, Verdict
from ledger.model.verdict_file import from_mapping, front_matter
from ledger.report import remarks
from ledger.report.problems import sentence

A = Subject("a")
LATE = Amendment(date="2026-11-20", changed=("alpha",), after_results=True, before={"alpha": 0.1}, after={})
VERDICT = Verdict(
    outcome="inconclusive",
    numbers_say="supported",
    predictions=(
        Judged(
            text="m > 0",
            outcome="supported",
            estimate=1 / 3,
            interval=(0.1, 0.2),
            n=5,
            remarks=(
                Remark.of(Kind.NOT_PAIRED, common=2, n=5),
                Remark.of(Kind.CAN_TELL, n=5, units="replicates", of="mean", least=1 / 3, power=0.8),
            ),
        ),
    ),
    warnings=(Remark.of(Kind.BY_HAND, trials=("a", "b")), Remark.of(Kind.ONE_EVALUATION_SET)),
    reasons=(Remark.of(Kind.CHANGED_AFTER_RESULTS, keys=("alpha",)),),
    amendments=(LATE,),
    looks=3,
    alpha=0.05,
    fingerprints={"treatment": "f"},
    voided=("baseline/seed-0",),
)


def read(document: dict[str, Any]) -> Verdict:
    """The verdict as it comes back from a file."""
    found = yaml12.loads(yaml12.dumps(document))
    assert isinstance(found, dict)
    return from_mapping(found)


def stored(*, schema: int = 3, **changes: Any) -> Verdict:
    """The verdict as a file of a schema has it, with some keys changed; those that are None are not there."""
    document = front_matter(replace(remarks.worded(VERDICT), schema=schema)) | changes
    return read({key: value for key, value in document.items() if value is not None})


COMPUTED = read(front_matter(remarks.worded(VERDICT)))


def named(verdict: Verdict, computed: Verdict = COMPUTED) -> list[tuple[bool, str]]:
    """The keys that are found to differ, each with whether that is a problem."""
    return [(not f.unproved, sentence(f).split("`")[1]) for f in judged(A, verdict, computed)]


def test_a_file_and_the_verdict_say_the_same() -> None:
    document = front_matter(remarks.worded(VERDICT))
    assert front_matter(read(document)) == document
    assert document["kinds"] == {
        "reasons": [{"kind": "changed-after-results", "keys": ["alpha"]}],
        "warnings": [{"kind": "by-hand", "trials": ["a", "b"]}, {"kind": "one-evaluation-set"}],
    }
    assert document["predictions"][0]["kinds"][1]["least"] == 0.3333333333
    older = front_matter(stored(schema=2))
    assert "kinds" not in older and "kinds" not in older["predictions"][0]
    oldest = {
        "schema": 1, "outcome": "supported", "predictions": [], "warnings": ["w"], "amendments": [], "looks": 1,
        "alpha": 0.05,
    }  # fmt: skip
    assert front_matter(read(oldest)) == oldest
    assert read(oldest).confirmatory is None


@pytest.mark.parametrize("schema", [2, 3])
def test_sentences_may_be_worded_anew(schema: int, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = stored(schema=schema)
    assert named(verdict) == []
    monkeypatch.setattr(remarks, "sentence", lambda remark: f"in other words: {remark.kind}")
    reworded = read(front_matter(remarks.worded(VERDICT)))
    assert differences(A, verdict, reworded) == []
    assert named(verdict, reworded) == [(False, "warnings"), (False, "reasons"), (False, "predictions[0].remarks")]


def test_what_is_forged_is_named_key_by_key() -> None:
    prediction = front_matter(VERDICT)["predictions"][0]
    sentences = {"remarks": remarks.sentences(VERDICT.predictions[0].remarks)}

    def forged(**changes: Any) -> list[tuple[bool, str]]:
        return named(stored(predictions=[{**prediction, **{k: list(v) for k, v in sentences.items()}, **changes}]))

    assert named(stored(outcome="supported")) == [(True, "outcome")]
    assert named(stored(looks=1, more=1)) == [(True, "looks"), (True, "more")]
    assert named(stored(voided=None)) == [(True, "voided")]
    assert named(stored(warnings=[])) == [(True, "warnings")]
    assert forged(interval=[0.1, 0.3]) == [(True, "predictions[0].interval")]
    assert forged(more=1) == [(True, "predictions[0].more")]
    kinds = prediction["kinds"]
    assert forged(kinds=[{**kinds[0], "common": 4}, kinds[1]]) == [(True, "predictions[0].kinds[0].common")]
    assert forged(kinds=[{"kind": "identical", "n": 5}, kinds[1]])[0] == (True, "predictions[0].kinds[0].kind")
    reasons = [{"kind": "left-out", "trials": ["a"]}]
    assert (True, "kinds.reasons[0].kind") in named(stored(kinds={"reasons": reasons, "warnings": []}))
    # a number that mathematical libraries make differ
    assert forged(estimate=0.33333333330001) == []
    # sentences of schema 2 prove nothing, but one that is gone is missed
    assert named(stored(schema=2, warnings=["a"])) == [(True, "warnings")]
    assert named(stored(schema=2, warnings=["a", "b"])) == [(False, "warnings")]
    assert named(stored(schema=2, outcome="supported")) == [(True, "outcome")]


def test_a_verdict_that_is_older_than_confirmatory_still_stands() -> None:
    late = {"date": "2026-11-20", "changed": ["alpha"], "after_results": True}
    document = {
        "schema": 1, "outcome": "supported", "looks": 2, "amendments": [late], "alpha": 0.05, "warnings": [],
        "predictions": front_matter(replace(remarks.worded(VERDICT), schema=1))["predictions"],
    }  # fmt: skip
    found = judged(A, read(document), COMPUTED)
    assert [not finding.unproved for finding in found] == [False, False, False]
    assert "older than `confirmatory`" in sentence(found[0]) and "`looks`" in sentence(found[1])
    # what the numbers do not say is a problem in any
    found = judged(A, read(document | {"outcome": "refuted"}), COMPUTED)
    assert [not finding.unproved for finding in found if "`outcome`" in sentence(finding)] == [True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"confirmatory": True}, "`confirmatory` is True, and there are reasons against it"),
        ({"reasons": None, "kinds": None}, "`confirmatory` is False, and there is no reason against it"),
        ({"looks": "many"}, "`looks`: 'many' is not a whole number"),
        ({"fingerprints": ["treatment"]}, "`fingerprints`: ['treatment'] is not a mapping"),
        ({"predictions": [{"interval": [0.1]}]}, "`interval`: [0.1] has not two bounds"),
        ({"alpha": True}, "`alpha`: True is not a number"),
        ({"kinds": {"reasons": [{"keys": []}]}}, "a `kind`"),
    ],
)
def test_what_no_verdict_says_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError) as refused:
        stored(**changes)
    assert said in str(refused.value)
