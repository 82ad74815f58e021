"""No silent wrong numbers: each trap is shown with plain DVC, refused by `run`, and gone once the hint is followed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import PIPELINE, MakeProject, Project, default_files

# accuracy comes from the code that `lib` is, so that a test sees which code ran
USES_LIB = """\
import json, sys

sys.path.insert(0, "src")
import lib

json.dump({"accuracy": lib.accuracy()}, open("metrics.json", "w"))
open("model.txt", "w").write(str(lib.accuracy()))
"""


def lib(accuracy: float) -> str:
    """A module that says what the accuracy is."""
    return f"def accuracy():\n    return {accuracy}\n"


def with_lib(*, deps: str) -> dict[str, str]:
    """The default project with its accuracy in `src/lib.py`, and the dependencies that its stage declares."""
    pipeline = PIPELINE.replace("deps: [train.py]", f"deps: [{deps}]")
    return default_files() | {"train.py": USES_LIB, "src/lib.py": lib(0.5), "dvc.yaml": pipeline}


def measured(project: Project, cwd: Path | None = None) -> float:
    """The accuracy in the metrics file of a work tree."""
    return float(json.loads(((cwd or project.root) / "metrics.json").read_text())["accuracy"])


def accuracies(project: Project, experiment: str | None = None) -> dict[str, float]:
    """The recorded accuracy by trial."""
    shown = project.ledger("show", *([experiment] if experiment else []), "--json").json
    return {trial["id"]: trial["metrics"]["accuracy"] for trial in shown["trials"]}


def refused(project: Project, *arguments: str) -> str:
    """What a command says that refuses; nothing may have changed."""
    before = project.state()
    answer = project.ledger(*arguments, code=2)
    assert project.state() == before
    assert answer.err.startswith("error: ") and "\nhint: " in answer.err
    return answer.err


# --- the seed trap

UNTRACKED_SEED = PIPELINE.replace("[seed, train]", "[train]")


def test_dvc_hands_out_the_first_seeds_number_for_every_untracked_seed(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"dvc.yaml": UNTRACKED_SEED})
    project.dvc("repro")
    first = measured(project)
    project.shell('sed -i.bak \'s/"seed": 0/"seed": 1/\' params.json && rm params.json.bak')

    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == first
    project.shell("python train.py")
    assert measured(project) != first


def test_replicates_over_an_untracked_seed_are_refused(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"dvc.yaml": UNTRACKED_SEED})
    said = refused(project, "new", "Seeds matter", "--seeds", "3")
    assert "no stage tracks the parameter seed" in said
    assert "`params:`" in said and "train" in said

    project.commit("track the seed", {"dvc.yaml": PIPELINE})
    project.ledger("new", "Seeds matter", "--seeds", "3")
    project.ledger("run")
    assert len(set(accuracies(project).values())) == 3


def test_a_seed_that_loses_its_tracking_on_the_branch_is_refused(project: Project) -> None:
    project.ledger("new", "Seeds matter", "--seeds", "2")
    project.commit("tidy", {"dvc.yaml": UNTRACKED_SEED})
    assert "no stage tracks the parameter seed" in refused(project, "run")


def test_a_seed_that_stands_in_the_command_alone_is_tracked(make_project: MakeProject) -> None:
    train = "import json, sys\njson.dump({'accuracy': int(sys.argv[2]) / 10}, open('metrics.json', 'w'))\n"
    pipeline = (
        "stages:\n  train:\n    cmd: python train.py --seed ${seed}\n    deps: [train.py]\n"
        "    metrics:\n      - metrics.json: {cache: false}\n"
    )
    project = make_project({"train.py": train, "params.yaml": "seed: 0\n", "dvc.yaml": pipeline})
    project.ledger("new", "Seeds matter", "--seeds", "3")
    project.ledger("run")
    assert accuracies(project) == {f"treatment/seed-{seed}": seed / 10 for seed in range(3)}
    shown = project.ledger("show", "--json").json
    assert len({trial["fingerprint"] for trial in shown["trials"]}) == 1
    assert [trial["params"]["seed"] for trial in shown["trials"]] == [0, 1, 2]


def test_an_override_that_no_stage_tracks_is_refused(make_project: MakeProject) -> None:
    params = json.dumps({"seed": 0, "train": {"lr": 0.1}, "verbose": False})
    project = make_project(default_files() | {"params.json": params})
    assert "no stage tracks the parameter verbose" in refused(project, "new", "Loud", "-S", "verbose=true")
    assert "no stage tracks the parameter verbose" in refused(project, "new", "Loud", "--variant", "loud:verbose=true")


def test_an_untracked_parameter_that_changed_on_the_branch_is_refused(make_project: MakeProject) -> None:
    params: dict[str, Any] = {"seed": 0, "train": {"lr": 0.1}, "smoothing": 0.0}
    train = default_files()["train.py"].replace(
        'params["train"]["lr"] +', 'params["train"]["lr"] + params["smoothing"] +'
    )
    project = make_project(default_files() | {"params.json": json.dumps(params), "train.py": train})
    project.ledger("new", "Smoothing helps", "--name", "smooth", "--predict", "accuracy >= baseline + 0.1")
    project.dvc("repro")
    before = measured(project)
    project.git("add", "-A")
    project.commit("smooth", {"params.json": json.dumps(params | {"smoothing": 0.2})})

    # what DVC would have said: the same number, as if smoothing did nothing
    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == before

    assert "no stage tracks the parameter params.json:smoothing" in refused(project, "run")
    project.commit("track it", {"dvc.yaml": PIPELINE.replace("[seed, train]", "[seed, train, smoothing]")})
    project.ledger("run")
    found = accuracies(project)
    assert found["treatment/trial"] - found["baseline/trial"] == pytest.approx(0.2)


# --- the undeclared-dependency trap


def test_a_changed_module_that_no_stage_depends_on_is_refused(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.dvc("repro")
    project.commit("results")
    project.ledger("new", "A better lib", "--predict", "accuracy >= baseline + 0.1", "--name", "better")
    project.commit("better lib", {"src/lib.py": lib(0.9)})

    # what DVC would have said: the old code's number, under the new code's commit
    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == 0.5

    said = refused(project, "run")
    assert "no stage depends on it: src/lib.py" in said
    assert "`deps:`" in said and "`ignore:`" in said
    project.commit("declare it", {"dvc.yaml": with_lib(deps="train.py, src/lib.py")["dvc.yaml"]})
    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}


def test_a_folder_that_a_stage_depends_on_covers_its_files(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py, src"))
    project.ledger("new", "A better lib", "--predict", "accuracy >= baseline + 0.1")
    project.commit("better lib", {"src/lib.py": lib(0.9), "src/new.py": ""})
    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}


def test_a_module_that_goes_away_unseen_is_refused(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "No lib")
    (project.root / "src/lib.py").unlink()
    project.commit("drop the lib")
    assert "src/lib.py" in refused(project, "run")


def test_a_change_that_has_no_effect_can_be_ignored(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py, src/lib.py"))
    project.ledger("new", "Plots", "--name", "plots")
    project.commit("a plot", {"scripts/plot.py": "print(1)\n"})
    said = refused(project, "run")
    assert "scripts/plot.py" in said
    project.commit("ignore scripts", {"ledger.yaml": "ignore: [scripts/]\n"})
    project.ledger("run")
    assert accuracies(project) == {"treatment/trial": 0.5}


def test_documents_and_tests_may_change_freely(project: Project) -> None:
    project.ledger("new", "Words", "--name", "words")
    texts = {"docs/how.md": "how\n", "tests/test_a.py": "assert True\n", "README.md": "read me\n", "LICENSE": "free\n"}
    project.commit("words", texts | {"experiments/words/figure.svg": "<svg/>\n"})
    project.ledger("run")
    assert len(accuracies(project)) == 1


def test_a_hand_run_of_unseen_code_is_not_recorded(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.dvc("repro")
    project.commit("results")
    project.ledger("new", "A better lib", "--name", "better")
    project.write({"src/lib.py": lib(0.9)})
    project.dvc("repro")
    assert measured(project) == 0.5
    assert "src/lib.py" in refused(project, "record")
    project.commit("better lib")
    assert "src/lib.py" in refused(project, "record")


def test_data_that_no_stage_depends_on_is_refused(make_project: MakeProject) -> None:
    train = "import json\njson.dump({'accuracy': len(open('data.csv').read()) / 100}, open('metrics.json', 'w'))\n"
    files = default_files() | {"train.py": train, ".gitignore": "/model.txt\n/data.csv\n"}
    files["dvc.yaml"] = PIPELINE.replace("    outs: [model.txt]\n", "")
    project = make_project(files)
    project.write({"data.csv": "1\n" * 10})
    project.dvc("add", "-q", "data.csv")
    project.commit("data")
    project.dvc("repro")
    project.commit("results")
    project.ledger("new", "More data", "--predict", "accuracy >= baseline + 0.1", "--name", "more")
    project.write({"data.csv": "1\n" * 20})
    project.dvc("add", "-q", "data.csv")
    project.commit("more data")

    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == 0.2

    assert "data.csv.dvc" in refused(project, "run")
    project.commit("declare it", {"dvc.yaml": files["dvc.yaml"].replace("[train.py]", "[train.py, data.csv]")})
    # the base's pipeline does not see its data either, so its number is its own only because the slot is fresh
    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.2, "treatment/trial": 0.4}


READS_FOLDER = """\
import json, pathlib
json.dump({"accuracy": sum(float(p.read_text()) for p in pathlib.Path("words").iterdir())}, open("metrics.json", "w"))
open("model.txt", "w").write("")
"""


def test_what_git_does_not_hold_yet_is_not_left_out_in_silence(make_project: MakeProject) -> None:
    files = default_files() | {"train.py": READS_FOLDER, "words/one.md": "0.25\n"}
    project = make_project(files | {"dvc.yaml": PIPELINE.replace("[train.py]", "[train.py, words]")})
    project.ledger("new", "More words", "--name", "more")
    # documents may change freely, but not where a stage reads them
    project.write({"words/one.md": "0.5\n"})
    assert "trials would not see uncommitted changes: words/one.md" in refused(project, "run")
    project.write({"words/two.md": "0.25\n"})
    assert "git does not track them: words/two.md" in refused(project, "run", "-m", "more words")
    project.git("add", "words/two.md")
    project.ledger("run", "-m", "more words")
    assert accuracies(project) == {"treatment/trial": 0.75}
    assert project.git("status", "--porcelain") == ""


# --- the editable-install trap

IMPORTS_PACKAGE = USES_LIB.replace('sys.path.insert(0, "src")\n', "")


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site-packages of a fresh environment whose python comes first on PATH."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(tmp_path / "venv")], check=True)
    monkeypatch.setenv("PATH", f"{tmp_path / 'venv' / 'bin'}:/usr/bin:/bin")
    return next((tmp_path / "venv").glob("lib/python*/site-packages"))


def editable(make_project: MakeProject) -> tuple[Project, str]:
    """A project whose stage imports an installed package, on an experiment that changes it; and its base."""
    project = make_project(with_lib(deps="train.py, src/lib.py") | {"train.py": IMPORTS_PACKAGE})
    base = project.git("rev-parse", "HEAD")
    project.ledger("new", "A better lib", "--predict", "accuracy >= baseline + 0.1", "--name", "better")
    project.commit("better lib", {"src/lib.py": lib(0.9)})
    return project, base


def test_an_editable_install_does_not_lend_the_treatments_code_to_the_baseline(
    make_project: MakeProject, venv: Path, tmp_path: Path
) -> None:
    project, base = editable(make_project)
    (venv / "__editable__.lib.pth").write_text(f"{project.root / 'src'}\n")

    # what DVC would have said in a work tree of the base: the treatment's number
    elsewhere = tmp_path / "base"
    project.git("worktree", "add", "-q", "--detach", str(elsewhere), base)
    project.dvc("repro", cwd=elsewhere)
    assert measured(project, elsewhere) == 0.9
    project.git("worktree", "remove", "--force", str(elsewhere))

    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}


# as setuptools writes it, but before the path
HOOK = """\
import importlib.util, sys

