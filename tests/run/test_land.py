"""`ledger land`: what main becomes, that nothing is lost by it, and that a landing is whole or has not happened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import PARAMS, PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files

import ledger.ops.land as landing
from ledger.analysis.landing import RECORD
from ledger.git.bring_along import bring_along
from ledger.git.git import open_repository
from ledger.machine.locks import is_held
from ledger.repo.landing.prepare import prepare
from ledger.repo.ledger import open_ledger

VERDICT = """\
---
schema: 1
outcome: {outcome}
predictions: []
warnings: []
amendments: []
looks: 1
alpha: 0.05
---
It is {outcome}.
"""


def begin(project: Project, name: str = "a", *options: str, lr: float = 0.2, runs: bool = True) -> None:
    """An experiment with two seeds, forked from main and checked out."""
    title = f"A rate of {lr} helps"
    project.ledger("new", title, "--name", name, "--from", "main", "--seeds", "2", "-S", f"train.lr={lr}", *options)
    if runs:
        project.ledger("run")


def conclude(project: Project, outcome: str, name: str = "a") -> str:
    """A verdict on the branch that is checked out."""
    return project.commit("verdict", {f"experiments/{name}/verdict.md": VERDICT.format(outcome=outcome)})


def on_main(project: Project, files: dict[str, str], message: str = "main moves on") -> str:
    """A commit on main; the branch that was checked out is again afterwards."""
    project.git("switch", "-q", "main")
    commit = project.commit(message, files)
    project.git("switch", "-q", "-")
    return commit


SMALL: dict[str, Any] = json.loads(json.dumps(PARAMS))["train"]


def params(**train: Any) -> str:
    """The parameter file with other values."""
    return json.dumps({"seed": PARAMS["seed"], "train": SMALL | train}, indent=2) + "\n"


def tip(project: Project, revision: str = "main") -> str:
    return project.git("rev-parse", revision)


def parents(project: Project, commit: str = "main") -> list[str]:
    return project.git("rev-list", "--parents", "-n1", commit).split()[1:]


def changed(project: Project, old: str, new: str = "main") -> list[str]:
    return project.git("diff", "--name-only", "--no-renames", old, new).splitlines()


def trailers(project: Project, commit: str = "main") -> dict[str, str]:
    lines = project.git("log", "-1", "--format=%(trailers)", commit).splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def tips(project: Project) -> list[str]:
    """The tags that hold a branch's tip."""
    lines = project.git(
        "for-each-ref", "--format=%(refname:short) %(contents:subject)", "refs/tags/ledger"
    ).splitlines()
    return [line.split(" ", 1)[0] for line in lines if " tip of " in line]


def sound(project: Project) -> None:
    """Nothing is broken, and the work tree shows what its branch holds."""
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""


def undecided(project: Project) -> None:
    """An experiment `a` with its trials and no verdict, checked out."""
    begin(project)


def disproved(project: Project) -> None:
    """A refuted experiment `a`, checked out."""
    begin(project)
    conclude(project, "refuted")


