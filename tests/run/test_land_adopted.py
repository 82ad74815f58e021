"""`ledger land --adopt`: what main becomes when it takes the change too."""

from __future__ import annotations

import json

import pytest
from conftest import PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files
from landings import (
    SMALL,
    VERDICT,
    begin,
    conclude,
    disproved,
    on_main,
    params,
    parents,
    proved,
    sound,
    tip,
    tips,
    trailers,
    undecided,
)


@pytest.fixture
def refuted(shelved: Shelved) -> Project:
    """A refuted experiment `a`, checked out."""
    return shelved(disproved, default_files())


@pytest.fixture
def supported(shelved: Shelved) -> Project:
    """A supported experiment `a` with a change of code, checked out."""
    return shelved(proved, default_files())


def test_a_supported_experiment_is_merged(supported: Project) -> None:
    main, branch = tip(supported), tip(supported, "exp/a")
    got = supported.ledger("land", "-m", "every time")
    assert "with its change" in got.out
    assert "the verdict is supported" in got.out
    assert "reproduced" not in got.out
    assert "git branch -d exp/a" in got.out
    assert parents(supported) == [main, branch]
    assert tip(supported, "main^{tree}") == tip(supported, "exp/a^{tree}")
    assert trailers(supported) == {"Ledger-Experiment": "a", "Ledger-Landed": "adopt", "Ledger-Tip": branch}
    assert supported.git("log", "-1", "--format=%s", "main") == "land: supported A rate of 0.2 helps"
    assert tips(supported) == []
    supported.git("switch", "-q", "main")
    supported.dvc("checkout")
    assert "up to date" in supported.dvc("status")
    supported.git("branch", "-d", "exp/a")
    assert supported.ledger("show", "a", "--json").json["status"] == "landed"
    sound(supported)


def test_outputs_are_laid_out_where_main_is_checked_out(supported: Project) -> None:
    checkpoint = (supported.root / "model.txt").read_text()
    supported.git("switch", "-q", "main")
    (supported.root / "model.txt").unlink()
    supported.ledger("land", "a")
    assert (supported.root / "model.txt").read_text() == checkpoint
    assert "up to date" in supported.dvc("status")
    sound(supported)


def test_adopting_after_recording_and_not_the_other_way_round(refuted: Project) -> None:
    refuted.ledger("land")
    recorded = tip(refuted)
    # not a merge: the code of the branch is still to be merged
    assert refuted.git("diff", "--name-only", "main...exp/a").splitlines() != []
    refuted.ledger("land", "--adopt")
    assert parents(refuted) == [recorded, tip(refuted, "exp/a")]
    assert json.loads(refuted.git("show", "main:params.json"))["train"]["lr"] == 0.2
    before = refuted.state()
    for kind in ("--record", "--adopt"):
        assert "has landed already" in refuted.ledger("land", "a", kind, code=2).err
    assert refuted.state() == before
    sound(refuted)


def test_a_deleted_branch_can_be_adopted_from_its_tag(refuted: Project) -> None:
    refuted.ledger("land")
    held = tip(refuted, "exp/a")
    refuted.git("switch", "-q", "main")
    refuted.git("branch", "-q", "-D", "exp/a")
    got = refuted.ledger("land", "a", "--adopt", code=2)
    assert f"git branch exp/a {held[:10]}" in got.err
    refuted.git("branch", "exp/a", held[:10])
    refuted.ledger("land", "a", "--adopt")
    assert json.loads((refuted.root / "params.json").read_text())["train"]["lr"] == 0.2
    sound(refuted)


