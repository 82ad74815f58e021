"""The plumbing: objects on a private index, refs by compare-and-swap, comparing and reading."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeProject, Project
from plain import committed, head

from ledger.errors import LedgerError
from ledger.git import refs, work_trees
from ledger.git.attributes import filtered
from ledger.git.changed_lines import changed_lines
from ledger.git.entries import EMPTY_TREE, Entry, Mode
from ledger.git.file_changes import file_changes
from ledger.git.git import Dirty, Git, open_repository
from ledger.git.kinds import kinds
from ledger.git.process import GitError, call
from ledger.git.refs import RefChange


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository without DVC: `a.txt`, `b.txt` and a folder on main."""
    return make_project({"a.txt": "a\n", "b.txt": "b\n", "folder/c.txt": "c\n"}, dvc=False)


@pytest.fixture
def git(plain: Project) -> Git:
    return open_repository(plain.root)


def test_what_filters_change_is_told_path_by_path(plain: Project, git: Git) -> None:
    attributes = "*.bin filter=lfs\nfolder/* -filter\nb.txt text eol=crlf\n"
    commit = plain.commit("filters", {".gitattributes": attributes, "x.bin": "", "folder/y.bin": ""})
    (plain.root / ".gitattributes").write_text("*.txt filter=other\n")
    paths = ["a.txt", "b.txt", "x.bin", "folder/y.bin", "folder/c.txt"]
    files = [(".gitattributes", git.objects.files(commit)[".gitattributes"])]
    assert filtered(git, files, paths) == {"x.bin"}
    assert filtered(git, [], paths) == filtered(git, files, []) == frozenset()
    (git.common / "info").mkdir(exist_ok=True)
    (git.common / "info/attributes").write_text("a.txt ident\n")
    assert filtered(git, files, paths) == {"a.txt", "x.bin"}
    assert filtered(git, [], paths) == {"a.txt"}


# --- what objects are


@pytest.mark.parametrize("times", [1, 10])
def test_few_and_many_are_the_same_kinds(plain: Project, git: Git, times: int) -> None:
    inner = plain.git("rev-parse", "HEAD")
    plain.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    plain.commit("odd", {"a:b.txt": "", "tab\there": ""})
    plain.shell("ln -s a.txt link && git add link && git commit -qm link")
    commit = plain.git("rev-parse", "HEAD")
    paths = [
        "a.txt", "folder", "folder/c.txt", "folder/none", "a.txt/c.txt", "none/c.txt", "module", "a:b.txt", "tab\there",
        "link", "link/c.txt",
    ]  # fmt: skip
    names = [*(f"{commit}:{path}" for path in paths), f"{'1' * 40}:a.txt", f"{inner}:link", f"{inner}:folder"]
    asked = "".join(f"{name}\n" for name in names)
    format_ = "--batch-check=%(objectname) %(objecttype)"
    done = subprocess.run(
        ["git", "cat-file", format_], cwd=plain.root, input=asked, capture_output=True, text=True, check=True
    )
    said = [None if line.endswith(" missing") else tuple(line.split(" ")) for line in done.stdout.splitlines()]
    assert kinds(git, names * times) == said * times
    odd = [
        f"{commit}:",
        f"{commit}:folder/",
        f"{commit}:./a.txt",
        f"{commit}:folder//c.txt",
        "HEAD:a.txt",
        "HEAD",
        "a\nb",
    ]
    found = kinds(git, odd)
    assert found == [one for name in odd for one in kinds(git, [name])]
    assert found[4] == said[0] and found[5] == (commit, "commit") and found[6] is None


# --- comparing


