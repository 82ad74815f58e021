"""What a run leaves in git: the branch, the trial commits, the tag; and that no later git command loses any of it."""

from __future__ import annotations

import json
import os
import select
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files, launcher
from planned import one_seed

from ledger.model.formats import yaml12
from ledger.run import collect

# a plot that git holds, besides the metrics
PLOTTED = PIPELINE + "    plots:\n      - curve.csv: {cache: false}\n"
CURVE = 'open("curve.csv", "w").write(f"step,accuracy\\n0,{accuracy}\\n")\n'


def plotted_files() -> dict[str, str]:
    """The default pipeline with a plot that git holds."""
    return default_files() | {"train.py": TRAIN + CURVE, "dvc.yaml": PLOTTED}


def records(project: Project, revision: str = "HEAD") -> dict[str, dict[str, Any]]:
    """Every record at a revision, by path."""
    paths = project.git("ls-tree", "-r", "--name-only", revision, "experiments/").splitlines()
    found = {}
    for path in paths:
        if "/trials/" in path:
            document = yaml12.loads(project.git("show", f"{revision}:{path}"))
            assert isinstance(document, dict)
            found[path] = document
    return found


def changed(project: Project, old: str, new: str) -> set[str]:
    """The paths that differ between two commits, without their experiments' environments."""
    paths = project.git("diff", "--name-only", old, new).splitlines()
    return {path for path in paths if "/environments/" not in path}


def trial_commits(project: Project, tag: str) -> dict[str, str]:
    """The trial commits below a tag by trial id, as git alone finds them."""
    text = project.git("log", "--format=%H %(trailers:key=Ledger-Trial,valueonly,separator=%x20)", tag)
    return {trial: commit for commit, _, trial in (line.partition(" ") for line in text.splitlines()) if trial}


def tags(project: Project) -> list[str]:
    return project.git("tag", "--list", "ledger/*").splitlines()


def parents(project: Project, commit: str) -> list[str]:
    return project.git("rev-list", "--parents", "-n1", commit).split()[1:]


def hashes(found: dict[str, dict[str, Any]]) -> set[str]:
    """The checkpoints that records name."""
    return {pin["md5"] for record in found.values() for pin in record["outs"].values()}


def cached(project: Project, md5: str) -> bool:
    return (project.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).is_file()


