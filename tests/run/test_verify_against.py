"""`ledger verify --against`: what a pull request touches is verified as its head has it."""

from __future__ import annotations

import shutil

from conftest import Project, Shelved
from honest import FILES, branch, landed

FOLDER = "experiments/a"


def on_a_host(project: Project) -> None:
    """The project as a machine that checks a pull request has it: no branch of the experiment, and no cache."""
    project.git("switch", "-q", "--detach")
    project.git("branch", "-q", "-D", "exp/a")
    shutil.rmtree(project.root / ".dvc/cache")
    shutil.rmtree(project.root / ".git/ledger")


def test_what_head_adds_is_verified_without_a_branch(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    on_a_host(project)
    found = project.ledger("verify", "--against", "main", "--json").json
    assert (found["ok"], found["experiments"], found["checked"]) == (True, ["a"], 9)

    record = project.root / FOLDER / "trials/treatment/seed-1.yaml"
    project.commit("better", {f"{FOLDER}/trials/treatment/seed-1.yaml": record.read_text().replace("0.7", "0.9")})
    forged = project.ledger("verify", "--against", "main", "--json", code=1).json
    assert {problem["check"] for problem in forged["problems"]} >= {"records"}


def test_a_branch_of_that_name_elsewhere_does_not_speak_for_it(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    # the repository has an honest branch of that name, and a fork sends a forged one
    project.git("update-ref", "refs/remotes/origin/exp/a", "exp/a")
    record = project.root / FOLDER / "trials/treatment/seed-1.yaml"
    project.commit("better", {f"{FOLDER}/trials/treatment/seed-1.yaml": record.read_text().replace("0.7", "0.9")})
    on_a_host(project)
    project.ledger("verify", "a")
    project.ledger("verify", "--against", "main", code=1)


def test_what_is_deleted_or_has_no_name_is_a_problem(shelved: Shelved) -> None:
    project = shelved(landed, FILES, after=branch)
    project.git("switch", "-q", "-c", "tidy", "main")
    assert project.ledger("verify", "--against", "main").out == "there is no experiment to verify\n"
    project.git("rm", "-rq", FOLDER)
    project.commit("tidy", {"experiments/x y/hypothesis.md": "x", "experiments/c/hypothesis.md": "---\nschema: [\n"})
    said = project.ledger("verify", "--against", "main", code=1).out
    assert "records: experiments/a/ is deleted, with the record of what was tried" in said
    assert "x y: 1 problem" in said
    assert "c: 1 problem" in said


def test_it_goes_with_no_experiment_and_no_cache(project: Project) -> None:
    for other in ("a", "--data"):
        said = project.ledger("verify", other, "--against", "main", code=2).err
        assert "--against cannot be combined with EXP or --data" in said
    assert "no revision 'nowhere'" in project.ledger("verify", "--against", "nowhere", code=2).err
