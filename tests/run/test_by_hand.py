"""`dvc repro` by hand and `ledger record`: the same kind of record as `ledger run` makes, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from conftest import PARAMS, PIPELINE, TRAIN, MakeProject, Project, default_files

from ledger.model.formats import yaml12

YAML_PARAMS = """\
seed: 0  # the first
train:
  lr: 0.1
"""

YAML_PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [seed, train.lr]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""


def params(seed: int, lr: float = 0.1) -> str:
    return json.dumps(PARAMS | {"seed": seed, "train": {**PARAMS["train"], "lr": lr}}, indent=2) + "\n"  # type: ignore[dict-item]


def repro(project: Project, *arguments: str) -> None:
    project.dvc("repro", "-q", *arguments)


def record(project: Project, path: str) -> dict[str, Any]:
    document = yaml12.loads(project.git("show", f"HEAD:experiments/{path}.yaml"))
    assert isinstance(document, dict)
    return document


def clean(project: Project) -> bool:
    return project.git("status", "--porcelain") == "" and "up to date" in project.dvc("status")


def refused(project: Project, *arguments: str) -> str:
    """What `ledger record` says when it refuses; it must leave everything as it was."""
    before = project.state()
    files = {
        p: (project.root / p).read_text()
        for p in ("params.json", "metrics.json", "dvc.lock")
        if (project.root / p).exists()
    }
    got = project.ledger("record", *arguments, code=2)
    assert project.state() == before
    assert {p: (project.root / p).read_text() for p in files} == files
    return got.err


def test_a_record_by_hand_is_the_same_as_one_of_a_run(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    project.ledger("new", "By run", "--name", "auto", "--seeds", "2", "--from", "main")
    project.ledger("run", "--only", "treatment/seed-0")
    by_run = record(project, "auto/trials/treatment/seed-0")
    (project.root / "model.txt").unlink()
    project.git("switch", "-q", "exp/hand")
    repro(project)
    assert project.ledger("status", "--json").json["unrecorded"] == ["dvc.lock", "metrics.json"]
    got = project.ledger("record")
    assert "treatment/seed-0" in got.out
    by_hand = record(project, "hand/trials/treatment/seed-0")
    for mine in ("experiment", "code", "started", "by_hand"):
        by_run.pop(mine, None)
        by_hand.pop(mine, None)
    # what the run measured in passing belongs to the very same lock entries
    assert by_hand.pop("stages")["train"]["cached"]
    assert not by_run.pop("stages")["train"]["cached"]
    assert by_hand == by_run
    assert clean(project)
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    trial = project.ledger("show", "--json").json["trials"][0]
    tree = project.git("diff", "--name-only", f"{trial['commit']}^", trial["commit"]).splitlines()
    assert {path for path in tree if not path.startswith("experiments/")} == {"dvc.lock", "metrics.json"}
    # what stands recorded is not run again
    assert project.ledger("status", "--json").json["missing"] == 1


def test_seeds_by_hand_in_a_loop(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--over", "seed=1,2,0")
    code = project.git("rev-parse", "HEAD")
    made: dict[str, Mapping[str, float]] = {}
    for seed in (0, 1, 2):
        project.write({"params.json": params(seed)})
        repro(project)
        made[f"treatment/seed-{seed}"] = json.loads((project.root / "metrics.json").read_text())
        project.ledger("record")
        assert clean(project)
    # the branch shows the first declared replicate, as after a run
    assert (project.root / "params.json").read_text() == params(1)
    assert json.loads((project.root / "metrics.json").read_text()) == made["treatment/seed-1"]
    assert (project.root / "model.txt").read_text() == str(made["treatment/seed-1"]["accuracy"])
    trials = project.ledger("show", "--json").json["trials"]
    assert {t["id"]: t["metrics"] for t in trials} == made
    assert all(t["current"] for t in trials)
    assert len({t["outs"]["model.txt"]["md5"] for t in trials}) == 3
    # no seed was committed as if it were a change of code
    assert project.git("log", "--format=%s", f"{code}..HEAD").count("run:") == 3
    assert project.git("rev-list", "--count", f"{code}..HEAD") == "3"
    assert "nothing to run" in project.ledger("run").out


def test_a_change_that_is_not_committed_becomes_code_first(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    base = project.git("rev-parse", "HEAD")
    changed = TRAIN.replace("0.5 +", "0.6 +")
    project.write({"train.py": changed, "params.json": params(1, lr=0.2)})
    repro(project)
    got = project.ledger("record", "-m", "more of it")
    assert "committed the change" in got.err
    assert project.git("log", "--format=%s", f"{base}..HEAD").splitlines()[1:] == ["code: more of it"]
    assert project.git("show", "HEAD~1:train.py") == changed.strip()
    # the seed of the trial is no part of the change
    assert project.git("show", "HEAD~1:params.json") == params(0, lr=0.2).strip()
    found = record(project, "hand/trials/treatment/seed-1")
    assert found["code"] == project.git("rev-parse", "HEAD~1")
    assert found["params"]["params.json"]["train"]["lr"] == 0.2
    assert clean(project)
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"]) == (1, 1)
    # the run that follows sees the same treatment
    project.ledger("run")
    assert all(t["current"] for t in project.ledger("show", "--json").json["trials"])
    assert json.loads((project.root / "params.json").read_text())["seed"] == 0
    assert clean(project)


def test_a_seed_that_is_set_back_is_told(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--over", "seed=1,2", "-S", "train.lr=0.2")
    for seed, told in ((1, False), (2, True)):
        project.write({"params.json": params(seed, lr=0.2)})
        repro(project)
        said = project.ledger("record", "--json").json["warnings"]
        now = json.loads((project.root / "params.json").read_text())["seed"]
        assert (now == seed) is not told
        line = f"params.json has seed: {now} again, as the branch does; the record has your seed: {seed}"
        assert (line in said) is told, said


def test_variants_are_known_by_their_parameters(project: Project) -> None:
    arms = ("--predict", "accuracy >= baseline", "--variant", "high:train.lr=0.3", "-S", "train.lr=0.2")
    project.ledger("new", "Rates", "--name", "rates", *arms, "--seeds", "2")
    for lr, seed, variant in ((0.3, 1, "high"), (0.1, 0, "baseline"), (0.2, 1, "treatment")):
        project.write({"params.json": params(seed, lr)})
        repro(project)
        assert f"{variant}/seed-{seed}" in project.ledger("record").out
        found = record(project, f"rates/trials/{variant}/seed-{seed}")
        assert found["params"]["params.json"]["train"]["lr"] == lr
        assert found["replicate"] == {"seed": seed}
        assert project.git("status", "--porcelain") == ""
        assert json.loads((project.root / "params.json").read_text())["train"]["lr"] == 0.2
    assert found["metrics"] == json.loads((project.root / "metrics.json").read_text())
    assert clean(project)
    assert project.git("log", "--format=%s", "main..HEAD").count("code:") == 0
    assert project.ledger("status", "--json").json["succeeded"] == 3


def test_what_cannot_be_a_trial_is_refused(project: Project) -> None:
    repro(project)
    assert "you are on main" in refused(project)
    project.git("clean", "-qfdx", "-e", ".dvc")

    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    assert "there is no dvc.lock" in refused(project)
    repro(project)
    project.write({"params.json": params(1)})
    assert "do not belong to the present files" in refused(project)
    project.write({"params.json": params(0)})
    (project.root / "metrics.json").write_text('{"accuracy": 1.0}\n')
    assert "do not belong to the present files" in refused(project)
    repro(project)

    project.ledger("record")
    assert "is already recorded" in refused(project)
    repro(project, "--force")
    assert "is already recorded" in refused(project)


def test_a_checkpoint_that_is_in_no_cache_is_not_recorded(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    repro(project, "--no-commit")
    said = refused(project)
    assert "model.txt" in said
    assert "dvc commit" in said
    project.dvc("commit", "-f", "-q")
    project.ledger("record")
    assert clean(project)
    project.dvc("gc", "--all-commits", "-f", "-q")
    (project.root / "model.txt").unlink()
    project.dvc("checkout")
    assert clean(project)


def test_what_no_stage_reads_stays_as_it_is(project: Project) -> None:
    project.commit("words", {"README.md": "words\n"})
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    project.write({"README.md": "other words\n", "scratch.txt": "mine", "params.json": params(1)})
    repro(project)
    project.ledger("record")
    assert project.git("status", "--porcelain").splitlines() == ["M README.md", "?? scratch.txt"]
    assert "README" not in project.git("log", "--format=", "--name-only", "main..HEAD", "--", "README.md")

    # with a change of code too
    project.write({"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    repro(project)
    project.ledger("record", "-m", "more")
    assert project.git("status", "--porcelain").splitlines() == ["M README.md", "?? scratch.txt"]
    assert project.git("show", "--format=", "--name-only", "HEAD~1") == "train.py"
    assert (project.root / "README.md").read_text() == "other words\n"


def test_a_staged_file_stays_staged(project: Project) -> None:
    project.commit("words", {"README.md": "words\n"})
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "2")
    project.write({"README.md": "staged\n", "params.json": params(1)})
    project.git("add", "README.md")
    project.write({"README.md": "and more\n"})
    repro(project)
    project.ledger("record")
    assert project.git("status", "--porcelain") == "MM README.md"
    assert project.git("show", ":README.md") == "staged"


@pytest.mark.parametrize("canonical", [False, True], ids=["of another seed", "of the first seed"])
def test_a_comment_beside_the_seed_is_not_lost(make_project: Any, canonical: bool) -> None:
    train = TRAIN.replace(
        next(line for line in TRAIN.splitlines() if line.startswith("params = ")),
        'from ruamel.yaml import YAML\nparams = YAML(typ="safe").load(open("params.yaml"))',
    )
    project: Project = make_project(
        {"train.py": train, "params.yaml": YAML_PARAMS, "dvc.yaml": YAML_PIPELINE, ".gitignore": "/model.txt\n"}
    )
    project.ledger("new", "By hand", "--name", "hand", "--over", "seed=1,0" if canonical else "seed=0,1")
    if not canonical:
        project.ledger("run", "--only", "treatment/seed-0")
    text = YAML_PARAMS.replace("seed: 0  # the first", "# try others\nseed: 1  # the second")
    project.write({"params.yaml": text})
    repro(project)
    project.ledger("record")
    # kept as code of its own, while the seed is the trial's; the branch shows the first seed
    shown = text if canonical else text.replace("seed: 1", "seed: 0")
    assert project.git("show", "HEAD~1:params.yaml") == text.replace("seed: 1", "seed: 0").strip()
    assert (project.root / "params.yaml").read_text() == shown
    assert clean(project)


# goes on from its own checkpoint, as training that was interrupted does
WARM = """\
import os