MAPPING = {{"lib": {path!r}}}

class Finder:
    def find_spec(name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, MAPPING[name]) if name in MAPPING else None

sys.meta_path.insert(0, Finder)
"""


def test_an_editable_install_that_cannot_be_turned_aside_is_refused(make_project: MakeProject, venv: Path) -> None:
    project, _ = editable(make_project)
    (venv / "hook_lib.py").write_text(HOOK.format(path=str(project.root / "src" / "lib.py")))
    (venv / "__editable__.lib.pth").write_text("import hook_lib\n")
    said = refused(project, "run")
    assert "would import lib from your work tree" in said
    assert project.git("for-each-ref", "refs/ledger") == ""

    (venv / "__editable__.lib.pth").write_text(f"{project.root / 'src'}\n")
    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}


# --- trials that went stale


def test_after_a_code_change_only_the_stale_trials_run_again(project: Project) -> None:
    project.ledger("new", "A bonus", "--name", "bonus", "--predict", "accuracy >= baseline + 0.1", "--seeds", "2")
    project.ledger("run")
    first = accuracies(project)
    project.commit("a bonus", {"train.py": default_files()["train.py"].replace("0.5 +", "0.7 +")})
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"], status["stale"]) == (2, 2, 2)

    answer = project.ledger("run")

    assert "[2/2]" in answer.err
    trials = {t["id"]: t for t in project.ledger("show", "--json").json["trials"]}
    assert list(trials) == [
        "baseline/seed-0",
        "baseline/seed-1",
        "treatment/seed-0",
        "treatment/seed-0.2",
        "treatment/seed-1",
        "treatment/seed-1.2",
    ]
    assert [t["current"] for t in trials.values()] == [True, True, False, True, False, True]
    assert trials["treatment/seed-0.2"]["metrics"]["accuracy"] == pytest.approx(first["treatment/seed-0"] + 0.2)
    files = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/bonus/trials/").split()
    assert "experiments/bonus/trials/treatment/seed-0.2.yaml" in files
    assert len(files) == 6
    assert "nothing to run" in project.ledger("run").out


def test_code_that_changes_unseen_after_a_trial_is_refused(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "A better lib", "--name", "better")
    project.ledger("run")
    project.commit("better lib", {"src/lib.py": lib(0.9)})
    # nothing is missing, but what is recorded is not this code's
    assert "src/lib.py" in refused(project, "run")
    project.git("revert", "--no-edit", "HEAD")
    assert "nothing to run" in project.ledger("run").out


# --- what DVC's run cache hands out


def restored(project: Project, experiment: str) -> list[bool]:
    """Whether DVC restored the stage of each trial, as their records say."""
    records = sorted((project.root / f"experiments/{experiment}/trials").rglob("*.yaml"))
    return ["cached: true" in record.read_text() for record in records]


def test_a_restored_stage_of_code_that_changed_unseen_runs_again(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "First", "--name", "first")
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.commit("another lib", {"src/lib.py": lib(0.9)})
    project.ledger("new", "Second", "--name", "second", "-S", "train.lr=0.2", "--predict", "accuracy >= baseline + 0.5")
    project.ledger("run")
    # the baseline of `first` has the same stage, command, dependencies and parameters
    assert accuracies(project) == {"baseline/trial": 0.9, "treatment/trial": 0.9}
    assert restored(project, "second") == [False, False]


def test_a_restored_stage_of_the_same_code_does_not_run_again(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py, src"))
    project.ledger("new", "First", "--name", "first")
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.commit("said elsewhere", {"README.md": "more\n"})
    project.ledger("new", "Second", "--name", "second")
    project.ledger("run")
    assert restored(project, "second") == [True]


def test_the_trap_after_the_trials(make_project: MakeProject) -> None:
    """What `run` refuses, no other command calls measured."""
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "X", "--name", "x", "-S", "train.lr=0.3", "--seeds", "2", "--predict", "accuracy <= 0.9")
    project.ledger("run")
    project.ledger("conclude", "-m", "")
    assert project.ledger("verify", "x").code == 0
    assert project.ledger("status", "--json").json["changed_unseen"] is None
    project.commit("behind its back", {"src/lib.py": lib(40.5)})
    for command in (("run",), ("conclude", "-m", ""), ("land", "--adopt"), ("land", "--record")):
        assert "no stage depends on it: src/lib.py" in refused(project, *command)
    assert "since the trials: changed, but no stage depends on it: src/lib.py" in project.ledger("verify", code=1).out
    status = project.ledger("status").out
    assert "! changed, but no stage depends on it: src/lib.py" in status and "next: list it in dvc.yaml" in status
    assert "src/lib.py" in project.ledger("status", "--json").json["changed_unseen"]

    # a file that has no effect is named as such, and nothing else is in the way
    project.commit("no effect", {"ledger.yaml": "ignore: [src/]\n"})
    assert project.ledger("verify", "x").code == 0
    project.ledger("conclude", "-m", "")
    # what is changed is not changed in the past: a landed record is what it was
    project.ledger("land", "--record")
    project.git("switch", "-q", "main")
    project.git("branch", "-q", "-D", "exp/x")
    project.commit("main moves on", {"src/lib.py": lib(7.0)})
    assert project.ledger("verify", "x").code == 0
