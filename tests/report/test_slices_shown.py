"""What is said of slices: in one sentence, in eighty columns, as a table and as a picture."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ledger.analysis.case_results import Paired
from ledger.analysis.sliced import Sliced, chosen
from ledger.analysis.slices import slices, worst
from ledger.errors import LedgerError
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.report import slices as report
from ledger.report.documents import Format, rendered

LABELS = {
    "site": tuple("ABC"[i % 3] for i in range(90)),
    "age": tuple("" if i == 0 else str(20 + i) for i in range(90)),
    "=evil()": tuple("\x1b[31mred" if i % 2 else "@plain" for i in range(90)),
}


def found(change: dict[str, float], *, seeds: int = 3, listed: int | None = None, **others: Any) -> Sliced:
    """Two arms that differ by so much at each site."""
    luck = np.random.default_rng(5)
    a = 0.7 + luck.normal(0, 0.05, (1, 90)) + luck.normal(0, 0.01, (seeds, 90))
    b = a + np.array([change.get(site, 0.0) for site in LABELS["site"]]) + luck.normal(0, 0.01, (seeds, 90))
    ids = tuple(f"c{i}" for i in range(90))
    pair = Paired(metric="dice", ids=ids, labels=LABELS, a=a, b=b, same_seeds=True, total=90)
    given = {"cluster": None, "where": None, "total": 90, "warnings": ()} | others
    return Sliced(
        metric="dice",
        a="x:baseline",
        b="x",
        slices=slices(pair, ("site", "age", "=evil()")),
        worst=None if listed is None else worst(pair, listed, lower_is_better=False),
        **given,
    )


def text(one: Sliced, form: Format = Format.TEXT) -> str:
    """The document, in eighty columns where it is text."""
    return rendered(report.document(one, Settings()), form, total=80 if form is Format.TEXT else None)


def test_what_differs_is_named_and_the_rest_is_counted() -> None:
    said = report.sentence(found({"C": -0.1}))
    assert said.startswith("dice of treatment is lower at ") and "site=C (-0.0" in said and ", 30 cases)" in said
    assert "site=A" not in said and "site=B" not in said
    assert "; no difference was detected in " in said and said.endswith(" slices (Holm's correction, 5%).")
    both = report.sentence(found({"A": 0.1, "C": -0.1}))
    assert "lower at site=C" in both and "and higher at site=A" in both


def test_what_does_not_differ_is_not_made_out_to() -> None:
    said = report.sentence(found({}))
    assert said.startswith("No difference between baseline and treatment was detected in any of 5 slices")
    assert "The nearest to significance is " in said
    # identical arms have no interval, and nothing is the nearest
    same = found({}, seeds=1)
    assert "higher" not in report.sentence(same)


def test_it_fits_a_terminal_and_hostile_text_does_nothing() -> None:
    one = found({"C": -0.1}, warnings=(Remark.of(Kind.ONE_SEED),))
    shown = text(one)
    # behind the sentence, which flows as all prose does
    assert max(len(line) for line in shown.partition("slice  ")[2].splitlines()) <= 80
    assert (
        "\x1b" not in shown
        and "~ " in shown
        and " ".join(shown.split()).endswith("the intervals ignore their variation")
    )
    # 89 ages and pairs of theirs have one case each
    assert "slices have too few cases (--min-cases)" in shown
    assert "\x1b" not in text(one, Format.HTML) and "<script" not in text(one, Format.HTML)
    sheet = text(found({}, listed=3), Format.CSV).splitlines()
    assert sheet[0] == "case,site,age,'=evil(),baseline,treatment,difference" and len(sheet) == 4


def test_the_numbers_are_the_same_as_json() -> None:
    one = found({"C": -0.1})
    data = json.loads(json.dumps(report.document(one, Settings()).data))
    assert list(data) == [
        "metric", "a", "b", "said", "seeds", "confidence", "where", "all", "slices", "small", "cases", "warnings",
    ]  # fmt: skip
    at_c = next(each for each in data["slices"] if each["by"] == {"site": "C"})
    assert list(at_c) == ["by", "cases", "clusters", "a", "b", "difference", "interval", "p_value", "adjusted"]
    assert at_c["interval"][0] < at_c["difference"] < at_c["interval"][1] < 0
    assert at_c["adjusted"] >= at_c["p_value"]
    assert data["all"]["cases"] == 90 and data["cases"] == []
    listed = report.document(found({"C": -0.1}, listed=2), Settings()).data
    assert [each["labels"]["site"] for each in listed["cases"]] == ["C", "C"]


def test_the_worst_cases_are_said_to_be_chosen() -> None:
    said = report.sentence(found({"C": -0.1}, listed=4))
    assert said.startswith(
        "The 4 cases of 90 on which treatment is worst relative to baseline, by the mean over 3 seeds"
    )


def test_the_picture_has_a_row_a_slice() -> None:
    pytest.importorskip("altair")
    from ledger.report.plots import forest

    spec = forest.chart(found({"C": -0.1}), Settings(), "a title").to_dict()
    rows = max(spec["datasets"].values(), key=len)
    assert rows[-1]["slice"] == "all cases (90)" and len(rows) == 6
    assert {row["slice"]: row["kind"] for row in rows}["site=C (30)"] == "seen"
    assert [row["difference"] for row in rows[:-1]] == sorted(row["difference"] for row in rows[:-1])
    assert "difference in dice" in json.dumps(spec)


def test_cases_are_chosen_by_their_columns() -> None:
    ids = tuple(f"c{i}" for i in range(90))

    def count(expression: str) -> int:
        return len(chosen(expression, "case", ids, LABELS))

    assert count("site = C") == 30
    assert count("age > 100 and site in (A, B)") == 6
    assert count("age is null") == 1
    assert count("case ~ '^c1$'") == 1
    assert count("not site = C") == 60
    with pytest.raises(LedgerError, match="the cases have no column sit"):
        count("sit = C")
    with pytest.raises(LedgerError, match="cannot read --where"):
        count("site =")
