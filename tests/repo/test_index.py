"""The index says what git says, however it came about, and its file can be lost, broken or held at any time."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Project
from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis.rows import rows_of
from ledger.errors import LedgerError
from ledger.model.finding import Answer, Finding
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.model.verdict import Judged
from ledger.repo.index import file as index_file
from ledger.repo.index import reading as index_reading
from ledger.repo.index.changes import Asked, Found
from ledger.repo.index.encoding import FINDING, JUDGED, decoded, encoded
from ledger.repo.index.tables import TABLES, VERSION
from ledger.repo.ledger import Ledger, open_ledger

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LEVELS = ("experiments", "variants", "trials")

Reader = Callable[..., Iterator[Found]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty experiments of all kinds: landed, archived, on a remote, not collected, failing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import histories

        root = tmp_path_factory.mktemp("history") / "repository"
        histories.build(root, experiments=40)
    return root


@pytest.fixture
def history(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A copy of it for one test."""
    root = tmp_path / "history"
    shutil.copytree(built, root, symlinks=True)
    return Project(root, capsys, monkeypatch)


def from_git(ledger: Ledger) -> dict[str, list[Row]]:
    """The rows of every level as they are computed from every experiment that can be read."""
    found = [rows_of(e) for e in ledger.experiments()]
    return {
        "experiments": [rows.experiment for rows in found],
        "variants": [row for rows in found for row in rows.variants],
        "trials": [row for rows in found for row in rows.trials],
    }


def same(root: Path) -> None:
    """Check every row of the index against git."""
    with open_ledger(root) as ledger:
        indexed = {level: ledger.rows(level) for level in LEVELS}
        computed = from_git(ledger)
    for level in LEVELS:
        assert indexed[level] == computed[level], level