def test_a_descendant_of_a_recorded_experiment_is_adopted(refuted: Project) -> None:
    project = refuted
    project.ledger("land")
    project.ledger("new", "With a better start", "--name", "b", "--from", "a", "--seeds", "2")
    project.commit("code: start higher", {"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    project.ledger("run")
    conclude(project, "supported", "b")
    # what main has of `a` is the later
    project.git("switch", "-q", "exp/a")
    project.ledger("note", "an afterthought")
    project.ledger("land", "a", "--record")
    record = project.git("rev-parse", "main:experiments/a")
    project.ledger("land", "b")
    assert project.git("rev-parse", "main:experiments/a") == record
    assert json.loads(project.git("show", "main:params.json"))["train"]["lr"] == 0.2
    assert "0.6 +" in project.git("show", "main:train.py")
    sound(project)


def test_two_experiments_on_other_keys_are_merged_key_by_key(shelved: Shelved) -> None:
    project = shelved(undecided, default_files())
    conclude(project, "supported", "a")
    project.ledger("new", "Another name", "--name", "b", "--from", "main", "--seeds", "2", "-S", "train.name=large")
    project.ledger("run")
    conclude(project, "supported", "b")
    project.ledger("land", "a")
    got = project.ledger("land", "b")
    assert "params.json is merged key by key" in got.err
    assert "dvc.lock is merged stage by stage" in got.err
    assert "both sides have results: those of exp/b are used" in got.err
    assert "to be reproduced on main: train" in got.out
    assert json.loads(project.git("show", "main:params.json"))["train"] == SMALL | {"lr": 0.2, "name": "large"}
    assert project.git("rev-parse", "main:dvc.lock") == project.git("rev-parse", "exp/b:dvc.lock")
    assert project.git("rev-parse", "main:metrics.json") == project.git("rev-parse", "exp/b:metrics.json")
    assert "to be reproduced: train" in project.git("log", "-1", "--format=%B", "main")
    project.git("switch", "-q", "main")
    assert "train" in project.dvc("status")
    sound(project)


TWO_STAGES = """\
stages:
  clean:
    cmd: python clean.py
    deps: [clean.py]
    outs:
      - clean.txt: {cache: false}
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""


def test_locks_are_merged_stage_by_stage(make_project: MakeProject) -> None:
    """Main ran one stage anew, the experiment the other: nothing is to be reproduced, as DVC agrees."""
    clean = 'open("clean.txt", "w").write("clean")\n'
    project = make_project(default_files() | {"dvc.yaml": TWO_STAGES, "clean.py": clean})
    project.dvc("repro", "-q")
    project.commit("reproduced")
    begin(project)
    conclude(project, "supported")
    project.git("switch", "-q", "main")
    project.write({"clean.py": clean.replace('"clean"', '"cleaner"')})
    project.dvc("repro", "-q")
    main = project.commit("cleaner")
    got = project.ledger("land", "a")
    assert "dvc.lock is merged stage by stage" in got.err
    assert "to be reproduced" not in got.out
    # the verdict is of another state all the same
    assert "no trial ran what main now has" in got.out
    assert parents(project) == [main, tip(project, "exp/a")]
    assert (project.root / "clean.txt").read_text() == "cleaner"
    assert "up to date" in project.dvc("status")
    project.dvc("repro")
    sound(project)


OTHER_CODE = {"train.py": TRAIN.replace("0.5 +", "0.7 +")}
RATE = "params.json: train.lr was 0.1; it is 0.3 on main, 0.2 on exp/a"
GONE = "gone.py: changed on exp/a, removed or moved on main"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(OTHER_CODE, ["train.py: both changed it"], id="code"),
        pytest.param({"params.json": params(lr=0.3)}, [RATE], id="a key"),
        pytest.param(OTHER_CODE | {"params.json": params(lr=0.3)}, ["train.py: both", RATE], id="two files"),
        pytest.param({"new.py": "ours\n"}, ["new.py: both added it"], id="a new file"),
        pytest.param({"gone.py": ""}, [GONE], id="a file that is gone"),
        pytest.param({"params.json": "{"}, ["params.json: it cannot be read"], id="parameters that are none"),
    ],
)
def test_true_conflicts_are_named_and_nothing_changes(project: Project, files: dict[str, str], said: list[str]) -> None:
    project.commit("a file", {"gone.py": "base\n"})
    begin(project, runs=False)
    changes = {"train.py": TRAIN.replace("0.5 +", "0.6 +"), "new.py": "theirs\n", "gone.py": "theirs\n"}
    project.commit("code: change", changes)
    conclude(project, "supported")
    if "gone.py" in files:
        project.git("switch", "-q", "main")
        project.git("rm", "-q", "gone.py")
        project.git("commit", "-q", "-m", "gone")
        project.git("switch", "-q", "exp/a")
    else:
        on_main(project, files)
    before = project.state()
    got = project.ledger("land", code=1)
    for text in said:
        assert text in got.err
    assert project.state() == before
    # the record alone is never in conflict
    project.ledger("land", "--record")
    sound(project)


def test_a_change_on_main_that_a_stage_reads_is_to_be_reproduced(supported: Project) -> None:
    main = on_main(supported, {"train.py": "# main\n" + TRAIN})
    got = supported.ledger("land")
    assert "to be reproduced on main: train" in got.out
    assert parents(supported)[0] == main
    assert supported.git("show", "main:train.py").startswith("# main")
    assert "0.6 +" in supported.git("show", "main:train.py")
    sound(supported)


def test_a_change_of_the_branch_after_its_verdict_is_not_adopted_unasked(supported: Project) -> None:
    """The verdict is about what ran: what came after it is adopted where that is said, and told."""
    code = (supported.root / "train.py").read_text()
    supported.commit("a tweak", {"train.py": f"{code}# tweaked\n"})
    before = supported.state()
    got = supported.ledger("land", "a", code=2)
    assert "a has changed since its verdict (train.py): no trial ran what would be adopted" in got.err
    assert "hint: ledger run a && ledger conclude a, then land it; or ledger land a --adopt" in got.err
    assert supported.state() == before
    got = supported.ledger("land", "a", "--adopt")
    assert "warning: no trial ran this change in its present form: train.py changed after its trials" in got.err
    assert "to be reproduced on main: " in got.out


def test_a_change_that_ran_and_is_judged_is_adopted_without_a_word(supported: Project) -> None:
    code = (supported.root / "train.py").read_text()
    supported.commit("a tweak", {"train.py": f"{code}# tweaked\n"})
    supported.ledger("run", "a")
    assert "out of date" in supported.ledger("land", "a", code=2).err
    # judged anew it is another verdict
    judged = VERDICT.format(outcome="supported").replace("It is", "It is still")
    supported.commit("verdict", {"experiments/a/verdict.md": judged})
    assert "warning" not in supported.ledger("land", "a").err


def test_a_change_on_main_that_no_stage_reads_is_not(supported: Project) -> None:
    on_main(supported, {"README.md": "words\n"})
    got = supported.ledger("land")
    assert "reproduced" not in got.out
    assert "no trial ran what main now has" not in got.out
    sound(supported)


def test_comments_of_parameter_files_are_kept(make_project: MakeProject) -> None:
    text = "# the seed\nseed: 0\n# the rest\ntrain:\n  lr: 0.1  # small\n  name: small\n"
    files = default_files() | {
        "params.yaml": text,
        "train.py": "import json\njson.dump({'accuracy': 1}, open('metrics.json', 'w'))\nopen('model.txt', 'w')\n",
        "dvc.yaml": PIPELINE.replace("- params.json: [seed, train]", "- seed\n      - train"),
    }
    files.pop("params.json")
    project = make_project(files)
    begin(project, runs=False)
    theirs = project.git("show", "exp/a:params.yaml") + "\n"
    project.commit("code: a key", {"params.yaml": theirs + "  gamma: 2  # of the loss\n"})
    conclude(project, "supported")
    on_main(project, {"params.yaml": text.replace("name: small", "name: large  # now") + "  momentum: 0.9\n"})
    project.ledger("land")
    assert project.git("show", "main:params.yaml").splitlines() == [
        "# the seed",
        "seed: 0",
        "# the rest",
        "train:",
        "  lr: 0.2  # small",
        "  name: large  # now",
        "  momentum: 0.9",
        "  gamma: 2  # of the loss",
    ]
    sound(project)


def test_lines_that_dvc_ignores_are_kept_from_both(make_project: MakeProject) -> None:
    project = make_project()
    begin(project, runs=False)
    project.commit("theirs", {".gitignore": "/model.txt\n/theirs.txt\n"})
    conclude(project, "supported")
    on_main(project, {".gitignore": "/model.txt\n/ours.txt\n"})
    project.ledger("land")
    assert project.git("show", "main:.gitignore").split() == ["/model.txt", "/ours.txt", "/theirs.txt"]


def test_two_pipelines_that_make_none_are_refused(project: Project) -> None:
    """Each is sound, and git finds no conflict; but both add a stage that makes one file."""
    extra = "  {0}:\n    cmd: touch extra.txt\n    outs: [extra.txt]\n"
    begin(project, runs=False)
    project.commit("theirs", {"dvc.yaml": PIPELINE + extra.format("theirs")})
    conclude(project, "supported")
    on_main(project, {"dvc.yaml": PIPELINE.replace("stages:\n", "stages:\n" + extra.format("ours"))})
    before = project.state()
    got = project.ledger("land", code=1)
    assert "ours and theirs both make extra.txt" in got.err
    assert project.state() == before
