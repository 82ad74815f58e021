"""What a prediction says of new cases: beside what it says of these, on per-case results that are made up."""

from __future__ import annotations

import numpy as np
import pytest
from judged import arm, plan
from pytest import approx

from ledger.analysis.case_results import CaseResults, united
from ledger.analysis.judge import judge
from ledger.analysis.on_new_cases import disagreement, on_new_cases
from ledger.model.cases import CaseTable
from ledger.model.verdict import Judged
from ledger.report.remarks import sentences
from ledger.stats.cases import clustered, crossed

IDS = tuple(f"c{i}" for i in range(60))
CLUSTERS = {"patient": tuple(f"p{i // 3}" for i in range(60))}


def results(label: str, rows: np.ndarray, ids: tuple[str, ...] = IDS) -> CaseResults:
    """The results of one arm, a trial a row."""
    tables = [
        (f"x:{label}/seed-{s}", (("seed", s),), CaseTable(ids=ids, values={"m": row.tolist()}, labels=CLUSTERS))
        for s, row in enumerate(rows)
    ]
    return united(label, tables)


def sides(effect: float, spread: float = 0.3, seeds: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """A baseline and a treatment whose effect differs by case."""
    luck = np.random.default_rng(11)
    baseline = 1 + luck.normal(0, 0.5, 60) + luck.normal(0, 0.05, (seeds, 60))
    own = luck.normal(0, spread, 60)
    own -= own.mean()
    return baseline, baseline + effect + own + luck.normal(0, 0.05, (seeds, 60))


def judged(text: str, baseline: np.ndarray, treatment: np.ndarray, *, cluster: str | None = None) -> Judged:
    """The prediction on these cases, then on new ones."""
    the_plan = plan(text)
    arms = {"baseline": arm("baseline", baseline.mean(axis=1)), "treatment": arm("treatment", treatment.mean(axis=1))}
    (here,) = judge(the_plan, arms).predictions
    own, other = results("treatment", treatment), results("baseline", baseline)
    against = None if the_plan.predictions[0].reference is None else other
    return on_new_cases(the_plan, the_plan.predictions[0], here, own, against, metric="m", cluster=cluster)


@pytest.mark.parametrize(
    ("effect", "spread", "text", "here", "said"),
    [
        (0.05, 0.3, "m > baseline", "supported", "holds on these cases; on new ones undecided"),
        (0.05, 0.01, "m > baseline", "supported", "holds on these cases, and on new ones"),
        (-0.05, 0.3, "m > baseline", "refuted", "refuted on these cases; on new ones undecided"),
        (-0.5, 0.3, "m > baseline", "refuted", "refuted on these cases, and on new ones"),
        (-0.5, 0.3, "m <= baseline - 0.1", "supported", "holds on these cases, and on new ones"),
        (0.01, 0.3, "m within 0.05 of baseline", "supported", "holds on these cases; on new ones undecided"),
        (0.5, 0.3, "m >= baseline + 30%", "supported", "holds on these cases, and on new ones"),
        (0.0, 0.3, "m >= 0.5", "supported", "holds on these cases, and on new ones"),
    ],
)
def test_what_is_said(effect: float, spread: float, text: str, here: str, said: str) -> None:
    found = judged(text, *sides(effect, spread))
    assert found.outcome == here
    assert sentences(found.remarks)[-1] == said
    assert found.over_cases is not None
    assert found.over_cases.outcome == ("inconclusive" if "undecided" in said else here)


def test_the_interval_is_that_of_seeds_and_cases_crossed() -> None:
    baseline, treatment = sides(0.05)
    found = judged("m > baseline", baseline, treatment).over_cases
    expected = crossed(treatment - baseline)
    assert found is not None and expected.variances is not None
    assert (found.cases, found.clusters) == (60, None)
    assert found.estimate == approx(expected.contrast.estimate)
    assert found.interval == approx(expected.contrast.interval(0.9))
    assert found.p_value == approx(expected.contrast.p_above(0))
    assert found.share == approx(expected.share) and found.variances == approx(expected.variances)
    by_patient = judged("m > baseline", baseline, treatment, cluster="patient").over_cases
    assert by_patient is not None and by_patient.clusters == 20
    again = crossed(clustered(treatment - baseline, CLUSTERS["patient"])).contrast
    assert by_patient.interval == approx(again.interval(0.9))


def test_it_is_never_surer_of_new_cases_than_of_these() -> None:
    # two seeds have one degree of freedom, to which the cases add: the crossed interval may be the narrower one
    luck = np.random.default_rng(0)
    narrower = 0
    for _ in range(50):
        baseline = luck.normal(0, 0.01, (2, 1)) + np.zeros((2, 60))
        treatment = 0.03 + luck.normal(0, 0.02, (2, 1)) + luck.normal(0, 0.1, 60) + luck.normal(0, 0.01, (2, 60))
        found = judged("m > baseline", baseline, treatment)
        assert found.over_cases is not None
        if found.outcome == "inconclusive":
            narrower += found.over_cases.interval[0] > 0
            assert found.over_cases.outcome == "inconclusive"
    assert narrower


def test_why_there_is_none() -> None:
    baseline, treatment = sides(0.05)
    the_plan = plan("m > baseline")
    arms = {"baseline": arm("baseline", baseline.mean(axis=1)), "treatment": arm("treatment", treatment.mean(axis=1))}
    (here,) = judge(the_plan, arms).predictions

    def said(own: CaseResults, other: CaseResults, metric: str = "m") -> str:
        found = on_new_cases(the_plan, the_plan.predictions[0], here, own, other, metric=metric, cluster=None)
        assert found.over_cases is None and found.outcome == here.outcome
        return sentences(found.remarks)[-1]

    own, other = results("treatment", treatment), results("baseline", baseline)
    assert said(own, results("baseline", baseline, (*IDS[:-1], "z\x1b"))) == (
        "the trials were not evaluated on the same cases: x:baseline/seed-0 lacks 1 case of and has 1 case beyond "
        "those of x:treatment/seed-0 (such as 'c59')"
    )
    assert said(own, other, "n").startswith("the per-case results of x:treatment/seed-0, x:treatment/seed-1")
    fewer = results("baseline", baseline[:4])
    assert said(own, fewer) == "per-case results are not used: the replicates of the two sides are not the same"


def test_the_metric_must_be_the_mean_over_the_cases() -> None:
    _, treatment = sides(0.05)
    found = results("treatment", treatment)
    measured = {point: float(np.mean(found.values["m"][point])) for point in found.names}
    assert disagreement(measured, found, "m", None) is None
    # as it was rounded
    assert disagreement({p: round(v, 3) for p, v in measured.items()}, found, "m", None) is None
    remark = disagreement({**measured, (("seed", 3),): 0.5}, found, "m", None)
    assert remark is not None
    assert sentences([remark])[0].startswith("per-case results are not used: the mean of m over the cases of x:treat")
    # of cases that are not as many in every patient, either mean
    uneven = np.array([[1.0, 1.0, 1.0, 4.0]])
    table = CaseTable(ids=IDS[:4], values={"m": uneven[0].tolist()}, labels={"patient": ("a", "a", "a", "b")})
    one = united("x", [("x", (("seed", 0),), table)])
    assert disagreement({(("seed", 0),): 2.5}, one, "m", "patient") is None
    assert disagreement({(("seed", 0),): 1.75}, one, "m", "patient") is None
    assert disagreement({(("seed", 0),): 2.5}, one, "m", None) is not None
