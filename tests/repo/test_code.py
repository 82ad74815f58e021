"""What a commit would run, read from git: parameters by name, fingerprints, and what no stage would notice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import PARAMS, PIPELINE, TRAIN, MakeProject, Project, default_files

import ledger.dvc.resolve
from ledger.errors import LedgerError
from ledger.repo.code import Arm, Code
from ledger.repo.ledger import open_ledger


def code(project: Project, revision: str = "HEAD") -> Code:
    """The state of a revision."""
    with open_ledger(project.root) as opened:
        return opened.code.at(project.git("rev-parse", revision))


def arm(project: Project, overrides: dict[str, Any] | None = None, axes: tuple[str, ...] = ("seed",)) -> Arm:
    """A variant of the code at HEAD."""
    with open_ledger(project.root) as opened:
        return opened.code.arm(opened.code.at(project.git("rev-parse", "HEAD")), overrides or {}, axes)


def refusal(project: Project, name: str, value: object) -> str | None:
    """Why a parameter's change would go unseen, None where a stage sees it."""
    with open_ledger(project.root) as opened:
        try:
            opened.code.require_tracked(opened.code.at(project.git("rev-parse", "HEAD")), name, value)
        except LedgerError as error:
            return f"{error.message} ({error.hint})"
    return None


# --- names


def test_parameters_go_by_their_dotted_names(project: Project) -> None:
    found = code(project)
    assert {name: value for name, (_, value) in found.names.items()} == {
        "seed": 0,
        "train.lr": 0.1,
        "train.layers": [4, 2],
        "train.name": "small",
    }
    assert found.locate("train.lr") == ("params.json", "train.lr")
    assert found.locate("params.json:train.lr") == ("params.json", "train.lr")


def test_what_dvcignore_leaves_out_is_none_of_the_pipeline(make_project: MakeProject) -> None:
    other = "vars: [more.yaml]\nstages:\n  other:\n    cmd: echo ${lr}\n"
    below = {"others/x/dvc.yaml": other, "others/x/params.yaml": "seed: 9\nlr: 8\n", "others/x/more.yaml": "n: 1\n"}
    plain = make_project(default_files(), name="plain")
    project = make_project(default_files() | below | {".dvcignore": "/others\n"})
    assert code(project).names == code(plain).names
    assert code(project).pipeline == code(plain).pipeline
    assert arm(project).fingerprint == arm(plain).fingerprint


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("train.lrr", "no parameter file has train.lrr (params.json)", "did you mean train.lr or"),
        ("lr", "no parameter file has lr", "did you mean train.lr?"),
        ("train", "train is a group of parameters in params.json", "say train.lr, train.layers or"),
        ("zzzzzz", "no parameter file has zzzzzz", "known: seed, train.lr"),
    ],
)
def test_a_name_that_is_none_gets_a_hint(project: Project, name: str, message: str, hint: str) -> None:
    with pytest.raises(LedgerError) as raised:
        code(project).locate(name)
    assert message in raised.value.message
    assert hint in (raised.value.hint or "")


