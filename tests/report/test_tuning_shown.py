"""A search for the best parameters as it is shown: its picture, its sentence and its table, true to its trials."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from test_svg import EVIL, drawn, texts

from ledger.analysis.tuning.state import ArmState, ArmTrial, TuneState, best_so_far, finding
from ledger.model.directions import HIGHER
from ledger.model.settings import Settings
from ledger.model.space import Configuration
from ledger.model.space_parser import parse
from ledger.model.tune_search import CURRENT, TuneSearch
from ledger.report import tune_search
from ledger.report.svg import tuning

SEARCH = TuneSearch(
    metric="acc",
    better=HIGHER,
    space=parse(["lr=1e-4..1.0:log", "layers=1..8", "opt=adam,sgd", "momentum=0.0..0.9 if opt = sgd"]),
    budget=7,
)
SETTINGS = Settings()


def arm(name: str, configuration: Configuration, *values: float, failed: int = 0) -> ArmState:
    points = ((("seed", seed),) for seed in range(len(values)))
    return ArmState(
        name=name, configuration=configuration, values=dict(zip(points, values, strict=True)), failed=failed
    )


ARMS = (
    arm(CURRENT, {"lr": 0.1, "layers": 2, "opt": "adam"}, 0.70, 0.72),
    arm("try-a", {"lr": 0.01, "layers": 4, "opt": "sgd", "momentum": 0.9}, 0.90, 0.84),
    arm("try-b", {"lr": 1.0, "layers": 8, "opt": "sgd", "momentum": 0.0}, failed=1),
    arm("try-c", {"lr": 0.001, "layers": 4, "opt": "adam"}, 0.89),
)
TRIALS = (
    ArmTrial(arm="try-b", value=None),
    ArmTrial(arm=CURRENT, value=0.70),
    ArmTrial(arm="try-a", value=0.90),
    ArmTrial(arm="try-c", value=0.89),
    ArmTrial(arm=CURRENT, value=0.72),
    ArmTrial(arm="try-a", value=0.84),
)
STATE = TuneState(search=SEARCH, replicates=2, arms=ARMS, trials=TRIALS, trainings=6, best=ARMS[1], finished=True)


def marks(root: Element, kind: str) -> list[Element]:
    return [each for each in root.iter() if {"mark", kind} <= set(each.attrib.get("class", "").split())]


def test_the_best_so_far_is_what_led_when_each_trial_had_ended() -> None:
    # what repeats the best brings its mean down, and no single trial stands beside it then
    assert best_so_far(STATE) == pytest.approx([None, 0.70, 0.90, 0.90, 0.90, 0.87])


def test_the_picture_has_every_trial_and_every_arm() -> None:
    root = drawn(tuning.tuning(STATE, SETTINGS) or "")
    assert len(marks(root, "arm-3")) == 2, "a square for each that repeats"
    # three others above; below those of two arms over three parameters each
    assert len(marks(root, "arm-1")) == 3 + 2 * 3
    # the best over all four, where its momentum counts
    assert len(marks(root, "arm-2")) == 4
    shown = texts(root)
    assert shown.count("×") == 1
    assert {"lr, by ratio", "layers", "opt", "momentum", "adam", "sgd", "trial"} <= set(shown)
    assert "× one that failed" in tuning.meaning(STATE) and "a square" in tuning.meaning(STATE)


def test_nothing_is_drawn_where_nothing_was_measured() -> None:
    failed = TuneState(
        search=SEARCH, replicates=2, arms=ARMS[2:3], trials=TRIALS[:1], trainings=1, best=None, finished=False
    )
    assert tuning.tuning(failed, SETTINGS) is None
    assert tune_search.told(finding(failed), "acc", HIGHER, SETTINGS) == "open: no trial has a value of acc yet"
    assert best_so_far(failed) == [None]


def test_names_of_others_are_text_in_the_picture() -> None:
    search = TuneSearch(metric=EVIL, better=HIGHER, space=SEARCH.space)
    state = TuneState(search=search, replicates=2, arms=ARMS, trials=TRIALS, trainings=6, best=ARMS[1], finished=True)
    assert drawn(tuning.tuning(state, SETTINGS) or "") is not None


def test_the_sentence_and_the_table_agree_with_the_arms() -> None:
    found = finding(STATE)
    assert (found.best, found.n, found.among) == ("try-a", 2, 2)
    assert found.current == pytest.approx(0.71)
    said = tune_search.told(found, "acc", HIGHER, SETTINGS)
    assert said.startswith("try-a is the best of 2 configurations: acc 0.870 ± 0.042 in 2 trials, 0.160 better")
    told = list(tune_search.remarks(found, "acc", "net"))
    assert told[0] == "lr=0.01, layers=4, opt=sgd, momentum=0.9"
    assert "try-b has a trial that failed or lacks acc, and counts as bad" in told
    assert told[-1] == "ledger confirm net puts it to the test on fresh seeds"
    table = tune_search.arms(STATE, SETTINGS)
    # the best first though another has one trial that is better, what failed last
    assert [row[0] for row in table.rows] == ["try-a", "try-c", CURRENT, "try-b"]
    assert table.rows[3][2] == "failed" and table.rows[1][6] == ""