def proved(project: Project) -> None:
    """A supported experiment `a` with a change of code, checked out."""
    begin(project, runs=False)
    project.commit("code: start higher", {"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    project.ledger("run")
    conclude(project, "supported")


@pytest.fixture
def refuted(shelved: Shelved) -> Project:
    """A refuted experiment `a`, checked out."""
    return shelved(disproved, default_files())


@pytest.fixture
def supported(shelved: Shelved) -> Project:
    """A supported experiment `a` with a change of code, checked out."""
    return shelved(proved, default_files())


# --- the record alone


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


# --- the change too


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
    assert "both sides have results: those of exp/b are taken" in got.err
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


# --- bad input


def test_without_a_verdict_it_must_be_said_how(shelved: Shelved) -> None:
    project = shelved(undecided, default_files())
    before = project.state()
    got = project.ledger("land", code=2)
    assert "no verdict" in got.err
    assert "ledger conclude a" in got.err
    assert "exclude each other" in project.ledger("land", "--record", "--adopt", code=2).err
    assert "empty message" in project.ledger("land", "--record", "-m", " ", code=2).err
    assert project.state() == before
    project.ledger("land", "--record")
    assert project.git("log", "-1", "--format=%s", "main") == "land: unconcluded A rate of 0.2 helps"


def test_there_must_be_a_main_branch(refuted: Project) -> None:
    refuted.git("branch", "-m", "main", "trunk")
    assert "main: trunk" in refuted.ledger("land", code=2).err
    refuted.write({"ledger.yaml": "main: stem\n"})
    assert "no branch stem" in refuted.ledger("land", code=2).err
    refuted.write({"ledger.yaml": "main: trunk\n"})
    refuted.ledger("land")
    assert trailers(refuted, "trunk")["Ledger-Landed"] == "record"


def test_a_clone_needs_branches_of_its_own(refuted: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    refuted.git("clone", "-q", str(refuted.root), str(clone))
    # it has the branch that was checked out, and the others on the remote alone
    assert "git branch main origin/main" in refuted.ledger("land", cwd=clone, code=2).err
    refuted.git("switch", "-q", "main", cwd=clone)
    refuted.git("branch", "-q", "-D", "exp/a", cwd=clone)
    assert "git switch exp/a" in refuted.ledger("land", "a", cwd=clone, code=2).err
    refuted.git("switch", "-q", "exp/a", cwd=clone)
    refuted.ledger("land", cwd=clone)
    assert refuted.git("status", "--porcelain", cwd=clone) == ""


def test_a_shallow_clone_records_and_does_not_adopt(refuted: Project, tmp_path: Path) -> None:
    on_main(refuted, {"README.md": "words\n"})
    clone = tmp_path / "clone"
    url = refuted.root.as_uri()
    refuted.git("clone", "-q", "--depth", "1", "--no-single-branch", "--no-tags", url, str(clone))
    if refuted.git("branch", "--show-current", cwd=clone) != "main":
        refuted.git("branch", "main", "origin/main", cwd=clone)
    else:
        refuted.git("branch", "exp/a", "origin/exp/a", cwd=clone)
    before = refuted.git("for-each-ref", cwd=clone)
    got = refuted.ledger("land", "a", "--adopt", cwd=clone, code=2)
    assert "git fetch --unshallow" in got.err
    assert refuted.git("for-each-ref", cwd=clone) == before
    refuted.ledger("land", "a", cwd=clone)
    assert refuted.git("log", "-1", "--format=%s", "main", cwd=clone).startswith("land: refuted")
    assert refuted.git("fsck", "--no-dangling", cwd=clone) == ""
    refuted.git("fetch", "-q", "--unshallow", cwd=clone)
    refuted.ledger("land", "a", "--adopt", cwd=clone)
    assert refuted.git("fsck", "--no-dangling", cwd=clone) == ""


@pytest.mark.parametrize("kind", ["--record", "--adopt"])
def test_links_among_the_records_are_refused(refuted: Project, kind: str) -> None:
    (refuted.root / "experiments/a/more").symlink_to("/etc")
    refuted.commit("a link")
    before = refuted.state()
    got = refuted.ledger("land", kind, code=2)
    assert "experiments/a/more" in got.err
    assert "symbolic link" in got.err
    assert refuted.state() == before


def test_an_output_behind_a_link_is_not_adopted(make_project: MakeProject) -> None:
    files = default_files() | {
        "dvc.yaml": PIPELINE.replace("outs: [model.txt]", "outs: [models/model.txt]"),
        "train.py": TRAIN.replace('"model.txt"', '"models/model.txt"'),
        "models/.gitignore": "/model.txt\n",
    }
    project = make_project(files)
    begin(project)
    shutil.rmtree(project.root / "models")
    (project.root / ".git/hooks").mkdir()
    (project.root / "models").symlink_to(".git/hooks")
    project.commit("a trap")
    got = project.ledger("land", "--adopt", code=2)
    assert "models/model.txt" in got.err


def test_another_experiment_of_the_name_is_not_written_over(refuted: Project) -> None:
    text = refuted.git("show", "exp/a:experiments/a/hypothesis.md")
    lines = [
        "author: Grace Hopper <grace@example.org>" if row.startswith("author:") else row for row in text.splitlines()
    ]
    on_main(refuted, {"experiments/a/hypothesis.md": "\n".join(lines) + "\n"})
    before = refuted.state()
    got = refuted.ledger("land", "--record", code=2)
    assert "another experiment named a" in got.err
    assert refuted.state() == before


def test_a_file_where_records_go_is_not_written_over(shelved: Shelved) -> None:
    project = shelved(undecided, default_files())
    on_main(project, {"experiments": "a file\n"})
    got = project.ledger("land", "--record", code=2)
    assert "experiments on main is a file" in got.err


def test_histories_that_share_nothing(refuted: Project) -> None:
    refuted.git("switch", "-q", "--orphan", "other")
    refuted.commit("anew", default_files() | {"ledger.yaml": "main: other\n"})
    assert "share no history" in refuted.ledger("land", "a", "--adopt", code=2).err
    refuted.ledger("land", "a", "--record")
    sound(refuted)


# --- whole or not at all


@pytest.mark.parametrize("kind", ["--record", "--adopt"])
def test_a_landing_that_is_killed_is_made_whole_by_the_next(refuted: Project, kind: str) -> None:
    refuted.git("switch", "-q", "main")
    before = refuted.state()
    with open_ledger(refuted.root) as ledger:
        prepared = prepare(ledger, ledger.experiment("a"), kind.removeprefix("--"), None)
    # killed before anything has moved
    assert refuted.state() == before
    # killed between the work tree and the refs
    git = open_repository(refuted.root)
    bring_along(git, refuted.root, prepared.step.old, prepared.step.new)
    assert refuted.git("for-each-ref", "--format=%(refname) %(objectname)") == before[0]
    assert (refuted.root / "experiments/a/verdict.md").is_file()
    refuted.ledger("land", "a", kind)
    sound(refuted)


def test_branch_and_tag_move_together_or_not_at_all(refuted: Project) -> None:
    lock = refuted.root / f".git/refs/tags/ledger/a/{tip(refuted, 'exp/a')[:10]}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    before = refuted.state()
    assert "another git process" in refuted.ledger("land", code=2).err
    assert refuted.state() == before
    lock.unlink()
    refuted.ledger("land")
    sound(refuted)


def test_main_that_moves_meanwhile_is_built_upon(refuted: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [{"README.md": "words\n"}]

    def prepared(*arguments: Any) -> Any:
        made = prepare(*arguments)
        if moves:
            on_main(refuted, moves.pop())
        return made

    monkeypatch.setattr(landing, "prepare", prepared)
    refuted.ledger("land")
    assert refuted.git("show", "main:README.md") == "words"
    assert refuted.git("log", "--format=%s", "-2", "main").splitlines()[1] == "main moves on"
    sound(refuted)


def test_the_repository_is_locked_meanwhile(refuted: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def prepared(*arguments: Any) -> Any:
        held.append(is_held(refuted.root / ".git/ledger/lock"))
        return prepare(*arguments)

    monkeypatch.setattr(landing, "prepare", prepared)
    refuted.ledger("land")
    assert held == [True]
    assert trailers(refuted)["Ledger-Landed"] == RECORD


def test_data_that_a_record_leaves_behind_are_told(project: Project) -> None:
    begin(project)
    pointer = "outs:\n- md5: 900150983cd24fb0d6963f7d28e17f72\n  size: 3\n  hash: md5\n  path: weekly\n"
    project.git("switch", "-q", "exp/a")
    project.commit("weekly data", {"data/weekly.dvc": pointer, "ledger.yaml": "ignore: [data/weekly.dvc]\n"})
    conclude(project, "inconclusive")
    said = "its data (data/weekly) stay off main: --adopt brings them too, without a claim"
    assert project.ledger("land").out.count(said) == 1
    assert "data/weekly.dvc" not in project.git("ls-tree", "-r", "--name-only", "main")
    # what the line says to type does it
    assert said not in project.ledger("land", "--adopt").out
    assert "data/weekly.dvc" in project.git("ls-tree", "-r", "--name-only", "main")
