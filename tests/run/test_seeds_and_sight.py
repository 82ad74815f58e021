"""Seeds that nobody can pick, and what `new` says of what so many replicates can see."""

from __future__ import annotations

from conftest import Project

from ledger.model.hypothesis import derived_seeds


def test_hashed_seeds_follow_from_the_commit_that_holds_the_prediction(project: Project) -> None:
    project.ledger("new", "Rate", "--predict", "accuracy >= baseline", "--seeds", "hashed:3", "-S", "train.lr=0.2")
    first = project.git("rev-parse", "HEAD~1")
    assert project.git("log", "--format=%s", "main..HEAD").splitlines() == [
        f"seeds: derived from {first[:10]}",
        "new: Rate",
    ]
    before = project.git("show", f"{first}:experiments/rate/hypothesis.md")
    assert "accuracy >= baseline" in before
    assert "seeds_from: hashed:3" in before
    shown = project.ledger("show", "--json").json
    assert tuple(shown["replicates"]["seed"]) == derived_seeds(first, 3)
    project.ledger("run")
    project.ledger("conclude", "-m", "as expected")
    verdict = project.ledger("show", "--json").json["verdict"]
    assert verdict["amendments"] == []
    assert verdict["looks"] == 1


def test_other_hands_on_the_seeds_are_an_amendment(project: Project) -> None:
    project.ledger("new", "Rate", "--predict", "accuracy >= baseline", "--seeds", "hashed:3", "-S", "train.lr=0.2")
    project.ledger("amend", "--over", "seed=1,2,3", "-m", "I like these")
    project.ledger("run")
    project.ledger("conclude", "-m", "")
    amended = project.ledger("show", "--json").json["verdict"]["amendments"]
    assert [a["changed"] for a in amended] == [["replicates"]]


def test_hashed_seeds_need_a_number(project: Project) -> None:
    for text in ("hashed:", "hashed:x", "hashed:0", "hash:3"):
        answer = project.ledger("new", "Rate", "--seeds", text, code=2)
        assert "hint: " in answer.err


def test_derived_seeds_differ_and_stay_the_same() -> None:
    seeds = derived_seeds("3f2a9c1d" * 5, 100)
    assert len(set(seeds)) == 100
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert seeds[:5] == derived_seeds("3f2a9c1d" * 5, 5)


def test_new_says_what_its_replicates_can_see_once_the_noise_is_known(project: Project) -> None:
    first = project.ledger(
        "new", "Data", "--predict", "accuracy >= baseline + 0.01", "--seeds", "4", "-S", "train.name=big"
    )
    assert "can see" not in first.err
    # the treatment draws other random numbers, so that the paired differences vary
    project.commit(
        "other noise", {"train.py": (project.root / "train.py").read_text().replace('["seed"])', '["seed"] + 100)')}
    )
    project.ledger("run")
    project.git("switch", "-q", "main")
    second = project.ledger(
        "new", "Rate", "--predict", "accuracy >= baseline + 0.01", "--seeds", "4", "-S", "train.lr=0.2"
    )
    assert "4 pairs can see a true difference of at least" in second.err
    assert "3 degrees of freedom), of data" in second.err
    assert "one as large as the margin is supported in 5% of cases, however many there are" in second.err
