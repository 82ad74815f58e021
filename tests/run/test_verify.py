"""`ledger verify` through git: honest experiments are not accused, and what a clone lacks is unproved."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import TRAIN, MakeProject, Project
from honest import FAILS, NOISY, end
from verifying import FOLDER, VERDICT, CopyProject, edit, found, honest, verified


@pytest.mark.parametrize("kind", ["branch", "landed"])
def test_an_honest_experiment_is_proved(recorded: CopyProject, kind: str) -> None:
    project = recorded(kind)
    honest(project, "a", "--data")
    shape = verified(project, "--data")
    assert shape["checked"] == 9
    assert shape["experiments"] == ["a"]
    assert project.ledger("verify", "a").out == "a: proved, 9 trials\n"


def test_what_a_squash_has_lost_is_unproved(recorded: CopyProject) -> None:
    rest = honest(recorded("squashed"), "--data", unproved=True)
    assert [(row["check"], row["trial"]) for row in rest] == [("verdict", None)]
    assert "amendments" in rest[0]["message"]


def test_no_stage_and_no_dvc_command_runs(recorded: CopyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project = recorded("branch")
    # whatever would be started but git fails
    (project.root.parent / "bin").mkdir()
    (project.root.parent / "bin/git").symlink_to(shutil.which("git") or "git")
    monkeypatch.setenv("PATH", str(project.root.parent / "bin"))
    shutil.rmtree(project.root / ".git/ledger")
    assert project.ledger("verify", "--data").code == 0


def test_an_honest_rebase_is_not_accused(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.git("switch", "-q", "main")
    project.commit("read me", {"README.md": "words\n"})
    project.git("switch", "-q", "exp/a")
    project.git("rebase", "-q", "main")
    honest(project, "a")


def test_later_work_on_the_branch_is_not_accused(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("note", "what I saw")
    project.commit("words", {"README.md": "words\n"})
    honest(project)
    # the trials are stale now, and the verdict is still that of the code that ran
    project.commit("more code", {"train.py": NOISY + "# more\n"})
    honest(project)
    # and the first results count again
    head, rest = NOISY.split("random.seed", 1)
    project.commit("back", {"train.py": f"{head}{FAILS}random.seed{rest}"})
    assert {r["check"] for r in verified(project)["problems"]} <= {"verdict"}


def test_what_was_reproduced_and_not_recorded_is_unproved(recorded: CopyProject) -> None:
    project = recorded("branch")
    edit(project, "params.json", '"seed": 0', '"seed": 7')
    project.dvc("repro", "-q")
    project.git("commit", "-qam", "try seed 7")
    [row] = honest(project, unproved=True)
    assert row["check"] == "branch"
    assert "not recorded" in row["message"]


def test_trials_by_hand_are_not_accused(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--predict", "accuracy > 0.5", "--seeds", "2")
    project.dvc("repro", "-q")
    project.ledger("record")
    edit(project, "params.json", '"seed": 0', '"seed": 1')
    project.dvc("repro", "-q")
    project.ledger("record")
    honest(project, "--data")
    edit(project, "params.json", '"lr": 0.1', '"lr": 0.2')
    project.dvc("repro", "-q")
    project.ledger("record", "-m", "faster")
    honest(project, "--data")


def test_trials_that_are_not_collected_are_proved_too(project: Project) -> None:
    project.dvc("repro", "-q")
    meanwhile = f'open({str(project.root / "metrics.json")!r}, "w").write("mine")\n'
    project.commit("reproduced", {"train.py": TRAIN + meanwhile})
    project.ledger("new", "In the way", "--name", "a", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run", code=1)
    assert project.git("for-each-ref", "refs/ledger/trials")
    assert verified(project)["checked"] == 1
    honest(project)


def test_a_baseline_that_is_reused_is_proved(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("new", "Lower", "--name", "b", "--from", "main", "--predict", "accuracy <= baseline",
                   "--seeds", "3", "-S", "train.lr=0.05")  # fmt: skip
    project.ledger("run")
    honest(project)


def test_data_and_templates_in_a_subfolder(make_project: MakeProject) -> None:
    project = make_project({}, dvc=False)
    pipeline = """\