def test_a_name_in_two_files_must_say_which(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("    outs:", "      - other.json: [seed]\n    outs:")
    project = make_project(default_files() | {"dvc.yaml": pipeline, "other.json": '{"seed": 3}'})
    found = code(project)
    assert found.locate("other.json:seed") == ("other.json", "seed")
    assert {n: v for n, (_, v) in found.names.items() if "seed" in n} == {"params.json:seed": 0, "other.json:seed": 3}
    with pytest.raises(LedgerError) as raised:
        found.locate("seed")
    assert raised.value.hint == "say which: params.json:seed or other.json:seed"


# --- fingerprints


def test_the_fingerprint_is_blind_to_replicates_alone(project: Project) -> None:
    base = arm(project)
    assert arm(project, {"train.lr": 0.2}).fingerprint != base.fingerprint
    assert arm(project, {"train.lr": 0.1}).fingerprint == base.fingerprint
    assert arm(project, axes=()).fingerprint != base.fingerprint
    project.commit("another seed", {"params.json": json.dumps(PARAMS | {"seed": 7})})
    assert arm(project).fingerprint == base.fingerprint
    project.commit("words", {"README.md": "words\n", "unused.py": ""})
    assert arm(project).fingerprint == base.fingerprint
    project.commit("code", {"train.py": TRAIN + "\n"})
    assert arm(project).fingerprint != base.fingerprint


def test_the_fingerprint_of_a_seed_in_the_command(make_project: MakeProject) -> None:
    pipeline = (
        "stages:\n  train:\n    cmd: python train.py ${seed} ${lr}\n    deps: [train.py]\n    outs: [model.txt]\n"
    )
    project = make_project({"train.py": "", "dvc.yaml": pipeline, "params.yaml": "seed: 0\nlr: 1\n"})
    base = arm(project)
    project.commit("another seed", {"params.yaml": "seed: 5\nlr: 1\n"})
    assert arm(project).fingerprint == base.fingerprint
    assert arm(project, {"lr": 2}).fingerprint != base.fingerprint


def test_the_fingerprint_of_a_parameter_file_that_is_a_dependency(make_project: MakeProject) -> None:
    pipeline = "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py, params.json]\n    outs: [model.txt]\n"
    project = make_project(default_files() | {"dvc.yaml": pipeline})
    base = arm(project)
    project.commit("another seed", {"params.json": json.dumps(PARAMS | {"seed": 7})})
    assert arm(project).fingerprint == base.fingerprint
    assert arm(project, {"train.lr": 0.2}).fingerprint != base.fingerprint
    assert refusal(project, "seed", 3) is None


def test_the_fingerprint_follows_what_dvc_tracks(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("[train.py]", "[train.py, data/raw]")
    pointer = "outs:\n- md5: {}.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: raw\n"
    project = make_project(default_files() | {"dvc.yaml": pipeline, "data/raw.dvc": pointer.format("a" * 32)})
    base = arm(project)
    assert base.missing == ()
    assert code(project).data["data/raw"].nfiles == 2
    project.commit("data", {"data/raw.dvc": pointer.format("b" * 32)})
    assert arm(project).fingerprint != base.fingerprint


def test_what_neither_git_nor_dvc_holds_is_missing(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"dvc.yaml": PIPELINE.replace("[train.py]", "[train.py, data.csv]")})
    assert arm(project).missing == ("data.csv",)


FROZEN = """\
stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    params:
      - params.json: [rows]
    outs: [rows.txt]
    frozen: true
  train:
    cmd: python train.py
    deps: [train.py, rows.txt]
    params:
      - params.json: [seed]
    outs: [model.txt]
"""
LOCK = """\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    outs:
    - {{path: rows.txt, md5: {}, size: 1}}
"""


def test_what_a_frozen_stage_made_is_data(make_project: MakeProject) -> None:
    files = {"prepare.py": "", "train.py": "", "params.json": '{"seed": 0, "rows": 5}', "dvc.yaml": FROZEN}
    project = make_project(files | {"dvc.lock": LOCK.format("a" * 32)})
    base = arm(project)
    assert base.missing == ()
    assert code(project).data["rows.txt"].md5 == "a" * 32
    # DVC looks at nothing that a frozen stage reads
    said = refusal(project, "rows", 6)
    assert said is not None and "dvc unfreeze prepare" in said
    project.commit("prepare", {"prepare.py": "1\n"})
    assert arm(project).fingerprint == base.fingerprint
    project.commit("run by hand", {"dvc.lock": LOCK.format("b" * 32)})
    assert arm(project).fingerprint != base.fingerprint


# --- tracking


@pytest.mark.parametrize(
    ("params", "tracked", "untracked"),
    [
        ("[train.lr]", ["train.lr"], ["seed", "train.name"]),
        ("[train]", ["train.lr", "train.layers"], ["seed"]),
        ("", ["seed", "train.lr"], []),
    ],
)
def test_a_parameter_is_tracked_where_a_stage_lists_it(
    make_project: MakeProject, params: str, tracked: list[str], untracked: list[str]
) -> None:
    pipeline = PIPELINE.replace("[seed, train]", params)
    project = make_project(default_files() | {"dvc.yaml": pipeline})
    assert [name for name in tracked if refusal(project, name, 9)] == []
    assert [name for name in untracked if not refusal(project, name, 9)] == []


def test_a_pipeline_is_resolved_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = code(project)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(ledger.dvc.resolve, "resolve", never)
    assert code(project) == first
    project.commit("code", {"train.py": TRAIN + "\n"})
    assert code(project).pipeline == first.pipeline


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: [", "dvc.yaml"),
        ("stages:\n  train:\n    outs: [a]\n", "DVC cannot read the pipeline"),
        ("stages:\n  train:\n    cmd: echo ${nope}\n", "nope"),
    ],
)
def test_a_pipeline_that_cannot_be_read(
    make_project: MakeProject, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    project = make_project(default_files() | {"dvc.yaml": text})
    with pytest.raises(LedgerError, match=said):
        code(project)
    # DVC says nothing of its own
    assert capsys.readouterr() == ("", "")


def test_a_parameter_file_that_git_does_not_track(make_project: MakeProject) -> None:
    project = make_project(default_files() | {".gitignore": "params.json\n"})
    with pytest.raises(LedgerError) as raised:
        code(project)
    assert raised.value.message == "git does not track params.json, which a stage reads"
    assert "git add params.json" in (raised.value.hint or "")
