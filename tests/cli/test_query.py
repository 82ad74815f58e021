"""`ledger query`: what can be asked, and that nothing can be changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conftest import Project, Shelved, default_files
from test_bad_input import refused

from ledger.repo.index import live_views
from ledger.repo.index.query import VIEWS


def two_experiments(project: Project) -> None:
    """Two experiments of two trials each."""
    for name, rate in (("a", "0.2"), ("b", "0.3")):
        project.ledger("new", f"Rate {name}", "--name", name, "--from", "main", "-S", f"train.lr={rate}",
                       "--seeds", "2", "--tag", name)  # fmt: skip
        project.ledger("run")


def planned(project: Project) -> None:
    """An experiment that has not run, and its index."""
    project.ledger("new", "Rate")
    project.ledger("log")


@pytest.fixture
def two(shelved: Shelved) -> Project:
    """Two experiments of two trials each."""
    return shelved(two_experiments, default_files())


def test_what_is_asked_is_answered(two: Project) -> None:
    sql = "SELECT experiment, name, value, n FROM metrics WHERE trial IS NULL AND name = 'accuracy' ORDER BY value"
    found = two.ledger("query", sql, "--json").json
    table = {row["experiment"]: row["metrics"]["accuracy"] for row in two.ledger("table", "--json").json}

    assert [(row["experiment"], row["value"], row["n"]) for row in found] == [
        (name, table[name]["mean"], table[name]["n"]) for name in ("a", "b")
    ]
    params = two.ledger(
        "query", "SELECT value FROM params WHERE name = 'train.lr' AND trial IS NOT NULL", "--format", "csv"
    )
    assert params.out == "value\n" + "".join(f"{v}\n" for v in ("0.2", "0.2", "0.3", "0.3"))
    assert two.ledger("query", "SELECT count(*) AS n FROM trials").out == "n\n4\n"
    assert two.ledger("query", "SELECT 1 AS x, 2 AS x, NULL AS y, x'00ff' AS z", "--json").json == [
        {"x": 1, "x_2": 2, "y": None, "z": "00ff"}
    ]
    assert (
        two.ledger("query", "SELECT t.value FROM experiments, json_each(tags) t ORDER BY 1", "--format", "csv").out
        == "value\na\nb\n"
    )


def test_what_is_counted_is_what_the_table_shows(two: Project) -> None:
    sql = "SELECT experiment, recorded, (SELECT count(*) FROM metrics) > 0 AS some FROM experiments ORDER BY 1"
    found = two.ledger("query", sql, "--json").json
    table = {row["experiment"]: row["recorded"] for row in two.ledger("table", "--json").json}

    assert found == [{"experiment": name, "recorded": table[name], "some": 1} for name in ("a", "b")]
    assert two.ledger("query", "SELECT 'metrics AS (' AS \"x AS (\" -- metrics AS (", "--json").code == 0


def test_rows_that_are_left_out_are_told(two: Project) -> None:
    cut = two.ledger("query", "SELECT * FROM trials", "-n", "3")

    assert len(cut.out.splitlines()) == 4
    assert "only the first 3 rows" in cut.err
    for all_of_them in (4, 2**31 - 1):
        assert "only the first" not in two.ledger("query", "SELECT * FROM trials", "-n", str(all_of_them)).err


FORBIDDEN = [
    "DELETE FROM experiments",
    "INSERT INTO trial (id) VALUES (1)",
    "UPDATE experiment SET name = 'x'",
    "DROP VIEW experiments",
    "CREATE TABLE x (y)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "ATTACH 'other.db' AS other",
    "DETACH main",
    "PRAGMA user_version = 9",
    "PRAGMA writable_schema = 1",
    "VACUUM",
    "VACUUM INTO 'other.db'",
    "REINDEX",
    "BEGIN",
    "SELECT load_extension('x')",
    "SELECT * FROM experiment",
    "SELECT name FROM sqlite_master",
    "SELECT * FROM (SELECT name FROM experiment) experiments",
    "WITH experiments AS (SELECT name FROM experiment) SELECT * FROM experiments",
    'WITH "Experiments"(x) AS MATERIALIZED (SELECT name FROM experiment) SELECT * FROM experiments',
    "WITH metrics/**/AS/**/(SELECT name FROM experiment) SELECT * FROM metrics",
    "WITH metrics --\n AS (SELECT name FROM experiment) SELECT * FROM metrics",
    """WITH [Metrics]("a(b", "c)") AS (SELECT name, key FROM experiment) SELECT * FROM metrics""",
    "SELECT count(*) FROM prose",
    "SELECT count(*) FROM (SELECT 1 FROM Meta)",
    "SELECT count(*) FROM sqlite_master",
    "SELECT * FROM pragma_table_info('e')",
    "EXPLAIN SELECT * FROM experiment",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_nothing_else_can_be_read_or_changed(shelved: Shelved, sql: str) -> None:
    project = shelved(planned, default_files())
    index = project.root / ".git/ledger/index.db"
    before = hashlib.sha256(index.read_bytes()).hexdigest()

    refused(project, "query", sql, says="", hint="the views are experiments, variants, trials, metrics, params")

    assert hashlib.sha256(index.read_bytes()).hexdigest() == before
    assert not (project.root / "other.db").exists()


@pytest.mark.parametrize(
    ("sql", "says", "hint"),
    [
        ("SELECT outcom FROM experiments", "no view has a column outcom", "did you mean outcome?"),
        (
            "SELECT name FROM experiments",
            "experiments has no column name",
            "metrics and params have one; experiments:",
        ),
        ("SELECT e.value FROM experiments e", "experiments has no column value", "experiment, title, status"),
        ("SELECT title FROM trials, params", "trials and params have no column title", "experiments has one; trials:"),
        ("SELECT * FROM metric", "there is no view metric", "did you mean metrics?"),
        ("SELEC 1", 'near "SELEC": syntax error', "the views are"),
        ("SELECT 1; SELECT 2", "one statement at a time", "the views are"),
        ("", "this text holds no query", "ledger query"),
        ("/* nothing */", "this text holds no query", "ledger query"),
        ("SELECT zeroblob(1000000000)", "too big", "the views are"),
        ("SELECT " + "(" * 2000 + "1" + ")" * 2000, "", "the views are"),
    ],
)
def test_a_query_that_cannot_be_read(project: Project, sql: str, says: str, hint: str) -> None:
    refused(project, "query", sql, says=says, hint=hint)


def test_a_query_without_an_end_is_stopped(project: Project) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"

    refused(project, "query", endless, "--timeout", "0.1", says="longer than 0.1 seconds", hint="--timeout")


def test_the_views_are_as_documented(two: Project) -> None:
    two.ledger("log")
    text = (Path(__file__).parents[2] / "docs" / "query.md").read_text("utf-8")
    for view in VIEWS:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{view}` |")]
        named = [cell.strip("` ") for cell in row.split("|")[3].split(",")]
        head = two.ledger("query", f"SELECT * FROM {view}", "--format", "csv").out.splitlines()[0]
        assert head.split(",") == named


@pytest.mark.parametrize("few", [live_views.FEW, 1])
def test_the_trial_commit_is_where_show_says(two: Project, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(live_views, "FEW", few)
    found = two.ledger("query", "SELECT experiment, trial, trial_commit FROM trials", "--json").json

    assert len(found) == 4
    for name in ("a", "b"):
        shown = {t["id"]: t["commit"] for t in two.ledger("show", name, "--json").json["trials"]}
        assert {row["trial"]: row["trial_commit"] for row in found if row["experiment"] == name} == shown
        assert all(commit and commit[:7] in two.ledger("show", name).out for commit in shown.values())
    # an index that is in memory alone answers the same
    (two.root / ".git/ledger/index.db").unlink()
    (two.root / ".git/ledger/index.db").mkdir()
    assert two.ledger("query", "SELECT experiment, trial, trial_commit FROM trials", "--json").json == found