stages:
  prepare:
    cmd: mkdir -p made && cat data/raw/* > made/all.txt
    deps: [data/raw]
    outs: [made]
  train:
    cmd: python src/train.py ${seed} ${lr}
    deps: [src, made/all.txt, weight.txt]
    params: [seed, lr]
    outs: [model.txt]
metrics: [scores/result.json]
"""
    script = """\
import json, pathlib, sys
pathlib.Path("scores").mkdir(exist_ok=True)
score = float(sys.argv[2]) * len(open("made/all.txt").read()) + int(sys.argv[1])
json.dump({"score": score}, open("scores/result.json", "w"))
open("model.txt", "w").write(str(score))
"""
    project.write(
        {
            "ml/dvc.yaml": pipeline.replace("    outs: [model.txt]", "    outs: [model.txt, scores: {cache: false}]"),
            "ml/params.yaml": "seed: 0\nlr: 0.5  # the rate\n",
            "ml/src/train.py": script,
            "ml/data/raw/1.txt": "one\n",
            "ml/data/raw/2.txt": "two\n",
            "ml/weight.txt": "1\n",
        }
    )
    (project.root / "ml/.dvc").mkdir()
    project.write({"ml/.dvc/config": "[core]\n    analytics = false\n", "ml/.dvc/.gitignore": "/tmp\n/cache\n"})
    text = (project.root / "ml/dvc.yaml").read_text().replace("scores: {cache: false}]", "{scores: {cache: false}}]")
    project.write({"ml/dvc.yaml": text})
    project.dvc("add", "-q", "data/raw", "weight.txt", cwd=project.root / "ml")
    project.commit("pipeline")
    project.ledger("new", "Higher", "--name", "a", "--predict", "score >= baseline", "--seeds", "1", "-S", "lr=0.75",
                   "--variant", "high:lr=1.0", cwd=project.root / "ml")  # fmt: skip
    project.ledger("run", cwd=project.root / "ml")
    honest(project, "--data")
    shutil.rmtree(project.root / "ml/.dvc/cache")
    shutil.rmtree(project.root / ".git/ledger/pipelines")
    rest = honest(project, "--data", unproved=True)
    assert {row["check"] for row in rest} == {"code", "data"}
    assert any("ml/made/all.txt" in row["message"] for row in rest)
    # the same numbers with another template value, from the cache of nothing
    edit(project, "ml/scores/result.json", "score", "points")
    project.commit("tampered")
    found(project, "branch", "ml/scores/result.json")


def test_a_clone_without_tags_proves_less(recorded: CopyProject) -> None:
    project = recorded("branch")
    for tag in project.git("tag", "--list").splitlines():
        project.git("tag", "-d", tag)
    rest = honest(project, unproved=True)
    assert {row["trial"] for row in rest if row["check"] == "lost"} == {
        *(f"baseline/seed-{n}" for n in range(3)),
        *(f"treatment/seed-{n}" for n in range(3)),
        *(f"treatment/seed-{n}.2" for n in range(3)),
    }


def test_a_shallow_clone_proves_less(recorded: CopyProject, tmp_path: Path) -> None:
    project = recorded("branch")
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--depth", "1", "--branch", "exp/a", f"file://{project.root}", str(clone))
    project.git("fetch", "-q", "--depth", "1", "--tags", cwd=clone)
    got = project.ledger("verify", "a", "--json", cwd=clone)
    assert got.json["problems"] == []
    assert {row["check"] for row in got.json["unproved"]} >= {"lost"}


def test_an_amendment_is_no_problem(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "-m", "five was too much to ask")
    assert {row["check"] for row in honest(project, unproved=True)} == {"verdict"}
    project.ledger("conclude", "-m", "It is.")
    honest(project)
    end(project, "squashed")
    rest = honest(project, unproved=True)
    assert {row["check"] for row in rest} == {"plan", "verdict"}


def test_an_early_verdict_on_stale_trials_stays_proved(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.git("rm", "-q", VERDICT)
    project.git("commit", "-q", "-m", "once more")
    project.commit("more code", {"train.py": NOISY + "# more\n"})
    assert project.ledger("conclude", "--early", "-m", "not yet", "--json").json["outcome"] == "inconclusive"
    # the treatment has no results at its present code, and those of the old code are not judged in their place
    honest(project, unproved=True)


def test_an_early_verdict_without_the_other_side_stays_proved(project: Project) -> None:
    project.ledger("new", "Other", "--name", "other", "--seeds", "2", "-S", "train.lr=0.3")
    project.git("switch", "-q", "main")
    project.ledger("new", "A", "--name", "a", "--baseline", "other", "--predict", "accuracy <= baseline",
                   "--seeds", "2", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "a")
    project.ledger("conclude", "a", "--early", "-m", "not yet")
    project.ledger("run", "other")
    honest(project, "a", unproved=True)


def test_an_experiment_that_cannot_be_read_is_named(recorded: CopyProject) -> None:
    project = recorded("landed")
    edit(project, f"{FOLDER}/hypothesis.md", "alpha: 0.05", "alpha: much")
    project.commit("tampered")
    found(project, "records", f"{FOLDER}/hypothesis.md", "alpha")
    (project.root / f"{FOLDER}/hypothesis.md").unlink()
    project.commit("tampered more")
    found(project, "records", f"{FOLDER}/hypothesis.md")