def test_the_lines_of_a_change_are_counted_as_git_counts_them(plain: Project) -> None:
    body = "".join(f"line {n}\n" for n in range(20))
    plain.commit("before", {"q.sql": "-- old\nSELECT 1\n-- gone\n", "feed.txt": "a\n", "long.py": body})
    plain.git("mv", "long.py", "renamed.py")
    after = {"q.sql": "++ new\nSELECT 1\n", "feed.txt": "a\nb\x0c+c\r+d\u2028-e\n", "renamed.py": body + "more\n"}
    plain.commit("after", after)
    before, now = plain.git("rev-parse", "HEAD~1", "HEAD").split()
    found = file_changes(plain.root, before, now)
    changes = {c.path: c for c in found}
    counted = {path: (c.lines_added, c.lines_removed) for path, c in changes.items()}
    told = [
        line.split("\t")
        for line in plain.git(
            "diff", "--numstat", "--no-renames", "HEAD~1", "HEAD", "--", "*.txt", "*.sql"
        ).splitlines()
    ]
    assert {path: counted[path] for _, _, path in told} == {path: (int(a), int(b)) for a, b, path in told}
    assert counted["q.sql"] == (1, 2)
    assert (changes["renamed.py"].kind, changes["renamed.py"].old_path, counted["renamed.py"]) == (
        "renamed",
        "long.py",
        (1, 0),
    )
    git = open_repository(plain.root)
    assert set(changed_lines(git, before, now)) == {replace(change, patch="") for change in found}


def test_folders_are_left_out_by_their_names_and_not_as_patterns(plain: Project) -> None:
    before = plain.git("rev-parse", "HEAD")
    after = {"a*/x": "1\n", "ab/x": "1\n", "logo.bin": "\0\1", "tab\there\n": "1\n2\n"}
    plain.commit("after", after)
    found = changed_lines(open_repository(plain.root), before, plain.git("rev-parse", "HEAD"), without=["a*"])
    assert {(c.path, c.kind, c.lines_added) for c in found} == {
        ("ab/x", "added", 1),
        ("logo.bin", "added", 0),
        ("tab\there\n", "added", 2),
    }


# --- objects


def test_a_tree_is_built_without_touching_the_index(plain: Project, git: Git) -> None:
    plain.write({"staged.txt": "s\n", "a.txt": "edited\n"})
    plain.git("add", "staged.txt")
    before = plain.state()
    blob = git.blob(b"new\r\n\xff")
    changes = {
        "deep/ä b.txt": Entry(mode=Mode.EXECUTABLE, oid=blob),
        "a.txt": None,
        "folder/c.txt": Entry(mode=Mode.LINK, oid=blob),
    }
    tree = git.tree("HEAD", changes)
    assert plain.git("ls-tree", "-r", "-z", tree).split("\0")[:-1] == [
        f"100644 blob {plain.git('rev-parse', 'HEAD:b.txt')}\tb.txt",
        f"100755 blob {blob}\tdeep/ä b.txt",
        f"120000 blob {blob}\tfolder/c.txt",
    ]
    assert git.objects.blob(tree, "deep/ä b.txt") == b"new\r\n\xff"
    assert git.tree(tree, dict.fromkeys(git.objects.files(tree))) == EMPTY_TREE
    assert plain.state() == before


def test_commits_and_tags_are_those_of_git(plain: Project, git: Git) -> None:
    commit = git.commit_tree("HEAD^{tree}", [head(plain)], "subject\n\n# not a comment\n\nKey: value\n")
    assert plain.git("log", "-1", "--format=%B|%(trailers:key=Key,valueonly)", commit) == (
        "subject\n\n# not a comment\n\nKey: value\n|value"
    )
    assert plain.git("log", "-1", "--format=%an %ae", commit) == "Ada Lovelace ada@example.org"
    assert git.objects.parents(commit) == (head(plain),)
    tag = git.annotated_tag("ledger/x/1", commit, "what\nis in it")
    assert refs.move(git, [RefChange(ref="refs/tags/ledger/x/1", old=None, new=tag)], "tagged")
    assert plain.git("cat-file", "-t", "ledger/x/1") == "tag"
    assert plain.git("rev-parse", "ledger/x/1^{commit}") == commit == git.commit("ledger/x/1")
    assert plain.git("tag", "-l", "--format=%(contents)", "ledger/x/1") == "what\nis in it"
    assert git.objects.parents("ledger/x/1") == (head(plain),)
    assert plain.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("revision", ["", "nothing", "--all", "-n1", "HEAD:a.txt", "HEAD^{tree}", "$(id)", "x\ny"])
