"""What `new` and `amend` say of values, and what they tell to type next."""

from __future__ import annotations

import json

import pytest
from conftest import MakeProject, Project, default_files

NEW = ("new", "A", "--name", "a", "--predict", "accuracy >= baseline", "--seeds", "2")
AMEND = ("amend", "-m", "why")

WRONG = [
    ("train.layers=flip", "'train.layers=[flip]'"),
    ("train.lr=big", "train.lr=0.1"),
    ("train.name=3", "'train.name=\"3\"'"),
]


@pytest.mark.parametrize(("wrong", "right"), WRONG)
def test_another_kind_of_value_is_refused_unless_it_is_meant(project: Project, wrong: str, right: str) -> None:
    name, _, value = wrong.partition("=")
    for options in (["-S", wrong], ["--variant", f"x:{wrong}"], ["--vary", wrong]):
        said = project.ledger(*NEW, *options, code=2).err
        assert f"written {right};" in said
    project.ledger(*NEW, "-S", wrong, "--retype")
    tree = json.loads((project.root / "params.json").read_text())
    assert str(tree["train"][name.removeprefix("train.")]) == value


@pytest.mark.parametrize(("wrong", "right"), WRONG)
def test_amend_refuses_the_same(project: Project, wrong: str, right: str) -> None:
    project.ledger(*NEW)
    name, _, value = wrong.partition("=")
    params = {"params": {name: int(value) if value == "3" else value}}
    arms = json.dumps({"treatment": {}, "baseline": {"at": "base"}, "x": params})
    assert f"written {right};" in project.ledger(*AMEND, "--key", f"variants={arms}", code=2).err
    assert "written" in project.ledger(*AMEND, "--over", wrong, code=2).err
    project.ledger(*AMEND, "--key", f"variants={arms}", "--retype")
    # what was meant once is not asked about again
    project.ledger(*AMEND, "--seeds", "3")


def test_a_branch_that_is_not_checked_out_is_named_in_what_to_type_next(project: Project) -> None:
    assert project.ledger(*NEW, "--no-switch").out.splitlines()[-1].endswith("change the code, ledger run a")
    assert project.ledger("new", "B", "--name", "b").out.splitlines()[-1].endswith("change the code, ledger run")


def test_a_value_that_programs_read_otherwise_than_dvc_is_refused(make_project: MakeProject) -> None:
    """To PyYAML `yes` is true, and the `no` that is text to DVC would be written as a text, which is true as well."""
    files = default_files() | {"params.yaml": "flag: yes\nrate: 1e-3\nquoted: 'yes'\ncount: 010\nat: 1:30\n"}
    files["dvc.yaml"] += (
        "  other:\n    cmd: 'true'\n    params: [flag, rate, quoted, count, at]\n    outs: [nothing.txt]\n"
    )
    project = make_project(files)
    for wrong, ours, theirs in (("flag=no", "yes", "true"), ("flag=false", "yes", "true"), ("count=12", "10", "8"),
                                ("at=2:30", "1:30", "90")):  # fmt: skip
        said = project.ledger(*NEW, "-S", wrong, code=2).err
        assert f"is {theirs} to programs that read YAML 1.1" in said and f"and {ours} to DVC" in said
    project.ledger(*NEW, "-S", "flag=false", "-S", "rate=2e-3", "-S", "quoted=no", "--retype")
    assert (project.root / "params.yaml").read_text().split("\n")[:3] == ["flag: false", "rate: 0.002", "quoted: 'no'"]
