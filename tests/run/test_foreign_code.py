"""Code that came from somebody else: where it is refused, what lets it run, and what it may never do before."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import COMMAND, MakeProject, Project, Shelved, default_files
from origins import clone, ends, is_shared, with_origin

ASKS = "hint: ledger trust x shows what would run"


@pytest.fixture
def ada(shelved: Shelved, tmp_path: Path) -> Project:
    """Whose experiment it is: half of its trials have run."""
    return with_origin(shelved(is_shared), tmp_path)


def elsewhere(project: Project, place: Path, monkeypatch: pytest.MonkeyPatch, name: str = "bob") -> Project:
    """Another clone, on another machine: what was made or confirmed on the first one is not known there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(place / f"state-of-{name}"))
    return clone(project, place, name=name)


def test_a_clone_asks_once_and_again_when_others_change_what_runs(
    ada: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one's own work needs no question, with a remote neither
    ada.ledger("run", "--only", "treatment/seed-1")
    ada.ledger("push", "--no-data")
    at_home = os.environ["XDG_STATE_HOME"]
    bob = elsewhere(ada, tmp_path, monkeypatch)
    before = bob.state()
    for command in (["run"], ["run", "--detach"], ["reproduce"], ["reproduce", "x:treatment/seed-0"]):
        refused = bob.ledger(*command, code=2).err
        assert re.search(r"error: x(:\S+)? runs code that came from origin and is not trusted yet\n", refused)
        assert ASKS in refused
    assert bob.state() == before
    assert not (bob.root / ".git/ledger/slots/0/train.py").exists()
    assert "there is no terminal for the question" in bob.ledger("trust", code=2).err
    assert ASKS in bob.ledger("run", code=2).err
    shown = bob.ledger("trust", "x", "--yes").out
    assert f"train  {COMMAND}" in shown
    assert re.search(r"A +experiments/x/hypothesis.md +\+\d+\n", shown)
    assert "seed-0.yaml" not in shown
    assert bob.ledger("trust", "x", "--json").json["states"] == []
    bob.ledger("run", "--only", "baseline")
    bob.write({"more.txt": "mine\n"})
    bob.git("add", "-A")
    bob.git("commit", "-qm", "mine")
    bob.ledger("run", "--only", "baseline")
    assert bob.ledger("reproduce", "x:treatment/seed-0").code == 0

    # what is pulled says that it is to be looked at before it runs
    monkeypatch.setenv("XDG_STATE_HOME", at_home)
    ada.write({"train.py": "# new\n" + (ada.root / "train.py").read_text()})
    ada.git("commit", "-qam", "theirs")
    ada.git("push", "-q")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-of-bob"))
    assert "note: x may not run here yet: ledger trust x shows what would run" in bob.ledger("pull", "--no-data").err
    assert ASKS in bob.ledger("run", code=2).err
    shown = bob.ledger("trust", "x", "--yes").out
    assert "has changed since you trusted it on" in shown
    assert re.search(r"M +train.py +\+1\n", shown)
    assert "hypothesis.md" not in shown
    assert bob.ledger("pull", "--no-data", "--json").json["experiments"][0]["trusted"]
    assert ASKS in bob.ledger("trust", "x", "--revoke").out + bob.ledger("run", code=2).err
    # a lab whose members trust each other
    assert "from now on" in bob.ledger("trust", "--remote", "origin", "--yes").out
    # bob's own commits stand on ada's, and are his
    assert bob.ledger("trust", "x", "--json").json["trusted"]
    bob.ledger("trust", "--remote", "origin", "--revoke")
    assert ASKS in bob.ledger("run", code=2).err


def test_a_strangers_branch_sets_up_no_run_and_lends_no_code(ada: Project) -> None:
    evil = ada.git("commit-tree", "exp/x^{tree}", "-p", "main", "-m", "evil")
    ada.git("update-ref", "refs/remotes/origin/exp/evil", evil)
    ada.ledger("new", "Another", "--from", "main", "--name", "y", "--variant", f"old:@{evil}")
    refused = ada.ledger("run", "y", code=2).err
    assert "y:old runs code that came from origin" in refused
    ada.git("switch", "-q", "--detach", evil)
    refused = ada.ledger("run", "x", code=2).err
    assert "which is checked out, came from origin" in refused
    assert "ledger.yaml would set up the run" in refused
    # what is confirmed is that very state
    ada.ledger("trust", evil, "--yes")
    assert ada.ledger("run", "x", "--only", "treatment/seed-0").code in (0, 1)


def test_a_branch_that_moves_after_it_was_asked_about_does_not_run(
    ada: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.ledger("push", "--no-data")
    bob = elsewhere(ada, tmp_path, monkeypatch)
    monkeypatch.setattr("ledger.ops.run.require_trusted", lambda *_: None)
    assert ASKS in bob.ledger("run", code=2).err
    monkeypatch.setattr("ledger.run.executors.local.require_code", lambda *_: None)
    assert ASKS in bob.ledger("run", code=2).err
    # the baseline is main's
    assert {log.parent.name for log in (bob.root / ".git/ledger/logs/x").rglob("*.log")} <= {"baseline"}


FOLDER = default_files() | {
    "lib/first.py": "1\n",
    "dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", "deps: [train.py, lib]"),
}


def test_files_of_a_strangers_commit_are_no_data(make_project: MakeProject, tmp_path: Path) -> None:
    ada = with_origin(make_project(FOLDER), tmp_path)
    ada.write({"lib/first.py": "import evil\n"})
    ada.git("add", "-A")
    evil = ada.git("commit-tree", ada.git("write-tree"), "-p", "main", "-m", "evil")
    ada.git("reset", "-q", "--hard")
    ada.git("update-ref", "refs/remotes/origin/exp/evil", evil)
    ada.ledger("new", "Other files", "--name", "y", "--variant", f"other:lib@{evil}")
    refused = ada.ledger("run", code=2).err
    assert "y:other runs code that came from origin and is not trusted yet" in refused
    assert not [*(ada.root / ".git/ledger/logs/y").rglob("other/*.log")]


# --- records are no part of what is trusted, and their words may not run


WORDS = default_files() | {
    "params.json": '{"seed": 0, "words": "plain"}\n',
    "train.py": "import sys\nopen('metrics.json', 'w').write('{\"accuracy\": %d}' % len(sys.argv))\n",
    "dvc.yaml": "vars: [params.json]\nstages:\n  train:\n    cmd: python train.py ${words}\n    deps: [train.py]\n"
    "    params: [{params.json: [seed, words]}]\n    metrics: [{metrics.json: {cache: false}}]\n",
}


def has_words(project: Project) -> None:
    """A pipeline with a parameter in its command, run once."""
    project.ledger("new", "Words", "--name", "x", "--seeds", "1")
    project.ledger("run")


def test_a_record_with_other_words_runs_nothing(
    shelved: Shelved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = with_origin(shelved(has_words, WORDS), tmp_path)
    ada.ledger("push", "--no-data")
    bob = elsewhere(ada, tmp_path, monkeypatch)
    bob.ledger("trust", "x", "--yes")
    assert bob.ledger("reproduce", "x").code == 0
    marked = tmp_path / "pwned"
    record = ada.root / "experiments/x/trials/treatment/seed-0.yaml"
    honest = record.read_text()
    record.write_text(honest.replace("words: plain", f"words: $(touch {marked})"))
    assert record.read_text() != honest
    ada.git("commit", "-qam", "run: one record")
    # and a trial commit of that name, with another script in it
    ada.write({"train.py": f"open({str(marked)!r}, 'w')\n"})
    ada.git("add", "-A")
    code = re.search(r"^code: (\w+)", honest, re.MULTILINE)
    assert code is not None
    trial = ada.git(
        "commit-tree",
        ada.git("write-tree"),
        "-p",
        code[1],
        "-m",
        "trial: treatment seed=0\n\nLedger-Trial: treatment/seed-0",
    )
    holding = ada.git("commit-tree", "HEAD^{tree}", "-p", trial, "-m", "trials of x")
    ada.git("tag", "-a", "-m", "trials of x: 1 treatment", "ledger/x/ffffffffff", holding)
    ada.git("push", "-q", "--follow-tags", "origin", "exp/x", "ledger/x/ffffffffff")
    bob.git("pull", "-q", "--tags")
    # only records came: the experiment is as trusted as it was
    bob.ledger("run")
    refused = bob.ledger("reproduce", "x", code=2).err
    assert "the record of x:treatment/seed-0 came from origin" in refused
    assert "params.json:words is not the plan's" in refused
    (bob.root / "experiments/x/trials/treatment/seed-0.yaml").write_text(honest)
    bob.git("commit", "-qam", "mine")
    assert bob.ledger("reproduce", "x").code == 0
    assert not marked.exists()


# --- symbolic links


def test_dvc_writes_through_no_link_of_a_strangers_branch(
    ada: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.ledger("push", "--no-data")
    at_home = os.environ["XDG_STATE_HOME"]
    bob = elsewhere(ada, tmp_path, monkeypatch)
    bob.ledger("trust", "--yes")
    eve = elsewhere(ada, tmp_path, monkeypatch, name="eve")
    eve.dvc("remote", "add", "-q", "--default", "store", str(tmp_path / "store"))
    command = "mkdir -p hooks; echo 'touch pwned' > hooks/post-checkout; chmod +x hooks/*"
    stage = f"  plant:\n    cmd: {command}\n    outs: [hooks/post-checkout]\n"
    eve.write({"dvc.yaml": (eve.root / "dvc.yaml").read_text() + stage})
    eve.dvc("repro", "-q", "plant")
    eve.dvc("push", "-q")
    hook = "hooks/post-checkout"
    held = (eve.root / hook).read_text()
    (eve.root / hook).unlink()
    (eve.root / "hooks" / ".gitignore").unlink()
    (eve.root / "hooks").rmdir()
    (eve.root / "hooks").symlink_to(".git/hooks")
    eve.commit("a faster loader")
    eve.git("push", "-q")
    # the attack works: this is what DVC does
    (eve.root / ".git/hooks").mkdir(exist_ok=True)
    eve.dvc("checkout", "-q", "--force", "plant")
    assert (eve.root / ".git" / hook).read_text() == held

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-of-bob"))
    (bob.root / ".git/hooks").mkdir(exist_ok=True)
    # bob has the object, as his own or from a pull before
    bob.shell(f"cp -r {eve.root}/.dvc/cache .dvc/cache")
    before = bob.git("rev-parse", "exp/x")
    refused = bob.ledger("pull", "--no-data", code=2).err
    assert "hooks is a symbolic link" in refused
    assert bob.git("rev-parse", "exp/x") == before
    assert not bob.git("status", "--porcelain", "--untracked-files=no")
    # nor once the branch is here by git's own commands
    bob.git("merge", "-q", "--ff-only", "origin/exp/x")
    assert (bob.root / "hooks").is_symlink()
    assert ASKS in bob.ledger("run", code=2).err
    assert "exp/x, which is checked out, came from origin" in bob.ledger("reproduce", code=2).err
    assert "hooks is a symbolic link" in bob.ledger("record", code=2).err
    bob.git("switch", "-q", "main")
    bob.git("branch", "-q", "-f", "exp/x", "origin/exp/x")
    assert "the symbolic link hooks" in bob.ledger("land", "x", "--adopt", code=2).err
    for reading in (["show", "x"], ["verify", "x"], ["log"], ["table"], ["diff", "x:baseline", "x"]):
        bob.ledger(*reading, code=None)
    shown = bob.ledger("trust", "x", code=2).out
    assert re.search(r"A +hooks +\+1 +link to .git/hooks", shown)
    assert "plant" in shown and "touch pwned" in shown
    assert not list((bob.root / ".git/hooks").iterdir())
    monkeypatch.setenv("XDG_STATE_HOME", at_home)


# --- what comes and goes


def test_both_sides_went_on_and_what_is_ones_own_stays_so(
    ada: Project, shelved: Shelved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.ledger("push", "--no-data")
    at_home = os.environ["XDG_STATE_HOME"]
    bob = elsewhere(ada, tmp_path, monkeypatch)
    bob.ledger("trust", "--yes")
    bob.ledger("run", "--only", "baseline/seed-1")
    bob.ledger("push", "--no-data")
    monkeypatch.setenv("XDG_STATE_HOME", at_home)
    ada.ledger("run", "--only", "treatment/seed-1")
    pulled = ada.ledger("pull", "--no-data")
    assert "1 commit of yours stands on top" in pulled.out
    # bob's commit is but a record, on which ada's stands now
    assert "ledger trust" not in pulled.err
    ada.ledger("run")
    ends(ada)