params = eval(open("params.json").read())
before = float(open("ck").read()) if os.path.exists("ck") else 0.0
value = before + params["train"]["lr"] + params["seed"] / 1000
open("ck", "w").write(str(value))
open("metrics.json", "w").write('{"accuracy": %r}' % value)
open("model.txt", "w").write(str(value))
"""


def test_a_warm_start_is_no_trial(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("outs: [model.txt]", "outs:\n      - model.txt\n      - ck: {persist: true}")
    project = make_project(
        default_files() | {"train.py": WARM, "dvc.yaml": pipeline, ".gitignore": "/model.txt\n/ck\n"}
    )
    project.ledger("new", "X", "--name", "x", "--seeds", "3")
    # the first one has begun from nothing
    repro(project)
    first = project.ledger("record")
    assert "warning: DVC keeps ck when its stage runs again" in first.err
    # the next goes on from it, whether the parameters of the arm or the seed are others
    for changed in (params(1), params(0, lr=0.2)):
        project.write({"params.json": changed})
        repro(project)
        before = project.state()
        refused = project.ledger("record", code=2).err
        assert "may be a warm start" in refused and "ledger run trains each trial from scratch" in refused
        assert project.state() == before
    project.git("checkout", "-q", "--", ".")
    project.dvc("checkout", "-q", "--force")
    trials = {t["id"]: t["metrics"] for t in project.ledger("run", "--json").json["trials"]}
    assert trials["treatment/seed-2"]["accuracy"] == pytest.approx(0.102)
    # on a branch that has none yet, what main's lock knows of is there all the same
    project.ledger("land", "--adopt")
    project.git("switch", "-q", "main")
    project.ledger("new", "Y", "--name", "y", "-S", "train.lr=0.4")
    repro(project)
    assert "may be a warm start" in project.ledger("record", code=2).err


@pytest.mark.parametrize("at", ["_put_back", "advance_with_outputs"])
def test_a_record_that_was_killed_is_completed_by_the_next(
    project: Project, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    project.ledger("new", "By hand", "--name", "hand", "-S", "train.lr=0.2", "--seeds", "2")
    repro(project)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"ledger.run.collect.{at}", killed)
        project.ledger("record", code=130)
    assert project.git("for-each-ref", "--format=%(refname)", "refs/ledger/trials").endswith("seed-0")
    assert "treatment/seed-0" in project.ledger("record").out
    assert record(project, "hand/trials/treatment/seed-0")["by_hand"] is True
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    assert clean(project)
    project.ledger("verify", "hand")
    # what is another trial's is not mistaken for it
    (project.root / "params.json").write_text(params(1, 0.2))
    repro(project)
    assert "treatment/seed-1" in project.ledger("record").out
