"""Objects that are written without git are those that git writes."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Project
from hypothesis import given
from hypothesis import strategies as st

from ledger.git import loose_objects, writing
from ledger.git.entries import Entry
from ledger.git.git import Git, open_repository

BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@pytest.fixture
def git(project: Project) -> Git:
    return open_repository(project.root)


def asked(git: Git, *arguments: str, stdin: bytes = b"") -> str:
    """What git itself answers, which must succeed."""
    done = subprocess.run(["git", *arguments], cwd=git.root, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_a_blob_is_that_of_git(git: Git) -> None:
    draw = random.Random(20261129)
    for size in (0, 1, 100, 70_000):
        data = draw.randbytes(size)
        oid = git.blob(data)
        assert oid == asked(git, "hash-object", "--stdin", stdin=data)
        assert subprocess.check_output(["git", "cat-file", "blob", oid], cwd=git.root) == data
    assert asked(git, "fsck", "--strict", "--no-dangling") == ""


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=4).filter(
    lambda name: name not in (".", "..", ".git")
)


@given(st.dictionaries(NAMES, st.sampled_from(["100644", "100755", "120000", "040000", "160000"]), max_size=8))
def test_a_tree_has_the_order_of_git(modes: dict[str, str]) -> None:
    # the ids are in the order of git's own rule: bytes, with a slash behind the name of a folder
    content = loose_objects.tree({name: Entry(mode=mode, oid=BLOB) for name, mode in modes.items()})
    names = [name.encode() + (b"/" if mode == "040000" else b"") for name, mode in modes.items()]
    lines = [line.partition(b"\0")[0] for line in content.split(bytes.fromhex(BLOB)) if line]
    found = [line.partition(b" ")[2] + (b"/" if line.startswith(b"40000 ") else b"") for line in lines]
    assert found == sorted(names)


def test_a_tree_is_that_of_git(git: Git) -> None:
    names = ("a", "a.b", "a-b", "a0", "b", "ä ö", "-", "Z")
    for first in ("100644", "040000"):
        entries = {
            name: Entry(mode=mode, oid=git.blob(b"") if mode != "040000" else git.write("tree", b""))
            for name, mode in zip(names, (first, "040000", "100755", "120000") * 2, strict=True)
        }
        listed = "".join(f"{entry.mode} {entry.kind} {entry.oid}\t{name}\0" for name, entry in entries.items())
        assert git.write("tree", loose_objects.tree(entries)) == asked(git, "mktree", "-z", stdin=listed.encode())


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of this process and those that it starts."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("message", ["subject\n", "subject\n\n# not a comment\n\n\n", "no line end", "ä\nKey: value\n"])
@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Asia/Kathmandu"], indirect=True)
def test_a_commit_is_that_of_git(git: Git, message: str, zone: str) -> None:
    head = git.commit("HEAD") or ""
    other = git.commit_tree(f"{head}^{{tree}}", [], "a root\n")
    made = git.commit_tree(f"{head}^{{tree}}", [head, other, head], message)
    _, seconds, offset = (git.objects.header(made, "committer") or "").rsplit(" ", 2)
    dates = [f"GIT_{who}_DATE=@{seconds} {offset}" for who in ("AUTHOR", "COMMITTER")]
    by_git = subprocess.run(
        ["env", *dates, "git", "commit-tree", f"{head}^{{tree}}", "-p", head, "-p", other, "-F", "-"],
        cwd=git.root, input=message.encode(), capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    assert made == by_git
    assert offset == {"UTC": "+0000", "Asia/Kathmandu": "+0545"}.get(zone, offset)
    assert zone != "America/St_Johns" or offset in ("-0330", "-0230")


PEOPLE = ["Ada Lovelace", "Ada", "Dr. J.", " spaced ", "a <b> c", '"quoted"', "ä\nb", "O'Neill", "x" * 300]


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("key", ["user.name", "author.name", "committer.name"])
def test_who_writes_is_whom_git_names(project: Project, name: str, key: str) -> None:
    project.git("config", key, name)
    git = open_repository(project.root)
    made = git.commit_tree("HEAD^{tree}", [], "a root\n")
    for who in ("author", "committer"):
        said = asked(git, "var", f"GIT_{who.upper()}_IDENT").rsplit(" ", 2)[0]
        assert (git.objects.header(made, who) or "").rsplit(" ", 2)[0] == said
    assert git.identity() == asked(git, "var", "GIT_AUTHOR_IDENT").rsplit(" ", 2)[0]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GIT_AUTHOR_NAME", "Eve"),
        ("GIT_COMMITTER_EMAIL", "eve@example.org"),
        ("GIT_AUTHOR_DATE", "2001-02-03T04:05:06+0200"),
        ("GIT_COMMITTER_DATE", "@86400 -0100"),
    ],
)
def test_the_environment_says_who_writes_and_when(
    git: Git, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git.identity()
    monkeypatch.setenv(variable, value)
    made = git.commit_tree("HEAD^{tree}", [], "a root\n")
    who = variable.split("_")[1].lower()
    said = asked(git, "var", f"GIT_{who.upper()}_IDENT")
    found = git.objects.header(made, who) or ""
    assert found == said if variable.endswith("DATE") else found.rsplit(" ", 2)[0] == said.rsplit(" ", 2)[0]
    assert (git.identity() != before) == (variable == "GIT_AUTHOR_NAME")


@pytest.mark.parametrize(
    ("value", "signs"),
    [("true", True), ("On", True), ("1", True), ("2k", True), (None, True), ("no", False), ("0", False), ("", False)],
)
def test_what_is_signed_is_what_git_would_sign(project: Project, value: str | None, signs: bool) -> None:
    with (project.root / ".git/config").open("a") as config:
        config.write("[commit]\n\tgpgSign" + ("\n" if value is None else f" = {value}\n"))
    git = open_repository(project.root)
    assert (writing.COMMITS in writing.how(git).signs) == signs
    assert asked(git, "config", "--type=bool", "commit.gpgsign") == str(signs).lower()


def test_a_tag_is_one_that_git_takes(git: Git) -> None:
    tag = git.annotated_tag("ledger/x/1", "HEAD", "what\nis in it")
    content = subprocess.check_output(["git", "cat-file", "tag", tag], cwd=git.root)
    assert asked(git, "mktag", stdin=content) == tag


# --- the folder of objects


def test_what_is_there_is_young_again(git: Git) -> None:
    path = git.common / "objects" / git.blob(b"old")[:2]
    (file,) = path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    os.utime(file, (0, 0))
    git.blob(b"old")
    assert file.stat().st_mtime > 0
    assert list(path.iterdir()) == [file]


def test_a_folder_that_gc_sweeps_away_is_made_again(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    left = 3
    made = Path.mkdir

    def swept(self: Path) -> None:
        nonlocal left
        made(self)
        if left:
            left -= 1
            self.rmdir()

    monkeypatch.setattr(Path, "mkdir", swept)
    assert git.objects.read(git.blob(b"swept")) is not None
    assert left == 0
    left = 99
    with pytest.raises(FileNotFoundError):
        git.blob(b"swept again")


def test_a_full_disk_leaves_nothing(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        git.blob(b"too much")
    assert not list((git.common / "objects").rglob("tmp_obj_*"))
    monkeypatch.undo()
    assert git.objects.read(git.blob(b"too much")) is not None


def test_what_a_kill_leaves_is_pruned_by_git(git: Git) -> None:
    oid = git.blob(b"killed")
    folder = git.common / "objects" / oid[:2]
    shutil.copy(folder / oid[2:], folder / "tmp_obj_1_0123456789ab")
    asked(git, "prune", "--expire=now")
    assert not folder.exists() or not list(folder.glob("tmp_obj_*"))


@pytest.mark.parametrize("value", ["group", "true", "0660", "all", "umask", "false"])
def test_a_shared_repository_stays_shared(git: Git, value: str) -> None:
    asked(git, "config", "core.sharedRepository", value)
    oids = git.blob(b"ours"), asked(git, "hash-object", "-w", "--stdin", stdin=b"theirs")
    ours, theirs = (git.common / "objects" / oid[:2] / oid[2:] for oid in oids)
    assert ours.stat().st_mode == theirs.stat().st_mode
    assert ours.parent.stat().st_mode == theirs.parent.stat().st_mode