def higher_rate(project: Project) -> None:
    """An experiment `a` and its baseline, two seeds each."""
    project.ledger("new", "A higher rate", "--name", "a", "--predict", "accuracy >= baseline", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")


def test_a_run_leaves_a_linear_branch_and_whole_trials_beside_it(project: Project) -> None:
    project.commit("plot", plotted_files())
    project.ledger(
        "new",
        "A higher rate",
        "--name",
        "a",
        "--predict",
        "accuracy >= baseline",
        "--seeds",
        "2",
        "-S",
        "train.lr=0.2",
    )
    code = project.git("rev-parse", "HEAD")
    project.ledger("run")

    # the branch: one commit more, with one parent, and a line for each trial in its message
    commits = project.git("rev-list", "main..exp/a").splitlines()
    assert len(commits) == 2
    assert all(len(parents(project, commit)) == 1 for commit in commits)
    message = project.git("log", "-1", "--format=%B", "exp/a")
    assert message.startswith("run: treatment x2, accuracy 0.70")
    assert [line.split(",")[0] for line in message.splitlines()[2:6]] == [
        "treatment seed=0", "treatment seed=1", "baseline seed=0", "baseline seed=1",
    ]  # fmt: skip

    # the trial commits: on exactly the code that the record names, with what the trial wrote and nothing else
    found = records(project)
    [tag] = tags(project)
    assert project.git("cat-file", "-t", tag) == "tag"
    assert (
        project.git("for-each-ref", "--format=%(contents:subject)", f"refs/tags/{tag}")
        == "trials of a: 2 treatment, 2 baseline"
    )
    trials = trial_commits(project, tag)
    assert set(trials) == {f"{v}/seed-{s}" for v in ("baseline", "treatment") for s in (0, 1)}
    assert len(parents(project, f"{tag}^{{commit}}")) == 4
    for trial, commit in trials.items():
        path = f"experiments/a/trials/{trial}.yaml"
        record = found[path]
        assert parents(project, commit) == [record["code"]]
        assert record["code"] == (code if trial.startswith("treatment") else project.git("rev-parse", "main"))
        seed = [] if trial.endswith("seed-0") else ["params.json"]
        assert changed(project, str(record["code"]), commit) == {
            path,
            "dvc.lock",
            "metrics.json",
            "curve.csv",
            *seed,
        }
        environment = f"experiments/a/environments/{record['environment']}.yaml"
        assert project.git("rev-parse", f"{commit}:{environment}") == project.git("rev-parse", f"HEAD:{environment}")
        assert project.git("show", f"{commit}:{path}") == project.git("show", f"HEAD:{path}")
        assert json.loads(project.git("show", f"{commit}:metrics.json")) == record["metrics"]
        assert {"params.json": json.loads(project.git("show", f"{commit}:params.json"))} == record["params"]
    assert project.git("for-each-ref", "refs/ledger/trials") == ""

    # `git log` can be searched
    metrics = project.git("log", "-1", "--format=%(trailers:key=Ledger-Metric,valueonly)", trials["treatment/seed-1"])
    assert metrics.split() == [
        f"{k}={v!r}" for k, v in found["experiments/a/trials/treatment/seed-1.yaml"]["metrics"].items()
    ]
    keys = project.git("log", "-1", "--format=%(trailers:keyonly)", trials["treatment/seed-1"]).split()
    assert keys == [
        "Ledger-Experiment",
        "Ledger-Trial",
        "Ledger-Variant",
        "Ledger-Replicate",
        "Ledger-Status",
        "Ledger-Plan",
        *["Ledger-Metric"] * 2,
    ]

    # the pull request shows the treatment and the records
    outside = {path for path in changed(project, "main", "exp/a") if not path.startswith("experiments/a/")}
    assert outside == {"params.json", "dvc.lock", "metrics.json", "curve.csv"}
    diff = [
        line
        for line in project.git("diff", "-U0", "main...exp/a", "--", "params.json").splitlines()
        if line[:1] in "+-"
    ]
    assert [line.strip("+- ,") for line in diff[2:]] == ['"lr": 0.1', '"lr": 0.2']
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""


def test_dvc_sees_the_same_as_the_ledger(project: Project) -> None:
    project.dvc("repro", "-q")
    project.commit("reproduced")
    project.ledger("new", "A higher rate", "--name", "a", "--seeds", "2", "-S", "train.lr=0.2")
    project.ledger("run")
    assert "up to date" in project.dvc("status")
    ours = project.ledger("diff", "main", "exp/a", "--json").json
    shown = json.loads(project.dvc("params", "diff", "main", "exp/a", "--json"))
    assert shown == {"params.json": {"train.lr": {"old": 0.1, "new": 0.2, "diff": 0.1}}}
    assert ours["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.2}]
    # the branch shows the canonical trial, the ledger the mean of all
    seed0 = project.ledger("diff", "main", "a:treatment/seed-0", "--json").json
    theirs = json.loads(project.dvc("metrics", "diff", "main", "exp/a", "--json"))["metrics.json"]
    for row in seed0["metrics"]:
        assert row["a"]["mean"] == theirs[row["name"]]["old"]
        assert row["b"]["mean"] == theirs[row["name"]]["new"]
    assert {row["name"] for row in ours["metrics"]} == set(theirs)
    for row in ours["metrics"]:
        assert row["a"]["mean"] == theirs[row["name"]]["old"]
        assert row["b"]["n"] == 2


def test_arms_that_are_the_same_are_told_before_they_run(project: Project) -> None:
    project.ledger("new", "Same", "--name", "a", "--predict", "accuracy > baseline", "-S", "train.lr=0.1")
    first, *_ = project.ledger("run").err.splitlines()
    assert first.startswith("note: baseline and treatment are the same: no command, parameter, data or code")
    project.ledger("new", "Other", "--name", "b", "--from", "main", "-S", "train.lr=0.2", "--predict", "loss < 1")
    assert "are the same" not in project.ledger("run").err


def test_an_uncached_output_that_keeps_alike_arms_from_sharing_is_told(make_project: MakeProject) -> None:
    files = default_files()
    files["dvc.yaml"] = files["dvc.yaml"].replace("outs: [model.txt]", "outs: [{model.txt: {cache: false}}]")
    project = make_project(files | {".gitignore": ""})
    project.ledger("new", "Same", "--name", "a", "--predict", "accuracy > baseline", "-S", "train.lr=0.1")
    said = [line for line in project.ledger("run").err.splitlines() if "cache: false" in line]
    told = "note: each of these retrains for model.txt, which cache: false keeps out of DVC's cache: "
    assert said == [told + "cache it, or declare it under plots or metrics"]


def test_gc_finds_nothing_to_complain_of(shelved: Shelved) -> None:
    project = shelved(one_seed, default_files())
    project.ledger("run")
    done = subprocess.run(["git", "gc"], cwd=project.root, capture_output=True, text=True, check=True)
    assert "error" not in done.stderr
    assert "ledger run: 1 trial\n" in project.git("reflog", "exp/a") + "\n"


def test_a_grid_knows_the_combination_of_the_branch_by_any_name(project: Project) -> None:
    project.ledger("new", "Rates", "--name", "a", "--vary", "params.json:train.lr=0.1,0.2", "--seeds", "1")
    shown = project.ledger("show", "--json").json
    assert shown["variants"] == {"treatment": {}, "lr-0-2": {"params": {"train.lr": 0.2}}}


def test_an_axis_that_an_arm_sets_too_is_refused_before_it_runs(project: Project) -> None:
    project.ledger("new", "Rates", "--name", "a", "--over", "train.lr=0.1,0.2", "--variant", "big:seed=7")
    plan = project.root / "experiments/a/hypothesis.md"
    project.commit("by hand", {"experiments/a/hypothesis.md": plan.read_text().replace("seed: 7", "train.lr: 7")})
    assert "train.lr is an axis of the replicates, so no variant can set it" in project.ledger("run", code=2).err


def test_a_grid_is_told_in_lines_that_fit(project: Project) -> None:
    said = project.ledger("new", "Rates", "--name", "a", "--vary", "train.lr=0.11,0.12,0.13,0.14").out
    assert "  4 trials: lr-0-11, lr-0-12, lr-0-13 and lr-0-14\n" in said
    project.ledger("run", "-j", "2")
    subject = project.git("log", "-1", "--format=%s")
    means = sorted(t["metrics"]["accuracy"] for t in project.ledger("show", "--json").json["trials"])
    assert subject == f"run: 4 variants, 4 trials, accuracy {means[0]:.4f} to {means[-1]:.4f}"
    shown = project.ledger("show").out.partition("## Hypothesis")[0].splitlines()
    assert max(map(len, shown)) <= 80
    row = next(words for line in shown if (words := line.split())[:2] == ["lr-0-14", "1"])
    assert row[2] == f"{means[-1]:.4f}"


def test_a_tag_holds_more_trials_than_a_commit_has_parents(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collect.MAX_PARENTS == 16
    monkeypatch.setattr(collect, "MAX_PARENTS", 4)
    project.ledger("new", "Many seeds", "--name", "many", "--seeds", "5")
    project.ledger("run")
    [tag] = tags(project)
    merges = project.git("rev-list", "--min-parents=2", tag).splitlines()
    assert max(len(parents(project, commit)) for commit in merges) == 4
    assert len(trial_commits(project, tag)) == 5
    assert len(records(project)) == 5
    state = project.ledger("show", "many", "--json").json
    assert all(trial["commit"] for trial in state["trials"])


def test_the_branch_shows_the_first_declared_replicate_whichever_comes_last(project: Project) -> None:
    fails = 'import sys\nif params["seed"] == 0 and open("flag.txt").read() == "bad\\n":\n    sys.exit(3)\n'
    head, rest = TRAIN.split("random.seed", 1)
    project.write(
        {"train.py": f"{head}{fails}random.seed{rest}", "flag.txt": "bad\n", "ledger.yaml": "ignore: [flag.txt]\n"}
    )
    project.commit("fails")
    project.ledger("new", "Fails first", "--name", "f", "--seeds", "3")
    code = project.git("rev-parse", "HEAD")
    project.ledger("run", "--only", "treatment/seed-2")
    assert json.loads((project.root / "params.json").read_text())["seed"] == 2

    got = project.ledger("run", code=1)
    assert "exit code 3" in got.err
    assert json.loads((project.root / "params.json").read_text())["seed"] == 1
    assert "treatment seed=0, failed in train (exit code 3)" in project.git("log", "-1", "--format=%B")
    failed = next(
        iter(
            trial_commits(project, t)["treatment/seed-0"]
            for t in tags(project)
            if "treatment/seed-0" in trial_commits(project, t)
        )
    )
    assert changed(project, parents(project, failed)[0], failed) == {"experiments/f/trials/treatment/seed-0.yaml"}
    assert project.git("log", "-1", "--format=%(trailers:key=Ledger-Status,valueonly)", failed).strip() == "failed"
    assert "up to date" in project.dvc("status")

    # nothing is tried again unasked
    assert "nothing to run" in project.ledger("run", code=1).out
    project.commit("mend", {"flag.txt": "good\n"})
    project.ledger("run", "--again")
    found = records(project)
    again = found["experiments/f/trials/treatment/seed-0.2.yaml"]
    assert (again["status"], again["attempt"]) == ("succeeded", 2)
    assert found["experiments/f/trials/treatment/seed-0.yaml"]["status"] == "failed"
    assert json.loads((project.root / "params.json").read_text())["seed"] == 0
    assert json.loads((project.root / "metrics.json").read_text()) == again["metrics"]
    assert changed(project, code, "HEAD") - set(found) == {"dvc.lock", "metrics.json", "flag.txt"}
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")


def test_trials_that_end_in_two_processes_leave_one_consistent_state(project: Project, tmp_path: Path) -> None:
    """The second process collects on a branch that shows a seed which its own trial's code did not."""
    project.ledger("new", "Two at once", "--name", "two", "--seeds", "2")
    other = project.root.parent / "other"
    # while seed 0 runs, seed 1 is run and collected by another process
    project.git("worktree", "add", "-q", "--detach", str(other), "main")
    begun, go_on = (str(tmp_path / name) for name in ("begun", "go on"))
    os.mkfifo(begun)
    os.mkfifo(go_on)
    hook = f'if params["seed"] == 0:\n    open({begun!r}, "w").write("x")\n    open({go_on!r}).read(1)\n'
    project.commit("two at once", {"train.py": TRAIN + hook})
    hears, opens = (os.open(name, os.O_RDWR) for name in (begun, go_on))
    first = launcher.ledger("run", "--only", "treatment/seed-0", cwd=project.root)
    try:
        assert select.select([hears], [], [], 60)[0], "the trial did not begin"
        project.ledger("run", "exp/two", "--only", "treatment/seed-1", cwd=other)
        assert first.poll() is None
        os.write(opens, b"x")
        assert first.wait(60) == 0
    finally:
        first.kill()
        os.close(hears)
        os.close(opens)
    assert {r["status"] for r in records(project).values()} == {"succeeded"}
    assert len(records(project)) == 2
    assert project.git("status", "--porcelain") == ""
    assert json.loads((project.root / "params.json").read_text())["seed"] == 0
    assert "up to date" in project.dvc("status")


def test_no_garbage_collection_takes_a_checkpoint(shelved: Shelved) -> None:
    project = shelved(higher_rate, default_files())
    found = records(project)
    kept = hashes(found)
    assert len(kept) == 4
    project.dvc("gc", "--all-commits", "-f")
    assert all(cached(project, md5) for md5 in kept)

    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--squash", "exp/a")
    project.git("commit", "-q", "-m", "a, squashed")
    project.git("branch", "-q", "-D", "exp/a")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    project.dvc("gc", "--all-commits", "-f")
    assert all(cached(project, md5) for md5 in kept)
    shown = project.ledger("show", "a", "--json").json
    assert shown["status"] == "landed"
    assert all(trial["commit"] and trial["current"] for trial in shown["trials"])
    # every trial's whole state can be brought back
    commit = next(t["commit"] for t in shown["trials"] if t["id"] == "treatment/seed-1")
    project.git("switch", "-q", "--detach", commit)
    project.dvc("checkout")
    assert "up to date" in project.dvc("status")
    assert project.git("fsck", "--no-dangling") == ""


def test_the_branch_rebases_onto_a_moved_main(shelved: Shelved) -> None:
    project = shelved(higher_rate, default_files())
    before = records(project)
    project.git("switch", "-q", "main")
    project.ledger("new", "Another", "--name", "b", "--seeds", "1", "--no-switch")
    project.commit("read me", {"README.md": "words\n"})
    project.git("switch", "-q", "exp/a")
    project.git("rebase", "-q", "main")
    assert records(project) == before
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"]) == (4, 0)
    assert all(trial["current"] for trial in project.ledger("show", "--json").json["trials"])
    tip = project.git("rev-parse", "HEAD")
    assert "nothing to run" in project.ledger("run").out
    assert project.git("rev-parse", "HEAD") == tip
    assert "up to date" in project.dvc("status")


def test_a_code_change_makes_trials_stale_and_they_run_again(shelved: Shelved) -> None:
    project = shelved(higher_rate, default_files())
    project.commit("a little more", {"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"]) == (2, 2)
    project.ledger("run")
    found = records(project)
    assert {path.rsplit("/trials/")[1] for path in found} == {
        "baseline/seed-0.yaml", "baseline/seed-1.yaml",
        "treatment/seed-0.yaml", "treatment/seed-1.yaml", "treatment/seed-0.2.yaml", "treatment/seed-1.2.yaml",
    }  # fmt: skip
    again = found["experiments/a/trials/treatment/seed-0.2.yaml"]
    assert again["attempt"] == 2
    assert json.loads(project.git("show", "HEAD:metrics.json")) == again["metrics"]
    current = {t["id"]: t["current"] for t in project.ledger("show", "--json").json["trials"]}
    assert {trial for trial, is_current in current.items() if not is_current} == {
        "treatment/seed-0",
        "treatment/seed-1",
    }
    assert "nothing to run" in project.ledger("run").out
    assert len(tags(project)) == 2
    # and back: the old trials count again, without a run
    project.commit("no", {"train.py": TRAIN})
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"]) == (4, 0)


def test_slots_stay_out_of_the_users_way(project: Project) -> None:
    project.ledger("new", "A higher rate", "--name", "a", "--seeds", "1")
    project.ledger("run")
    slots = Path(project.git("rev-parse", "--path-format=absolute", "--git-common-dir")) / "ledger/slots"
    assert (slots / "0/train.py").is_file()
    assert project.git("branch", "--list").split() == ["*", "exp/a", "main"]
