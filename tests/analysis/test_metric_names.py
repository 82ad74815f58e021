"""Whether results could have chosen the metric that an amendment names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.analysis.metric_names import corrections, unmeasured
from ledger.model import prediction_parser
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Replicates
from ledger.model.trial import FAILED, SUCCEEDED, Trial

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def plan(*texts: str) -> Plan:
    """A plan with these predictions."""
    return Plan(
        title="A", name="a", author="Ada <a@b.c>", created=NOW, base="0" * 40, parent=None,
        predictions=tuple(prediction_parser.parse(text) for text in texts),
        variants=(Variant(name="baseline", at="base"), Variant(name="treatment")),
        replicates=Replicates(),
    )  # fmt: skip


def trial(variant: str, *metrics: str, status: str = SUCCEEDED) -> Trial:
    """A trial that has these metrics."""
    return Trial(
        experiment="a", variant=variant, point=(), attempt=1, status=status, fingerprint=f"of {variant}",
        code="0" * 40, started=NOW, seconds=1.0, metrics=dict.fromkeys(metrics, 1.0),
    )  # fmt: skip


BEFORE = plan("dcie >= baseline + 0.01")


@pytest.mark.parametrize(
    ("after", "seen", "allowed"),
    [
        # the name must leave no choice, whatever arm has the result
        ("dice >= baseline + 0.01", [trial("baseline", "dice", "f1")], True),
        ("dice >= baseline + 0.01", [trial("baseline", "dice", "dices")], False),
        ("f1 >= baseline + 0.01", [trial("baseline", "dice", "f1")], False),
        ("dice >= baseline + 0.01", [trial("treatment", "dice", "f1")], True),
        ("f1 >= baseline + 0.01", [trial("treatment", "dice", "f1")], False),
        ("f1 >= baseline + 0.01", [trial("treatment", "f1")], True),
        ("dice >= baseline + 0.01", [trial("treatment", "dice", "dices")], False),
        ("f1 >= baseline + 0.01", [trial("treatment", "dice", status=FAILED), trial("baseline", "f1")], True),
        # the old name has a value
        ("dice >= baseline + 0.01", [trial("baseline", "dcie", "dice")], False),
        # more than the name moves
        ("dice >= baseline + 0.02", [trial("baseline", "dice")], False),
        ("dice[treatment2] >= baseline + 0.01", [trial("baseline", "dice")], False),
    ],
)
def test_one_prediction(after: str, seen: list[Trial], allowed: bool) -> None:
    new = after.split(maxsplit=1)[0].partition("[")[0]
    assert corrections(BEFORE, plan(after), seen) == ({"dcie": new} if allowed else {})


def test_a_name_is_corrected_everywhere_and_no_prediction_comes_or_goes() -> None:
    both = plan("dcie >= baseline", "dcie >= 0.5")
    seen = [trial("baseline", "dice")]
    assert corrections(both, plan("dice >= baseline", "dice >= 0.5"), seen) == {"dcie": "dice"}
    assert corrections(both, plan("dice >= baseline", "dcie >= 0.5"), seen) == {}
    assert corrections(both, plan("dice >= baseline"), seen) == {}
    assert corrections(plan("dice >= baseline"), both, seen) == {}
    assert corrections(BEFORE, replace(plan("dice >= baseline + 0.01"), alpha=0.1), seen) == {}
    assert corrections(BEFORE, BEFORE, seen) == {}


def test_what_is_not_measured() -> None:
    present = {"baseline": "of baseline", "treatment": "of treatment"}
    assert unmeasured(BEFORE, [trial("baseline", "dice")], present) == ("dcie",)
    assert unmeasured(BEFORE, [trial("baseline", "dcie")], present) == ()
    assert unmeasured(BEFORE, [], present) == ()
    # the code has changed since, and may write it now
    assert unmeasured(BEFORE, [trial("baseline", "dice")], {"baseline": "another"}) == ()
    # the baseline's code need not write what only the treatment's is asked for
    alone = plan("new >= 0.5")
    assert unmeasured(alone, [trial("baseline", "dice")], present) == ()
    assert unmeasured(alone, [trial("treatment", "dice")], present) == ("new",)
