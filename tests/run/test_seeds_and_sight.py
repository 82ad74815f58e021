"""Seeds that nobody can pick, and what `new` says of what so many replicates can see."""

from __future__ import annotations

from conftest import Project
from trained import trained

from ledger.model.seeds import derived_seeds, source

HASHED = ("new", "Rate", "--predict", "accuracy >= baseline", "--seeds", "hashed:2", "-S", "train.lr=0.2")
FILE = "experiments/rate/hypothesis.md"


def test_hashed_seeds_follow_from_what_is_predicted_of_what(project: Project) -> None:
    project.ledger(*HASHED)
    assert project.git("log", "--format=%s", "main..HEAD").splitlines() == ["new: Rate"]
    text = source(project.git("rev-parse", "main"), "Rate", ["accuracy >= baseline"])
    assert f"seeds_from: {text}\n" in project.git("show", f"HEAD:{FILE}")
    drawn = project.ledger("show", "--json").json["replicates"]["seed"]
    assert tuple(drawn) == derived_seeds(text, 2)
    # to begin again draws the same
    project.git("switch", "-q", "main")
    project.git("branch", "-D", "exp/rate")
    project.ledger(*HASHED, "--alpha", "0.04")
    assert project.ledger("show", "--json").json["replicates"]["seed"] == drawn
    project.ledger("amend", "--key", "title=Another", "-m", "words")
    project.ledger("run")
    project.ledger("conclude", "-m", "as expected")
    verdict = project.ledger("show", "--json").json["verdict"]
    assert (verdict["looks"], verdict["confirmatory"]) == (1, True)
    assert project.ledger("verify").code == 0


def test_seeds_that_were_amended_away_are_derived_no_more(project: Project) -> None:
    project.ledger(*HASHED)
    text = (project.root / FILE).read_text()
    said = project.ledger("amend", "--over", "seed=1,2", "-m", "I like these").out
    assert said.startswith("amended replicates, seeds_from of rate")
    assert "seeds_from" not in (project.root / FILE).read_text()
    project.ledger("run")
    project.ledger("conclude", "-m", "")
    amended = project.ledger("show", "--json").json["verdict"]["amendments"]
    assert [a["changed"] for a in amended] == [["replicates", "seeds_from"]]
    assert project.ledger("verify").code == 0

    # by hand they are found out, and so is a source that no version of the plan gives
    chosen = text[: text.index("replicates:")] + "replicates: {seed: [1, 2]}\n" + text[text.index("seeds_from:") :]
    assert "the seeds are not the ones that `seeds_from` generates" in verified(project, chosen)
    other = "plan:" + "0" * 64
    drawn = f"replicates: {{seed: {list(derived_seeds(other, 2))}}}\nseeds_from: {other}\n"
    forged = text[: text.index("replicates:")] + drawn + text[text.index("alpha:") :]
    assert "does not match the base, title and predictions" in verified(project, forged)


def test_older_plans_name_the_commit_that_held_the_prediction(project: Project) -> None:
    project.ledger(*HASHED)
    text = (project.root / FILE).read_text()
    commit = project.git("rev-parse", "HEAD")
    drawn = f"replicates: {{seed: {list(derived_seeds(commit, 2))}}}\nseeds_from: {commit}\n"
    older = text[: text.index("replicates:")] + drawn + text[text.index("alpha:") :]
    assert "seeds" not in verified(project, older, code=0)


def verified(project: Project, text: str, code: int = 1) -> str:
    """What `verify` says of a hypothesis file that was written by hand."""
    project.commit("by hand", {FILE: text})
    return project.ledger("verify", code=code).out


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
    trained(project, "data")
    project.git("switch", "-q", "main")
    second = project.ledger(
        "new", "Rate", "--predict", "accuracy >= baseline + 0.01", "--seeds", "4", "-S", "train.lr=0.2"
    )
    assert "4 pairs can see a true difference of at least" in second.err
    assert "3 degrees of freedom), of data" in second.err
    assert "one as large as the margin is supported in 5% of cases, however many there are" in second.err
