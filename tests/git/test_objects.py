"""Reading after an interrupt: the answer to one question is never taken for that to the next."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

import pytest
from conftest import Project, Shelved

from ledger.errors import LedgerError
from ledger.git import cat_file
from ledger.git.git import open_repository
from ledger.git.git_object import GitObject, entries


def test_an_interrupt_between_question_and_answer(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = open_repository(project.root).objects
    assert objects.blob("HEAD", "train.py") is not None

    def interrupted(stream: IO[bytes]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cat_file, "_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            objects.read("HEAD:dvc.yaml")
    assert objects.blob("HEAD", "train.py") == (project.root / "train.py").read_bytes()
    objects.close()


@pytest.mark.parametrize("lacking", ["blob:none", "tree:0"])
def test_a_partial_clone_without_its_origin_says_what_it_lacks(
    project: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    lacking: str,
) -> None:
    project.ledger("new", "Rate", "--name", "rate", "-S", "train.lr=0.2")
    project.git("config", "uploadpack.allowFilter", "true")
    project.git(
        "clone", "-q", "--no-checkout", f"--filter={lacking}", f"file://{project.root}", str(tmp_path / "partial")
    )
    partial = Project(tmp_path / "partial", capsys, monkeypatch)
    project.root.rename(tmp_path / "gone")
    for command in (("log",), ("show", "rate"), ("verify", "rate"), ("run", "rate")):
        said = partial.ledger(*command, code=2).err
        assert "error: git cannot read" in said and "from promisor remote" in said
        assert "hint: this is a partial clone" in said and "git remote set-url" in said


def test_an_object_that_is_gone_is_an_error_and_a_command_of_gits_says_so(project: Project) -> None:
    project.ledger("new", "Rate", "--name", "rate", "-S", "train.lr=0.2")
    tree, blob = project.git("rev-parse", "main^{tree}", "main:dvc.yaml").split()
    for oid in (blob, tree):
        (project.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
        for command in (("diff", "main", "rate"), ("run", "--only", "baseline")):
            said = project.ledger(*command, code=2).err
            assert "git cannot read" in said, said
            assert "git fsck" in said


def test_a_file_that_is_gone_is_no_forgery(shelved: Shelved) -> None:
    project = shelved(recorded)
    path = "experiments/rate/trials/treatment/seed-0.yaml"
    tag = project.git("for-each-ref", "--format=%(refname)", "refs/tags/ledger/rate").splitlines()[0]
    assert open_repository(project.root).objects.at(tag, "experiments/none") is None
    blob = project.git("rev-parse", f"HEAD:{path}")
    loose = "for p in *.pack; do git unpack-objects -q < $p; done"
    project.shell(f"mv .git/objects/pack/*.pack . && {loose} && rm -f *.pack .git/objects/pack/*")
    (project.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    said = project.ledger("verify", "rate", code=2).err
    assert f"git cannot read {blob}" in said and "git fsck" in said
    assert f"{path}: git cannot read it (git fsck says what is damaged)" in project.ledger("show", "rate").out


def recorded(project: Project) -> None:
    """An experiment with a trial."""
    project.ledger("new", "Rate", "--name", "rate", "-S", "train.lr=0.2", "--seeds", "1")
    project.ledger("run")


def test_git_is_killed_while_it_reads_many(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which("git")
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    times = tmp_path / "times"
    kills = f'case "$*" in *--buffer*) if [ -s {times} ]; then sed -i 1d {times}; kill -9 $$; fi;; esac'
    shim.write_text(f'#!/bin/sh\n{kills}\nexec {found} "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    objects = open_repository(project.root).objects
    names = ["HEAD", "HEAD:nothing", "HEAD:train.py"] * 40
    whole = list(objects.read_many(names))
    times.write_text("once\n")
    assert list(objects.read_many(names)) == whole
    times.write_text("once\ntwice\n")
    with pytest.raises(LedgerError, match="git cat-file ended early"):
        list(objects.read_many(names))


@pytest.mark.parametrize("count", [3, 60, 200])
def test_many_and_few_are_read_alike(project: Project, count: int) -> None:
    head, damaged = project.git("rev-parse", "HEAD", "HEAD:train.py").split()
    objects = open_repository(project.root).objects
    names = [f"{head}:dvc.yaml", f"{head}:nothing", "HEAD:.gitignore", "a\nb", f"{head}:dvc.yaml"] * count
    files = (f"{head}:dvc.yaml", "HEAD:.gitignore")
    texts = {name: (project.root / name.partition(":")[2]).read_bytes() for name in files}
    assert [None if one is None else one.data for one in objects.read_many(names)] == list(map(texts.get, names))

    file = project.root / ".git/objects" / damaged[:2] / damaged[2:]
    file.chmod(0o644)
    # git reads its size, and ends at what follows
    file.write_bytes(file.read_bytes()[:-20])
    found = objects.read_many([*names, damaged, *names])
    # what stands before it is read, by whoever stops there
    assert [next(found) is None for _ in names] == [name not in texts for name in names]
    with pytest.raises(LedgerError, match=f"git cannot read {damaged}"):
        next(found)
    objects.close()


def test_few_are_read_by_the_process_that_is_running(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = open_repository(project.root).objects
    commit = objects.held("HEAD").oid
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", None)
        assert len([one for one in objects.read_many([f"{commit}:train.py", "HEAD:nothing"] * 40) if one]) == 40
    objects.close()


def test_what_is_asked_for_ahead_is_read_at_no_cost(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    head = project.git("rev-parse", "HEAD").strip()
    objects = open_repository(project.root).objects
    names = [f"{head}:", f"{head}:train.py", f"{head}:nothing", "a\nb", *(f"{head}:{'x' * 250}{k}" for k in range(300))]
    objects.ahead(names)

    def nothing(stream: IO[bytes]) -> None:
        raise AssertionError

    monkeypatch.setattr(cat_file, "_answer", nothing)
    assert objects.blob(head, "train.py") == (project.root / "train.py").read_bytes()
    # a tree that was read says what it has not
    assert objects.at(head, "nothing") is None


def test_what_was_kept_is_found_under_no_name_that_git_gives_to_nothing_or_another(project: Project) -> None:
    # no name of a file peels, and no part of a path is without a name
    project.commit("odd", {"d/:": "one", "d/^{tree}": "other"})
    git = open_repository(project.root)
    commit = git.objects.held("HEAD").oid
    for path in ("d/:", "d/^{tree}", "d//:", "/d/:"):
        assert git.objects.blob(commit, path) == {"d/:": b"one", "d/^{tree}": b"other"}.get(path)
    git.objects.close()


def test_a_damaged_object_among_those_asked_for_ahead_says_so_where_it_is_read(project: Project) -> None:
    head = project.git("rev-parse", "HEAD").strip()
    damaged = project.git("rev-parse", "HEAD:train.py").strip()
    file = project.root / ".git/objects" / damaged[:2] / damaged[2:]
    file.chmod(0o644)
    file.write_bytes(b"no object")
    objects = open_repository(project.root).objects
    objects.ahead([f"{head}:params.yaml", damaged, f"{head}:dvc.yaml"])
    assert objects.blob(head, "dvc.yaml") == (project.root / "dvc.yaml").read_bytes()
    with pytest.raises(LedgerError):
        objects.blob(head, "train.py")


@pytest.mark.parametrize("data", [b"hello", b"100644 a\0abc", b"\xff a\0" + bytes(20), b"100644 a", b" "])
def test_bytes_that_are_no_tree_end_it(data: bytes) -> None:
    good = b"100644 good\0" + bytes(20)
    assert list(entries(GitObject(oid="0" * 40, kind="tree", data=good + data))) == ["good"]


@pytest.mark.parametrize("place", ["folder", "branch", "remote"])
def test_names_that_are_no_text_hide_no_other_experiment(project: Project, place: str) -> None:
    project.ledger("new", "Rate", "--name", "rate")
    project.git("switch", "-q", "main")
    if place == "folder":
        below = project.root / os.fsdecode(b"experiments/\xff")
        below.mkdir(parents=True)
        (below / "hypothesis.md").write_text("x")
        project.git("add", "-A")
        project.git("commit", "-q", "-m", "x")
    else:
        name = {"branch": b"refs/heads/exp/\xff", "remote": b"refs/remotes/\xff/exp/rates"}[place]
        project.git("update-ref", os.fsdecode(name), "exp/rate")
    for command in ("log", "table"):
        assert "rate" in project.ledger(command).out
    project.ledger("table", "--json")
