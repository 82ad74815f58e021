"""What a tag says of a version is read back from its message, and nothing else is taken for it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import promotion
from ledger.model.promotion import Promotion

MADE = Promotion(
    experiment="rate", trial="treatment/seed-0", outcome="supported", path="model.txt", md5="0" * 32,
    metrics={"accuracy": 0.1 + 0.2},
)  # fmt: skip
ONE_LINE = st.text(min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)


@given(
    path=st.text(min_size=1, max_size=30),
    names=st.lists(st.text(min_size=1, max_size=12), max_size=4, unique=True),
    value=st.floats(),
    why=st.just("") | ONE_LINE,
)
def test_a_message_is_read_back(path: str, names: list[str], value: float, why: str) -> None:
    made = Promotion(
        experiment="rate", trial="treatment/fold-1+seed-0.2", outcome="refuted, post hoc", path=path,
        md5=f"{'a' * 32}.dir",
        metrics=dict.fromkeys(names, value), why=why,
    )  # fmt: skip
    message = promotion.message("net v1.0.0: rate", "Against it: much.", made)
    found = promotion.parse(message)
    assert found is not None
    assert (found.path, found.md5, found.trial, found.why) == (made.path, made.md5, made.trial, made.why)
    assert promotion.same_metrics(found.metrics, made.metrics)


@pytest.mark.parametrize("kind", ["PGP SIGNATURE", "SSH SIGNATURE"])
def test_a_signature_behind_it_hides_nothing(kind: str) -> None:
    message = promotion.message("net v1.0.0", "", MADE)
    signed = f"{message}-----BEGIN {kind}-----\n\niQ: x\n-----END {kind}-----\n"
    assert promotion.parse(signed) == MADE
    assert promotion.payload(signed) == message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ledger-Trial: treatment/seed-0", "Ledger-Trial: ../../x"),
        ("Ledger-Trial: treatment/seed-0", "Ledger-Trial: treatment/../../seed-0"),
        ("Ledger-Experiment: rate", "Ledger-Experiment: ../rate"),
        ("Ledger-Checkpoint-MD5: " + "0" * 32, "Ledger-Checkpoint-MD5: x"),
        ("Ledger-Checkpoint: model.txt\n", ""),
        ("Ledger-Experiment: rate\n", "Ledger-Experiment: rate\n\nand so on\n"),
    ],
)
def test_what_ledger_does_not_write_is_no_claim(old: str, new: str) -> None:
    message = promotion.message("net v1.0.0", "", MADE)
    assert old in message
    assert promotion.parse(message.replace(old, new)) is None


def test_metrics_are_the_same_numbers() -> None:
    assert promotion.same_metrics({"a": math.nan}, {"a": math.nan})
    assert not promotion.same_metrics({"a": 1.0}, {"a": 1.0, "b": 1.0})
    assert not promotion.same_metrics({"a": 1.0}, {"a": 1.0000000000000002})