def test_what_names_no_commit_is_none(git: Git, revision: str) -> None:
    assert git.commit(revision) is None


# --- refs


def test_a_full_id_names_what_git_says_that_it_names(plain: Project, git: Git) -> None:
    commit = head(plain)
    assert git.commit(commit) == commit
    assert git.commit(plain.git("rev-parse", "HEAD^{tree}")) is None
    assert git.commit("1" * 40) is None
    plain.git("tag", "-m", "one", "one")
    assert git.commit(plain.git("rev-parse", "one")) == commit
    # a commit that is made while the process that reads objects is running
    later = plain.commit("later", {"a.txt": "later"})
    assert git.commit(later) == later


def test_refs_move_all_or_none(plain: Project, git: Git) -> None:
    first, second = head(plain), committed(git, "HEAD", {"a.txt": "2\n"})
    new = RefChange(ref="refs/ledger/trials/x/t", old=None, new=second)
    assert refs.move(git, [new], "made")
    # it is there already
    assert not refs.move(git, [new], "made")
    # one of two is not what it should be
    wrong = RefChange(ref="refs/heads/main", old=second, new=first)
    assert not refs.move(git, [RefChange(ref=new.ref, old=second, new=None), wrong], "no")
    assert git.refs("refs/ledger") == {new.ref: second}
    # it does not exist
    assert not refs.move(git, [RefChange(ref="refs/heads/none", old=first, new=second)], "no")
    right = RefChange(ref="refs/heads/main", old=first, new=second)
    assert refs.move(git, [RefChange(ref=new.ref, old=second, new=None), right], "ledger: why")
    assert git.refs("refs/ledger") == {}
    assert head(plain) == second
    assert plain.git("reflog", "-1", "--format=%gs", "refs/heads/main") == "ledger: why"


def test_a_ref_that_another_process_holds_is_named(plain: Project, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refs, "_PATIENT", ("-c", "core.filesRefLockTimeout=50"))
    first, second = head(plain), committed(git, "HEAD", {"a.txt": "2\n"})
    lock = plain.root / ".git/refs/heads/main.lock"
    lock.touch()
    with pytest.raises(LedgerError, match=r"main\.lock"):
        refs.move(git, [RefChange(ref="refs/heads/main", old=first, new=second)], "why")
    lock.unlink()
    assert refs.move(git, [RefChange(ref="refs/heads/main", old=first, new=second)], "why")


# --- reading


def test_what_is_dirty(plain: Project, git: Git) -> None:
    assert git.dirty() == ()
    plain.git("mv", "a.txt", "ä →.txt")
    plain.write({"b.txt": "edited\n", "new/one.txt": "1", "new/two.txt": "2"})
    (plain.root / "folder/c.txt").unlink()
    assert set(git.dirty()) == {
        Dirty(path="a.txt", untracked=False),
        Dirty(path="ä →.txt", untracked=False),
        Dirty(path="b.txt", untracked=False),
        Dirty(path="folder/c.txt", untracked=False),
        Dirty(path="new/one.txt", untracked=True),
        Dirty(path="new/two.txt", untracked=True),
    }


