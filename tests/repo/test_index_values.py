"""What the index keeps comes back as it was, also what JSON has no words for."""

from __future__ import annotations

import datetime
import math
import re
import sqlite3
from dataclasses import replace
from typing import Any

from conftest import Project
from hypothesis import given
from hypothesis import strategies as st
from indexed import file_of, same

from ledger.model.finding import Answer, Finding
from ledger.model.remarks import Kind, Remark
from ledger.model.verdict import Judged
from ledger.repo.index.encoding import FINDING, JUDGED, decoded, encoded
from ledger.repo.index.tables import TABLES
from ledger.repo.ledger import open_ledger


def test_numbers_that_are_none_are_kept_and_those_beyond_all_pass_over_one_record(project: Project) -> None:
    project.ledger("new", "Rate", "--name", "a", "--from", "main", "-S", "train.lr=0.2", "--seeds", "6")
    project.ledger("run")
    folder = "experiments/a/trials/treatment"
    texts = {seed: (project.root / folder / f"seed-{seed}.yaml").read_text() for seed in range(6)}
    values = {0: ".inf", 1: "-.inf", 2: ".nan", 3: "1" + "0" * 400, 4: "0x" + "f" * 5000}
    files = {
        f"{folder}/seed-{seed}.yaml": re.sub(r"accuracy: [^,}\n]+", f"accuracy: {value}", texts[seed], count=1)
        for seed, value in values.items()
    }
    files[f"{folder}/seed-5.yaml"] = re.sub(r"(?m)^seconds: .*$", "seconds: 1" + "0" * 400, texts[5])
    project.commit("odd", files)

    same(project.root)
    with open_ledger(project.root) as ledger:
        found = {row.trial: row.extra.get("not_finite") for row in ledger.rows("trials")}
        assert found == {
            f"treatment/seed-{seed}": {"accuracy": text} for seed, text in enumerate(("inf", "-inf", "nan"))
        }
        (experiment,) = ledger.experiments()
        assert len(experiment.problems) == 3
    sql = "SELECT value, n FROM metrics WHERE trial IS NOT NULL AND name = 'accuracy'"
    assert project.ledger("query", sql, "--json").json == [{"value": None, "n": 0}] * 3
    assert project.ledger("table").code == 0


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.datetimes().map(lambda moment: moment.replace(fold=0)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("$ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text("ab.$", max_size=3), values, max_size=4))
def test_values_that_json_cannot_say_come_back(given_: dict[str, Any]) -> None:
    assert repr(decoded([encoded(given_), encoded({})])) == repr([given_, {}])


def test_what_is_odd_is_marked() -> None:
    assert encoded({"a": 1}) == '{"a":1}'
    assert encoded({"a": math.inf}) == '{"a":{"$":"inf"}}'
    assert encoded({"a": datetime.date(2026, 1, 2)}) == '{"a":{"$":"date","at":"2026-01-02"}}'
    assert encoded({"a": {"$": 1}}) == '{"a":{"$":"map","of":{"$":1}}}'


def test_what_a_search_has_found_and_why_there_is_no_estimate_come_back() -> None:
    finding = Finding(answer=Answer.STEP, version="at-3f2a9c1", posterior=0.98, trainings=9, budget=60, confidence=0.95)
    assert FINDING.encode is not None and FINDING.decode is not None
    assert FINDING.decode([FINDING.encode(finding), None]) == [finding, None]
    why = Remark.of(Kind.NOT_FINITE, lacking=2, declared=2, arm="treatment", metric="dice")
    told = Judged(text="dice >= 0.9", outcome="supported", estimate=0.95, interval=(0.94, math.inf), remarks=(why,))
    untold = Judged(text="dice >= 0.9", outcome="inconclusive", remarks=(why,))
    assert JUDGED.encode is not None and JUDGED.decode is not None
    assert JUDGED.decode([JUDGED.encode((told, untold))]) == [(replace(told, remarks=()), untold)]


def test_the_tables_are_as_they_are_declared(history: Project) -> None:
    same(history.root)
    with sqlite3.connect(file_of(history.root)) as connection:
        for table in TABLES:
            found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table.name})")]
            assert found == [*table.keys, *table.columns]
