"""The undeclared-dependency trap: code and data that change and that no stage depends on."""

from __future__ import annotations

from conftest import PIPELINE, MakeProject, Project, default_files
from traps import accuracies, lib, measured, refused, with_lib


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