def test_a_hook_of_another_repository_does_not_mislead(
    plain: Project, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_project({"x.txt": "x"}, name="other", dvc=False)
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    git = open_repository(plain.root)
    assert git.root == plain.root
    assert set(git.objects.files("HEAD")) == {"a.txt", "b.txt", "folder/c.txt"}
    assert git.dirty() == ()


def test_where_a_repository_is_opened(plain: Project, git: Git, tmp_path: Path) -> None:
    below = open_repository(plain.root / "folder")
    assert (below.root, below.prefix, below.common) == (git.root, "folder", plain.root / ".git")
    linked = tmp_path / "a linked träe"
    plain.git("worktree", "add", "-q", "-b", "side", str(linked))
    there = open_repository(linked)
    assert (there.root, there.prefix, there.common) == (linked, "", plain.root / ".git")
    assert {(tree.path, tree.branch) for tree in work_trees.listed(git)} == {
        (plain.root, "refs/heads/main"),
        (linked, "refs/heads/side"),
    }
    with pytest.raises(LedgerError, match="not in a git repository"):
        open_repository(tmp_path)
    with pytest.raises(LedgerError, match="without a work tree"):
        open_repository(plain.root / ".git")
    with pytest.raises(LedgerError, match="no folder"):
        open_repository(plain.root / "nowhere")


def test_nobody_is_nobody(plain: Project, git: Git) -> None:
    assert git.identity() == "Ada Lovelace <ada@example.org>"
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    with pytest.raises(LedgerError) as caught:
        open_repository(plain.root).identity()
    assert "git config" in str(caught.value.hint)


def test_names_that_lead_out_of_a_folder_are_passed_over(project: Project) -> None:
    blob = project.git("hash-object", "-w", "train.py")
    raw = b"".join(b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in (b"..", b".git", b"a/b", b"plain"))
    tree = subprocess.run(
        ["git", "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
        cwd=project.root, input=raw, capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    assert list(open_repository(project.root).objects.files(tree)) == ["plain"]


@pytest.mark.parametrize(("name", "said"), [("new\nline", "line break"), ("back\\slash", "backslash")])
@pytest.mark.parametrize("below", [False, True])
def test_a_path_that_git_or_dvc_misreads_is_refused(tmp_path: Path, name: str, said: str, below: bool) -> None:
    folder = tmp_path / name / "in" if below else tmp_path / name
    folder.mkdir(parents=True)
    call(["init", "-q"], cwd=tmp_path / name)
    with pytest.raises(LedgerError, match=said):
        open_repository(folder)
    assert {path.name for path in tmp_path.iterdir()} == {name}


def test_what_gc_sweeps_away_is_written_again(
    plain: Project, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = shimmed(tmp_path, monkeypatch, "error: unable to create temporary file: No such file or directory")

    def writes() -> str:
        return git.tree_of_files("HEAD", ["a.txt"], root=plain.root, entries={})

    times.write_text("once\n" * 3)
    assert git.objects.read(writes()) is not None
    assert times.read_text() == ""
    times.write_text("always\n" * 99)
    with pytest.raises(GitError, match="unable to create temporary file"):
        writes()


def test_a_tree_that_cannot_be_written(
    plain: Project, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = shimmed(tmp_path, monkeypatch, "fatal: write failed: No space left on device")
    times.write_text("once\n")
    with pytest.raises(GitError, match="No space left on device"):
        git.tree_of_files("HEAD", ["a.txt"], root=plain.root, entries={})
    times = shimmed(tmp_path, monkeypatch, "", ends="kill -9 $$")
    times.write_text("once\n")
    with pytest.raises(GitError) as error:
        git.tree_of_files("HEAD", ["a.txt"], root=plain.root, entries={})
    assert error.value.killed == "git"


def test_git_is_asked_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    said = call(["rev-parse", "--show-toplevel"], cwd=tmp_path).stderr
    assert b"not a git repository" in said


def shimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, *, ends: str = "exit 128") -> Path:
    """A file: as many lines as it has, so many processes of git that write an object fail."""
    found, times = shutil.which("git"), tmp_path / "times"
    shim = tmp_path / ends / "git"
    shim.parent.mkdir()
    writes = "*hash-object*|*mktree*|*commit-tree*|*mktag*|*write-tree*"
    fails = f"if [ -s {times} ]; then sed -i 1d {times}; echo '{says}' >&2; {ends}; fi"
    shim.write_text(f'#!/bin/sh\ncase "$*" in {writes}) {fails};; esac\nexec "{found}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    return times
