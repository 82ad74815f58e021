"""What a search knew when it asked for a trial is part of the trial's record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_records import record_of

from ledger.errors import FormatError
from ledger.model import trial_file
from ledger.model.trial import Basis

TEXT = record_of("a", 0)[1]


@pytest.mark.parametrize(
    "asked", [Basis(), Basis(known={"at-3f2a9c1": ("seed-0", "seed-0.2")}, waiting=("at-1/seed-3", "b/x"))]
)
def test_it_is_read_as_it_was_written(asked: Basis) -> None:
    trial = replace(trial_file.loads(TEXT), asked=asked)
    assert trial_file.loads(trial_file.dumps(trial)) == trial


def test_a_record_of_a_declared_trial_says_nothing_of_it() -> None:
    assert trial_file.loads(TEXT).asked is None
    assert "asked" not in trial_file.dumps(trial_file.loads(TEXT))


@pytest.mark.parametrize("said", ["{known: [x]}", "{known: {a: x}}", "{waiting: [1]}", "yes"])
def test_what_is_none_is_refused(said: str) -> None:
    with pytest.raises(FormatError, match="`asked`"):
        trial_file.loads(f"{TEXT}asked: {said}\n")
