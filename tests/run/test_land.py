"""`ledger land --record`: main has the record of an experiment, and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TRAIN, Project, Shelved, default_files
from landings import begin, changed, conclude, disproved, on_main, params, parents, sound, tip, tips, trailers


@pytest.fixture
def refuted(shelved: Shelved) -> Project:
    """A refuted experiment `a`, checked out."""
    return shelved(disproved, default_files())


def test_a_refuted_experiment_lands_as_its_record_alone(refuted: Project) -> None:
    main, branch = tip(refuted), tip(refuted, "exp/a")
    got = refuted.ledger("land", "-m", "it did not help")
    assert "landed a on main" in got.out
    assert "its record only" in got.out
    assert "the verdict is refuted" in got.out
    assert "git branch -D exp/a" in got.out

    assert parents(refuted) == [main]
    assert all(path.startswith("experiments/a/") for path in changed(refuted, main))
    assert refuted.git("rev-parse", "main:experiments/a") == refuted.git("rev-parse", "exp/a:experiments/a")
    message = refuted.git("log", "-1", "--format=%B", "main").splitlines()
    assert message[:3] == ["land: refuted A rate of 0.2 helps", "", "it did not help"]
    assert trailers(refuted) == {"Ledger-Experiment": "a", "Ledger-Landed": "record", "Ledger-Tip": branch}
    assert tips(refuted) == [f"ledger/a/{branch[:10]}"]
    assert tip(refuted, f"ledger/a/{branch[:10]}^{{commit}}") == branch
    assert "land: record of a" in refuted.git("reflog", "main", "-1")
    assert tip(refuted, "exp/a") == branch
    sound(refuted)


def test_a_refuted_experiment_is_found_without_its_branch(refuted: Project) -> None:
    before = refuted.ledger("show", "a", "--json").json
    refuted.ledger("land")
    refuted.git("switch", "-q", "main")
    refuted.git("branch", "-q", "-D", "exp/a")
    refuted.git("reflog", "expire", "--expire=now", "--all")
    refuted.git("gc", "-q", "--prune=now")

    shown = refuted.ledger("show", "a", "--json").json
    assert (shown["status"], shown["outcome"]) == ("landed", "refuted")
    assert shown["trials"] == before["trials"]
    assert all(trial["commit"] for trial in shown["trials"])
    [row] = refuted.ledger("log", "--json").json
    assert (row["name"], row["status"], row["outcome"]) == ("a", "landed", "refuted")
    held = set(refuted.git("rev-list", "--tags").splitlines())
    assert {trial["commit"] for trial in shown["trials"]} <= held

    refuted.dvc("gc", "--all-commits", "-f")
    digests = {pin["md5"] for trial in shown["trials"] for pin in trial["outs"].values()}
    assert len(digests) == 2
    assert all((refuted.root / ".dvc/cache/files/md5" / d[:2] / d[2:]).is_file() for d in digests)
    sound(refuted)


def test_recording_twice_is_refused(refuted: Project) -> None:
    refuted.ledger("land")
    before = refuted.state()
    got = refuted.ledger("land", "a", code=2)
    assert "has landed already" in got.err
    assert "--adopt" in got.err
    assert refuted.state() == before


def test_a_record_that_has_grown_lands_again(refuted: Project) -> None:
    refuted.ledger("land")
    refuted.git("rm", "-q", "experiments/a/verdict.md")
    refuted.git("commit", "-q", "-m", "think again")
    refuted.ledger("note", "look once more")
    got = refuted.ledger("land", "--record")
    assert "brought up to date" in got.err
    assert refuted.git("rev-parse", "main:experiments/a") == refuted.git("rev-parse", "exp/a:experiments/a")
    assert len(tips(refuted)) == 2
    assert refuted.git("log", "-1", "--format=%s", "main") == "land: unconcluded A rate of 0.2 helps"
    sound(refuted)


def test_main_has_moved_on(refuted: Project) -> None:
    main = on_main(refuted, {"train.py": TRAIN + "# on main\n", "params.json": params(lr=0.9)})
    refuted.ledger("land")
    assert parents(refuted) == [main]
    assert all(path.startswith("experiments/a/") for path in changed(refuted, main))
    sound(refuted)


def test_finished_trials_are_collected_first(project: Project) -> None:
    begin(project, runs=False)
    # a run that was killed before it could collect leaves its trials so
    project.ledger("run", "--only", "treatment/seed-0")
    project.ledger("run", "--only", "treatment/seed-1")
    trial = project.ledger("show", "a:treatment/seed-1", "--json").json
    project.git("update-ref", "refs/ledger/trials/a/treatment/seed-1", trial["commit"])
    project.git("reset", "-q", "--hard", "HEAD~1")
    conclude(project, "refuted")
    assert project.ledger("status", "--json").json["uncollected"] == 1
    # and the verdict was computed without them
    assert "out of date: trials were recorded since" in project.ledger("land", code=2).err
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    conclude(project, "inconclusive")
    project.ledger("land")
    assert project.git("ls-tree", "--name-only", "main:experiments/a/trials/treatment").split() == [
        "seed-0.yaml",
        "seed-1.yaml",
    ]
    sound(project)


def test_trials_that_cannot_be_collected_keep_it_from_landing(refuted: Project) -> None:
    project = refuted
    trial = project.ledger("show", "a:treatment/seed-1", "--json").json
    project.git("rm", "-q", "experiments/a/trials/treatment/seed-1.yaml")
    project.git("commit", "-q", "-m", "not yet")
    project.git("update-ref", "refs/ledger/trials/a/treatment/seed-1", trial["commit"])
    project.write({"experiments/a/trials/treatment/seed-1.yaml": "mine\n"})
    before = project.state()
    assert "seed-1.yaml" in project.ledger("land", code=2).err
    assert project.state() == before


@pytest.mark.parametrize("where", ["main", "exp/a", "linked, on main", "linked, elsewhere", "detached"])
def test_it_lands_from_everywhere(refuted: Project, where: str, tmp_path: Path) -> None:
    cwd = refuted.root
    if where == "main":
        refuted.git("switch", "-q", "main")
    elif where == "detached":
        refuted.git("switch", "-q", "--detach", "main")
    elif where.startswith("linked"):
        cwd = tmp_path / "linked"
        start = ["main"] if where == "linked, on main" else ["--detach", "exp/a"]
        refuted.git("worktree", "add", "-q", str(cwd), *start)
    refuted.ledger("land", "a", cwd=cwd)
    assert trailers(refuted)["Ledger-Landed"] == "record"
    for tree in {cwd, refuted.root}:
        assert refuted.git("status", "--porcelain", cwd=tree) == ""
    if where in ("main", "linked, on main"):
        assert (cwd / "experiments/a/verdict.md").is_file()


def test_work_in_progress_on_main_is_left_alone(refuted: Project) -> None:
    refuted.git("switch", "-q", "main")
    edits = {"train.py": "mine\n", "scratch.txt": "mine\n"}
    refuted.write(edits)
    refuted.git("add", "train.py")
    refuted.ledger("land", "a")
    assert {path: (refuted.root / path).read_text() for path in edits} == edits
    assert refuted.git("status", "--porcelain").split() == ["M", "train.py", "??", "scratch.txt"]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("--record", "experiments/a/notes-of-mine.md"),
        ("--record", "experiments/a/verdict.md"),
        ("--adopt", "params.json"),
    ],
)
def test_work_in_the_way_on_main_refuses(refuted: Project, kind: str, path: str) -> None:
    if path.endswith("mine.md"):
        refuted.commit("more notes", {path: "theirs\n"})
    refuted.git("switch", "-q", "main")
    refuted.write({path: "mine\n"})
    before = refuted.state()
    got = refuted.ledger("land", "a", kind, code=2)
    assert path in got.err
    assert refuted.state() == before
    assert (refuted.root / path).read_text() == "mine\n"
