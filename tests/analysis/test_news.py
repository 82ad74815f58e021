"""What a pull says is new: trials are told apart by their names, whatever the clock says."""

from __future__ import annotations

from dataclasses import replace

import made_reviews

from ledger.analysis.news import news
from ledger.model.experiment import Experiment, Recorded
from ledger.model.void import Void


def trial(seed: int, *, attempt: int = 1, seconds: float = 1.0, void: Void | None = None) -> Recorded:
    record = made_reviews.review().failed[0].record
    made = replace(record.trial, variant="treatment", point=(("seed", seed),), attempt=attempt, seconds=seconds)
    return replace(record, trial=made, path=f"{made.id}.yaml", void=void)


def experiment(*trials: Recorded, notes: str = "") -> Experiment:
    found = made_reviews.review().experiment
    assert found is not None
    return replace(found, trials=trials, notes=notes, verdict=None)


def test_all_of_an_experiment_that_was_not_here_is_new() -> None:
    told = news(None, experiment(trial(0), trial(1), notes="## a\n\n## b\n"))
    assert (told.new, told.trials, told.notes) == (True, {"treatment": 2}, 2)


def test_only_what_was_not_here_is_new() -> None:
    told = news(experiment(trial(0), notes="## a\n"), experiment(trial(0), trial(1), notes="## b\n\n## a\n"))
    assert (told.new, told.trials, told.notes) == (False, {"treatment": 1}, 1)
    assert news(experiment(trial(0)), experiment(trial(0))).nothing


def test_two_who_ran_one_point_in_the_same_second_have_two_trials() -> None:
    ours, theirs = experiment(trial(0)), experiment(trial(0))
    united = experiment(trial(0), trial(0, attempt=2))
    renamed = {"treatment/seed-0": "treatment/seed-0.2"}
    assert news(ours, united, renamed).trials == {"treatment": 1}
    # the other result of one name, before anything is brought together
    assert news(ours, experiment(trial(0, seconds=2.0))).trials == {"treatment": 1}
    assert not news(ours, theirs).trials


def test_trials_that_were_voided() -> None:
    void = Void(by="Ada <ada@example.org>", when=made_reviews.WHEN, why="wrong data")
    assert news(experiment(trial(0)), experiment(trial(0, void=void))).voided == 1
    assert news(experiment(trial(0, void=void)), experiment(trial(0, void=void))).voided == 0
    ours, united = experiment(trial(0)), experiment(trial(0), trial(0, attempt=2, void=void))
    assert news(ours, united, {"treatment/seed-0": "treatment/seed-0.2"}).voided == 1