def file_of(root: Path) -> Path:
    return root / ".git" / "ledger" / "index.db"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the experiments that the index reads again."""
    names: list[str] = []
    real = index_reading.read

    def spy(git: Any, asked: Sequence[Asked], *, main: str | None) -> Iterator[Found]:
        names.extend(one.wanted.name for one in asked)
        return real(git, asked, main=main)

    monkeypatch.setattr(index_reading, "read", spy)
    return names


def test_the_rows_are_those_of_git(history: Project, read: list[str]) -> None:
    same(history.root)
    assert len(read) == 40
    read.clear()

    same(history.root)
    assert not read, "an index that is current reads nothing"


def test_every_experiment_is_there_once_with_its_status(history: Project) -> None:
    with open_ledger(history.root) as ledger:
        rows = ledger.rows("experiments")
        found = {row.experiment: row.status for row in rows}

        assert len(found) == len(rows) == len(ledger.snapshot.sources) == 40
        assert {"landed", "archived", "concluded", "recorded"} <= set(found.values())
        assert [row.experiment for row in rows] == [entry.name for entry in ledger.entries()]


def test_what_changes_is_read_again_and_nothing_else(history: Project, read: list[str]) -> None:
    same(history.root)
    with open_ledger(history.root) as ledger:
        shared = {ref.rpartition("/")[2] for ref in ledger.git.refs("refs/remotes")}
        here = [name for name, s in ledger.snapshot.sources.items() if s.branch and not s.landed and name not in shared]
        moved, gone, noted = here[0], here[1], here[2]
        judged = "".join(f'- {{text: "{p}", outcome: refuted}}\n' for p in ledger.experiment(noted).plan.predictions)
    git = history.git
    commit = git("commit-tree", f"exp/{moved}^{{tree}}", "-p", f"exp/{moved}", "-m", "code")
    git("update-ref", f"refs/heads/exp/{moved}", commit)
    git("update-ref", "-d", f"refs/heads/exp/{gone}")
    git("switch", "-q", f"exp/{noted}")
    history.commit(
        "verdict", {f"experiments/{noted}/verdict.md": f"---\noutcome: refuted\npredictions:\n{judged}---\nno\n"}
    )
    history.git("switch", "-q", "main")
    read.clear()

    same(history.root)

    # without its branch the tags of its trials speak for it
    assert sorted(read) == sorted([moved, gone, noted])
    with open_ledger(history.root) as ledger:
        assert {row.experiment: row.status for row in ledger.rows("experiments")}[gone] == "no branch here"
    for tag in history.git("tag", "--list", f"ledger/{gone}/*").split():
        git("tag", "-d", tag)
    with open_ledger(history.root) as ledger:
        assert gone not in {row.experiment for row in ledger.rows("experiments")}
        assert {e.name: e.outcome for e in ledger.entries()}[noted] == "refuted"


def test_a_commit_on_main_does_not_touch_what_has_landed(history: Project, read: list[str]) -> None:
    same(history.root)
    read.clear()
    history.commit("other", {"README.md": "x"})

    same(history.root)

    assert not read


def test_trials_that_are_not_collected_come_and_go(history: Project, read: list[str]) -> None:
    same(history.root)
    read.clear()
    ref, commit = history.git(
        "for-each-ref", "--count=1", "--format=%(refname) %(objectname)", "refs/ledger/trials"
    ).split()
    name = ref.split("/")[3]
    with open_ledger(history.root) as ledger:
        before = sum(row.experiment == name for row in ledger.rows("trials"))
    history.git("update-ref", "-d", ref)

    same(history.root)

    assert read == [name]
    with open_ledger(history.root) as ledger:
        assert sum(row.experiment == name for row in ledger.rows("trials")) == before - 1
    history.git("update-ref", ref, commit)
    same(history.root)


def test_another_version_of_ledger_reads_all_again(
    history: Project, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same(history.root)
    read.clear()
    monkeypatch.setattr("ledger.repo.index.current.__version__", "99")

    same(history.root)
    assert len(read) == 40
    read.clear()
    same(history.root)
    assert not read


# --- the file


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : len(data) - 100] = b"\xff" * (len(data) - 4196)
    path.write_bytes(data)


def older(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("CREATE TABLE other (x)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def not_json(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE variant SET metrics = '{'")


def changed(statement: str) -> Callable[[Path], None]:
    """Damage that SQLite itself does not see."""

    def damage(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)

    return damage


UNSEEN = {
    "not UTF-8": "UPDATE variant SET metrics = CAST(x'7b22ff7d' AS TEXT)",
    "no map": "UPDATE variant SET params = '[]'",
    "another form": """UPDATE variant SET metrics = '{"accuracy":1}'""",
    "nothing": "UPDATE variant SET data = NULL",
    "no date": "UPDATE experiment SET created = 'x'",
    "no number": "UPDATE meta SET value = 'x'",
    "no table": "DROP TABLE trial",
}


@pytest.mark.parametrize("statement", UNSEEN.values(), ids=UNSEEN)
def test_damage_that_sqlite_does_not_see(history: Project, statement: str) -> None:
    same(history.root)
    changed(statement)(file_of(history.root))

    same(history.root)
    with open_ledger(history.root) as ledger:
        assert ledger.entries()
        assert ledger.index.on_disk


@pytest.mark.parametrize("damage", [garbage, truncated, scribbled, older, empty, not_json, Path.unlink])
def test_a_file_that_is_damaged_is_built_anew(history: Project, damage: Callable[[Path], None]) -> None:
    same(history.root)
    damage(file_of(history.root))

    assert history.ledger("table").code == 0
    same(history.root)
    with open_ledger(history.root) as ledger:
        assert ledger.rows("experiments")
        assert ledger.index.on_disk


def test_a_query_that_meets_damage_is_answered_all_the_same(history: Project) -> None:
    asked = ("query", "SELECT count(*) AS n FROM trials", "--json")
    found = history.ledger(*asked).json
    path = file_of(history.root)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,), (size,)) = (
            connection.execute(sql).fetchone()
            for sql in ("SELECT rootpage FROM sqlite_master WHERE name = 'trial'", "PRAGMA page_size")
        )
    connection.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)

    assert history.ledger(*asked).json == found
    same(history.root)


def test_a_file_of_a_newer_version_is_left_alone(history: Project) -> None:
    path = file_of(history.root)
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    before = path.read_bytes()

    log = history.ledger("log")

    assert len(log.out.splitlines()) == 41
    assert log.err.count("written by a newer version of ledger: it is not used") == 1
    assert path.read_bytes() == before
    same(history.root)


def test_a_file_that_another_process_holds_is_done_without(
    history: Project, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    monkeypatch.setattr(index_file, "BUSY_SECONDS", 0.0)
    same(history.root)
    history.git(
        "branch", "exp/another", history.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp")
    )
    read.clear()
    other = sqlite3.connect(file_of(history.root), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    same(history.root)

    assert read == ["another"], "what is on the disk is the beginning"
    other.execute("ROLLBACK")
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    same(history.root)
    other.close()


@pytest.mark.parametrize("obstacle", ["a folder in place of the file", "a file in place of the folder"])
def test_where_no_file_can_be_the_answer_is_the_same(history: Project, obstacle: str) -> None:
    path = file_of(history.root)
    if obstacle.startswith("a folder"):
        path.mkdir(parents=True)
    else:
        path.parent.write_text("x")

    same(history.root)

    assert len(history.ledger("log").out.splitlines()) == 41


def test_a_file_that_cannot_be_written_is_read(
    history: Project, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    same(history.root)
    read.clear()

    def refuse(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(index_file, "_connected", refuse)
    same(history.root)

    assert not read


def test_a_file_that_is_deleted_during_a_read(history: Project) -> None:
    with open_ledger(history.root) as ledger:
        before = ledger.rows("trials")
        shutil.rmtree(file_of(history.root).parent)
        assert ledger.rows("trials") == before
        ledger.refresh()
        assert ledger.rows("trials") == before
    same(history.root)


def test_what_another_process_has_written_meanwhile_is_not_written_over(
    history: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    same(history.root)
    first = history.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp")
    history.git("branch", "exp/one", first)
    real = index_reading.read
    calls: list[int] = []

    def slow(git: Any, asked: Sequence[Asked], *, main: str | None) -> Iterator[Found]:
        calls.append(len(asked))
        if len(calls) == 1:
            history.git("branch", "exp/two", first)
            same(history.root)
        return real(git, asked, main=main)

    monkeypatch.setattr(index_reading, "read", slow)
    with open_ledger(history.root) as ledger:
        ledger.rows("experiments")
    monkeypatch.setattr(index_reading, "read", real)

    assert calls[0] == 1
    same(history.root)


def names_of(ledger: Ledger) -> list[str]:
    """All that the index has a line of."""
    return [name for (name,) in ledger.index._reading(lambda c: c.execute("SELECT name FROM experiment").fetchall())]


def test_what_was_checked_is_what_is_read(history: Project) -> None:
    """A process that looked at the refs earlier may write what it saw between our check and our question."""
    with open_ledger(history.root) as old, open_ledger(history.root) as new:
        assert old.snapshot.listing
        first = history.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp")
        history.git("branch", "exp/another", first)
        assert "another" in names_of(new)

        assert "another" not in names_of(old), "it answers for the moment at which it looked"
        assert "another" in names_of(new)
    with open_ledger(history.root) as ours:
        assert "another" in names_of(ours)
        with sqlite3.connect(file_of(history.root)) as other:
            other.execute("UPDATE meta SET value = 'older' WHERE key = 'state'")
            other.execute("DELETE FROM experiment WHERE name = 'another'")

        assert "another" in names_of(ours)


# --- which branch speaks


@pytest.fixture
def ahead(project: Project) -> Project:
    """An experiment whose branch on a remote holds a verdict that the one here does not."""
    project.ledger("new", "Rate", "--name", "a", "--from", "main", "-S", "train.lr=0.2")
    project.commit("verdict", {"experiments/a/verdict.md": VERDICT})
    project.git("update-ref", "refs/remotes/origin/exp/a", "HEAD")
    project.git("reset", "-q", "--hard", "HEAD^")
    project.git("switch", "-q", "main")
    return project


VERDICT = "---\noutcome: refuted\n---\nno\n"


def outcome(project: Project) -> str | None:
    (entry,) = project.ledger("log", "--json").json
    shown = project.ledger("show", "a", "--json").json
    assert (shown["verdict"] or {}).get("outcome") == entry["outcome"], "one by name, and all at once"
    found: str | None = entry["outcome"]
    return found


def test_a_remote_that_is_ahead_speaks(ahead: Project) -> None:
    assert outcome(ahead) == "refuted"
    refused = ahead.ledger("archive", "a", code=2)
    assert "exp/a is behind origin/exp/a" in refused.err
    assert "git merge --ff-only origin/exp/a" in refused.err

    ahead.git("switch", "-q", "exp/a")
    ahead.commit("other", {"experiments/a/notes.md": "mine"})

    assert outcome(ahead) is None, "where they have grown apart, the one here speaks"


def test_of_two_remotes_the_one_that_is_ahead_speaks(ahead: Project) -> None:
    ahead.git("update-ref", "refs/remotes/backup/exp/a", "exp/a")
    ahead.git("branch", "-D", "exp/a")

    assert outcome(ahead) == "refuted"


def test_what_has_landed_speaks_before_a_remote_that_it_holds(ahead: Project) -> None:
    ahead.git("branch", "-D", "exp/a")
    ahead.git("merge", "-q", "--no-ff", "-m", "adopt", "origin/exp/a")
    assert outcome(ahead) == "refuted"
    ahead.commit("correct", {"experiments/a/verdict.md": VERDICT.replace("refuted", "supported")})

    assert outcome(ahead) == "supported"


def test_trials_are_collected_while_a_remote_is_ahead(ahead: Project) -> None:
    with open_ledger(ahead.root) as ledger:
        here = ledger.here("a")
        found = ledger.find("a")
    assert here is not None
    assert found is not None
    assert (here.branch, here.outcome) == ("refs/heads/exp/a", None)
    assert found.branch == "refs/remotes/origin/exp/a"


def test_a_prefix_without_a_slash(project: Project) -> None:
    project.commit("settings", {"ledger.yaml": "branch_prefix: exp-\n"})
    project.ledger("new", "Rate", "--name", "a", "--from", "main", "-S", "train.lr=0.2")
    project.git("branch", "other/b")
    project.git("branch", "expert")

    assert project.git("branch", "--show-current") == "exp-a"
    for _ in range(2):
        assert [entry["name"] for entry in project.ledger("log", "--json").json] == ["a"]
    assert project.ledger("show", "a", "--json").json["name"] == "a"


# --- reading


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


@pytest.mark.parametrize(
    ("option", "end"), [("--batch --buffer", '"$real" "$@" | head -c 3000'), ("--batch", "exit 1")]
)
def test_a_git_that_dies_during_a_read_leaves_nothing_behind(
    history: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, end: str
) -> None:
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\nreal="{real}"\nif [ "$*" = "cat-file {option}" ]; then {end}; exit 1; fi\nexec "$real" "$@"\n'
    )
    fake.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
        with open_ledger(history.root) as ledger, pytest.raises(LedgerError, match="git cat-file ended early"):
            ledger.rows("experiments")
            for name in ledger.snapshot.sources:
                ledger.find(name)

    same(history.root)


def test_several_processes_read_what_one_reads(history: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_reading, "MANY", 2)
    monkeypatch.setattr(index_reading, "CHUNK", 7)
    monkeypatch.setattr(index_reading, "_processors", lambda: 3)
    same(history.root)
    file_of(history.root).unlink()
    # helpers that die at once leave the work to us
    monkeypatch.setattr("sys.executable", "false")
    same(history.root)


def test_a_branch_whose_objects_are_gone_is_passed_over(history: Project) -> None:
    with open_ledger(history.root) as ledger:
        ledger.snapshot.__dict__["listing"] = f"{ledger.snapshot.listing}\n{'1' * 40} refs/heads/exp/vanished"

        assert len(ledger.rows("experiments")) == 40
        assert not ledger.unreadable()


def test_what_cannot_be_read_is_named_and_what_is_too_new_is_counted(project: Project) -> None:
    project.ledger("new", "Sound", "--seeds", "2")
    record = json.dumps({"schema": 9, "anything": 1})
    folder = "experiments/sound/trials/treatment"
    project.commit("new", {f"{folder}/seed-0.yaml": record, f"{folder}/seed-1.yaml": record})
    project.ledger("new", "Broken", "--from", "main")
    project.commit("break", {"experiments/broken/hypothesis.md": "no plan"})

    for command in (["log"], ["table"]):
        said = project.ledger(*command).err
        assert said.count("2 records are of a newer version of ledger") == 1
        assert said.count("experiments/broken/hypothesis.md on exp/broken: there is no front matter") == 1


def test_names_that_git_takes_and_ledger_does_not(project: Project) -> None:
    project.ledger("new", "Sound")
    commit = project.git("rev-parse", "HEAD")
    for name in ("exp/Ünïcode", "exp/deep/er", "exp/a'b", 'exp/a"b'):
        project.git("update-ref", f"refs/heads/{name}", commit)

    assert [row["experiment"] for row in project.ledger("table", "--json").json] == ["sound"]


def test_an_unknown_level(project: Project) -> None:
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match="there are no rows of seeds"):
        ledger.rows("seeds")


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
