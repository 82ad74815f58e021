"""`ledger void`: a trial stays in the record and counts nowhere; the verdict says so and is not confirmatory."""

from __future__ import annotations

import pytest
from conftest import Project, Shelved

from ledger.git import branch

TRIAL = "a:treatment/seed-1"
RECORD = "experiments/a/trials/treatment/seed-1.yaml"


def ran(project: Project) -> None:
    """An experiment of three seeds that is supported by them."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy >= baseline - 5", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """A copy of it."""
    return shelved(ran)


def void(project: Project, *more: str) -> None:
    project.ledger("void", TRIAL, "-m", "the disk was full", *more)


def counts(project: Project) -> dict[str, int]:
    """How many trials each command sums up of the treatment."""
    (arm,) = (r for r in project.ledger("table", "--variants", "--json").json if r["variant"] == "treatment")
    query = "SELECT n FROM metrics WHERE variant = 'treatment' AND trial IS NULL AND name = 'accuracy'"
    difference = next(m for m in project.ledger("diff", "--json").json["metrics"] if m["name"] == "accuracy")
    return {
        "table": arm["metrics"]["accuracy"]["n"],
        "query": project.ledger("query", "--json", query).json[0]["n"],
        "diff": difference["b"]["n"],
        "status": project.ledger("status", "--json").json["succeeded"] - 3,
        "log": project.ledger("log", "--json").json[0]["value"]["n"],
    }


def test_it_counts_nowhere_and_stays_in_the_record(project: Project) -> None:
    before = project.git("rev-parse", f"HEAD:{RECORD}")
    assert set(counts(project).values()) == {3}
    done = project.ledger("void", TRIAL, "-m", "the disk was full", "--json").json
    assert done["trial"] == "treatment/seed-1" and done["voided"] and not done["verdict_outdated"]
    assert project.git("log", "-1", "--format=%H") == done["commit"]
    assert project.git("log", "-1", "--format=%(trailers:key=Ledger-Void,valueonly)").strip() == "treatment/seed-1"
    assert "the disk was full" in project.git("log", "-1", "--format=%B")
    assert project.git("rev-parse", f"HEAD:{RECORD}") == before
    assert project.git("status", "--porcelain") == ""
    assert set(counts(project).values()) == {2}
    shown = {t["id"]: t for t in project.ledger("show", "--json").json["trials"]}
    assert shown["treatment/seed-1"]["voided"]["why"] == "the disk was full"
    assert shown["treatment/seed-0"]["voided"] is None
    assert "voided" in project.ledger("show").out
    rows = {r["trial"]: r for r in project.ledger("table", "--trials", "--json").json}
    assert rows["treatment/seed-1"]["trial_status"] == "voided"
    proof = project.ledger("verify", "a", "--json").json
    assert proof["problems"] == []
    (remark,) = (f for f in proof["unproved"] if f["trial"] == "treatment/seed-1")
    assert "voided by" in remark["message"] and "the disk was full" in remark["message"]


def test_its_replicate_runs_again_past_the_cache(project: Project) -> None:
    void(project)
    assert "1 declared trial has no result yet" in project.ledger("conclude", "-m", "", code=2).err
    (again,) = project.ledger("run", "--json").json["trials"]
    assert again["id"] == "treatment/seed-1.2"
    (record,) = (t for t in project.ledger("show", "--json").json["trials"] if t["id"] == "treatment/seed-1.2")
    assert record["reused"] is None
    text = project.git("show", "HEAD:experiments/a/trials/treatment/seed-1.2.yaml")
    assert "cached: true" not in text
    assert set(counts(project).values()) == {3}


def test_a_verdict_after_a_void_is_not_confirmatory(project: Project) -> None:
    project.ledger("conclude", "-m", "")
    first = project.ledger("show", "--json").json["verdict"]
    assert first["outcome"] == "supported" and "voided" not in first
    void(project)
    proof = project.ledger("verify", "a", "--json").json
    assert proof["problems"] == []
    assert any("out of date: trials were voided since" in f["message"] for f in proof["unproved"])
    assert "out of date" in project.ledger("land", "a", code=2).err
    project.ledger("run")
    verdict = project.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["numbers_say"], verdict["confirmatory"]) == ("inconclusive", "supported", False)
    assert "1 trial was voided after results: treatment/seed-1" in verdict["reasons"]
    assert verdict["voided"] == ["treatment/seed-1"]
    assert "voided: treatment/seed-1, the disk was full" in verdict["warnings"]
    assert "1 trial was voided after results" in (project.root / "experiments/a/verdict.md").read_text()
    proof = project.ledger("verify", "a", "--json").json
    assert proof["problems"] == [] and not any("out of date" in f["message"] for f in proof["unproved"])


def test_a_verdict_after_a_record_was_changed_says_so(project: Project) -> None:
    project.ledger("conclude", "-m", "")
    name = "experiments/a/trials/treatment/seed-1.yaml"
    text = (project.root / name).read_text()
    project.commit("forged", {name: text.replace("accuracy: ", "accuracy: 9")})
    assert "out of date: records were changed since" in project.ledger("status", "a").out


def test_a_landed_verdict_that_is_out_of_date_is_computed_again_next(project: Project) -> None:
    project.ledger("conclude", "-m", "")
    project.ledger("land", "a", "--record")
    assert "next: nothing: it has landed" in project.ledger("status").out
    void(project)
    project.ledger("run")
    said = project.ledger("status").out
    assert "! the verdict is out of date" in said and "next: ledger conclude computes the verdict again" in said


def test_a_pair_that_is_voided_whole_is_chosen_too(project: Project) -> None:
    void(project)
    project.ledger("void", "a:baseline/seed-1", "-m", "the disk was full")
    project.ledger("run")
    verdict = project.ledger("conclude", "--json").json
    assert "2 trials were voided after results: baseline/seed-1, treatment/seed-1" in verdict["reasons"]
    assert verdict["outcome"] == "inconclusive"


def test_undo(project: Project) -> None:
    tree = project.git("rev-parse", "HEAD^{tree}")
    void(project)
    done = project.ledger("void", TRIAL, "--undo", "--json").json
    assert not done["voided"]
    assert project.git("rev-parse", "HEAD^{tree}") == tree
    assert project.ledger("conclude", "--json").json["confirmatory"]
    assert "is not voided" in project.ledger("void", TRIAL, "--undo", code=2).err


def test_typed_again_after_a_kill(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    state = project.state()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(branch, "advance", killed)
        project.ledger("void", TRIAL, "-m", "the disk was full", code=None)
    assert project.state() == state
    void(project)
    tip = project.git("rev-parse", "HEAD")
    # behind its commit
    assert "is already voided: the disk was full" in project.ledger("void", TRIAL, "-m", "the disk was full").out
    assert project.git("rev-parse", "HEAD") == tip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a", "-m", "x"), "a is not a trial"),
        (("a:treatment", "-m", "x"), "a:treatment is not a trial"),
        (("main", "-m", "x"), "main is not a trial"),
        (("a:treatment/seed-9", "-m", "x"), "no trial treatment/seed-9"),
        ((TRIAL, "-m", " "), "say why the trial does not count"),
        ((TRIAL,), "say why the trial does not count"),
    ],
)
def test_what_is_refused(project: Project, arguments: tuple[str, ...], says: str) -> None:
    state = project.state()
    assert says in project.ledger("void", *arguments, code=2).err
    assert project.state() == state


def test_what_has_landed_stays_as_it_is(project: Project) -> None:
    project.ledger("conclude", "-m", "")
    project.git("switch", "-q", "main")
    project.ledger("land", "a", "--record")
    project.git("branch", "-q", "-D", "exp/a")
    state = project.state()
    assert "a has landed, and its branch is gone" in project.ledger("void", TRIAL, "-m", "x", code=2).err
    assert project.state() == state


def test_a_void_that_cannot_be_read_voids_all_the_same(project: Project) -> None:
    project.commit("by hand", {RECORD.replace(".yaml", ".void"): "<<<<<<<\n"})
    assert set(counts(project).values()) == {2}
    problems = project.ledger("verify", "a", "--json", code=1).json["problems"]
    assert any("seed-1.void" in f["message"] for f in problems)


def test_a_void_of_no_record_is_a_problem(project: Project) -> None:
    project.commit("by hand", {"experiments/a/trials/treatment/seed-7.void": "schema: 1\nby: me\nwhy: x\n"})
    problems = project.ledger("verify", "a", "--json", code=1).json["problems"]
    assert any("voids a record that does not exist" in f["message"] for f in problems)


def test_a_record_thrown_away_under_a_void_is_a_remark(project: Project) -> None:
    void(project)
    project.git("rm", "-q", RECORD)
    project.git("commit", "-q", "-m", "away")
    messages = [f["message"] for f in project.ledger("verify", "a", "--json", code=None).json["problems"]]
    assert not any("seed-1.yaml is gone" in message for message in messages), messages


def test_an_arm_of_another_experiment(project: Project) -> None:
    """What is voided there later makes the verdict old, and not false."""
    project.git("switch", "-q", "main")
    project.ledger("new", "B", "--name", "b", "--predict", "accuracy >= a - 5", "--seeds", "3", "-S", "train.lr=0.3",
                   "--baseline", "a")  # fmt: skip
    project.ledger("run")
    project.ledger("conclude", "-m", "")
    project.ledger("void", TRIAL, "-m", "the disk was full")
    proof = project.ledger("verify", "b", "--json").json
    assert proof["problems"] == []
    assert any("voided since" in f["message"] and TRIAL in f["message"] for f in proof["unproved"])


def test_a_void_elsewhere_that_is_taken_back(project: Project) -> None:
    """A verdict that knew of it is old then, and not false."""
    project.git("switch", "-q", "main")
    project.ledger("void", TRIAL, "-m", "the disk was full")
    project.ledger("new", "B", "--name", "b", "--predict", "accuracy >= a - 5", "--seeds", "3", "-S", "train.lr=0.3",
                   "--baseline", "a")  # fmt: skip
    project.ledger("run")
    verdict = project.ledger("conclude", "--json").json
    assert f"voided: {TRIAL}" in verdict["warnings"]
    project.ledger("void", TRIAL, "--undo")
    proof = project.ledger("verify", "b", "--json").json
    assert proof["problems"] == []
    assert any("no longer" in f["message"] for f in proof["unproved"])


def test_a_baseline_that_is_repeated_elsewhere(project: Project) -> None:
    """The copy counts on, and whoever reads its verdict is told."""
    source = "a:baseline/seed-1"
    project.git("switch", "-q", "main")
    project.ledger("new", "B", "--name", "b", "--predict", "accuracy >= baseline - 5", "--seeds", "3", "-S",
                   "train.lr=0.3")  # fmt: skip
    trials = project.ledger("run", "--json").json["trials"]
    assert len(trials) == 6
    first = project.ledger("conclude", "--json").json
    assert first["outcome"] == "supported" and "voided_sources" not in first
    project.ledger("void", source, "-m", "the disk was full")
    proof = project.ledger("verify", "b", "--json").json
    assert proof["problems"] == []
    said = {f["trial"]: f["message"] for f in proof["unproved"]}
    assert "repeats a/baseline/seed-1, which was voided by Ada Lovelace" in said["baseline/seed-1"]
    assert f"out of date: voided since, or no longer: {source}" in said[None]
    assert "out of date" in project.ledger("show", "b").out
    verdict = project.ledger("conclude", "--json").json
    # nothing of what counts here was chosen: the numbers are as they were
    assert (verdict["outcome"], verdict["confirmatory"], verdict["predictions"]) == (
        "supported", True, first["predictions"])  # fmt: skip
    assert verdict["voided_sources"] == [source]
    assert f"repeated here, but voided where they ran: baseline/seed-1 ({source})" in verdict["warnings"]
    project.ledger("land", "b", "--record")
    project.ledger("void", source, "--undo")
    proof = project.ledger("verify", "b", "--json").json
    assert proof["problems"] == [] and any("no longer" in f["message"] for f in proof["unproved"])


def test_a_voided_trial_that_is_named(project: Project) -> None:
    void(project)
    told = f"{TRIAL} counts nowhere: it was voided by Ada Lovelace"
    assert told in " ".join(project.ledger("diff", "a:treatment/seed-0", TRIAL, "--json").json["warnings"])
    assert told in project.ledger("plot", "a:treatment/seed-0", TRIAL, "--distribution", "accuracy").err
    assert told not in project.ledger("plot", "a", "--distribution", "accuracy").err
