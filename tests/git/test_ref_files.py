"""Refs read from git's files are those that `git for-each-ref` lists; where they may not be, git is asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.git import ref_files, transport
from ledger.git.git import open_repository
from ledger.git.ref_files import Unusual

PATTERNS = (
    ("refs/heads/exp", "refs/remotes/", "refs/ledger/remotes/", "refs/tags/ledger", "refs/ledger/trials"),
    ("refs/heads/main", "refs/remotes/origin/main", "refs/ledger/trials/"),
    ("refs/heads/exp/a", "refs/remotes/*/exp/a", "refs/ledger/remotes/*/exp/a", "refs/tags/ledger/a"),
    ("refs/heads/exp/a/", "refs/heads/ex", "refs/heads/exp/nothing", "refs/tags/ledger/a/"),
    ("refs/heads/",),
    ("refs/heads", "refs/remotes", "refs/ledger/remotes", "refs/tags"),
    ("refs/replace/",),
)
REFS = (
    "refs/heads/main", "refs/heads/exp/a", "refs/heads/exp/a-b", "refs/heads/exp/a.b", "refs/heads/exp0",
    "refs/heads/ä",
    "refs/remotes/origin/main", "refs/remotes/origin/exp/a", "refs/remotes/other/exp/a", "refs/remotes/o/p/exp/a",
    "refs/remotes/exp/a", "refs/ledger/remotes/origin/exp/a", "refs/ledger/trials/a/treatment/seed-0",
    "refs/tags/ledger/a/1", "refs/tags/ledger/b/1", "refs/tags/v1", "refs/tags/ledger0", f"refs/replace/{'1' * 40}",
)  # fmt: skip


def git(root: Path, *arguments: str, stdin: str = "") -> str:
    """What git prints, on its first output."""
    done = subprocess.run(["git", *arguments], cwd=root, input=stdin, capture_output=True, text=True, check=True)
    return done.stdout


def asked(root: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """What git lists."""
    lines = git(root, "for-each-ref", "--format=%(objectname) %(refname)", *patterns).splitlines()
    return {ref: oid for oid, ref in (line.split(" ", 1) for line in lines)}


def shown(root: Path, ref: str) -> bool:
    """Whether git knows a ref of just this name."""
    return subprocess.run(["git", "show-ref", "--verify", "-q", ref], cwd=root, check=False).returncode == 0


def make(root: Path) -> tuple[str, str]:
    """A repository with two commits on no branch."""
    git(root, "init", "-q", "-b", "main")
    tree = git(root, "mktree").strip()
    first = git(root, "commit-tree", tree, "-m", "one").strip()
    return first, git(root, "commit-tree", tree, "-p", first, "-m", "two").strip()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, str]]:
    """A repository whose refs every example makes anew."""
    root = tmp_path_factory.mktemp("refs")
    return root, make(root)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(
    packed=st.lists(st.sampled_from(REFS), unique=True),
    loose=st.lists(st.sampled_from(REFS), unique=True),
    gone=st.lists(st.sampled_from(REFS), unique=True, max_size=3),
)
def test_they_are_those_that_git_lists(
    shared: tuple[Path, tuple[str, str]], packed: list[str], loose: list[str], gone: list[str]
) -> None:
    root, (first, second) = shared
    every = asked(root, ())
    git(root, "update-ref", "--no-deref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in every))
    git(root, "update-ref", "--stdin", stdin="".join(f"update {ref} {first}\n" for ref in packed))
    git(root, "pack-refs", "--all")
    git(root, "update-ref", "--stdin", stdin="".join(f"update {ref} {second}\n" for ref in loose))
    git(root, "update-ref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in gone))
    if "refs/remotes/origin/main" in {*packed, *loose}:
        git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        if "refs/remotes/origin/main" in gone:
            git(root, "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")

    every = asked(root, ())
    for patterns in PATTERNS:
        found = ref_files.listed(root / ".git", patterns)
        assert list(found.items()) == list(asked(root, patterns).items()), patterns
    for ref in (*REFS, "refs/heads/exp", "refs/heads/exp/a/b", "refs/remotes/origin/HEAD", "refs/tags/ledger"):
        assert ref_files.exists(root / ".git", ref) is (ref in every), ref


def test_a_tag_names_its_own_object_and_a_ref_to_nothing_is_listed(tmp_path: Path) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "-m", "x", "ledger/a/1", first)
    git(tmp_path, "pack-refs", "--all")
    (tmp_path / ".git/refs/heads/lost").write_text("1" * 40 + "\n")

    found = ref_files.listed(tmp_path / ".git", ("refs/tags/", "refs/heads/"))
    assert found == asked(tmp_path, ("refs/tags/", "refs/heads/"))
    assert found["refs/tags/ledger/a/1"] != first
    assert "refs/heads/lost" in found


def link(root: Path) -> None:
    (root / ".git/refs/heads/linked").symlink_to("main")


def empty(root: Path) -> None:
    (root / ".git/refs/heads/empty").write_bytes(b"")


def odd_name(root: Path) -> None:
    (root / ".git/refs/heads/a b").write_bytes((root / ".git/refs/heads/main").read_bytes())


def dangling(root: Path) -> None:
    (root / ".git/refs/heads/dangling").write_text("ref: refs/heads/none\n")


def null(root: Path) -> None:
    (root / ".git/refs/heads/null").write_text("0" * 40 + "\n")


def unsorted(root: Path) -> None:
    main = (root / ".git/refs/heads/main").read_text()
    (root / ".git/packed-refs").write_text(f"# pack-refs with: peeled\n{main.strip()} refs/heads/packed\n")


def other_storage(root: Path) -> None:
    (root / ".git/reftable").mkdir()


def many(root: Path) -> None:
    main = (root / ".git/refs/heads/main").read_bytes()
    for number in range(501):
        (root / f".git/refs/heads/b{number}").write_bytes(main)


def many_packed(root: Path) -> None:
    main = (root / ".git/refs/heads/main").read_text().strip()
    lines = [f"{main} refs/tags/{number:05}\n" for number in range(2500)]
    (root / ".git/packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines))


def packed(root: Path, *lines: str) -> None:
    main = (root / ".git/refs/heads/main").read_text().strip()
    every = ("# pack-refs with: peeled fully-peeled sorted ", "MAIN refs/heads/a", *lines, "")
    (root / ".git/packed-refs").write_text("\n".join(every).replace("MAIN", main))


def packed_lock(root: Path) -> None:
    packed(root, "MAIN refs/heads/b.lock")


def packed_hidden(root: Path) -> None:
    packed(root, "MAIN refs/heads/b/.c")


def packed_empty_part(root: Path) -> None:
    packed(root, "MAIN refs/heads/b//c")


def packed_folder(root: Path) -> None:
    packed(root, "MAIN refs/heads/b/")


def packed_no_line(root: Path) -> None:
    packed(root, "MAIN")


def packed_out_of_order(root: Path) -> None:
    packed(root, "MAIN refs/heads/c", "MAIN refs/heads/b")


def packed_twice(root: Path) -> None:
    packed(root, "MAIN refs/heads/a")


def packed_other_ids(root: Path) -> None:
    packed(root, f"{'1' * 64} refs/heads/b")


def loose_other_ids(root: Path) -> None:
    (root / ".git/refs/heads/x").write_text("1" * 64 + "\n")


def to_a_lock(root: Path) -> None:
    (root / ".git/refs/heads/main.lock").write_bytes((root / ".git/refs/heads/main").read_bytes())
    (root / ".git/refs/heads/x").write_text("ref: refs/heads/main.lock\n")


def to_another_spelling(root: Path) -> None:
    (root / ".git/refs/heads/x").write_text("ref: refs/heads/./main\n")


SPOILT = (
    many_packed, link, empty, odd_name, dangling, null, unsorted, other_storage, many, packed_lock, packed_hidden,
    packed_empty_part, packed_folder, packed_no_line, packed_out_of_order, packed_twice, packed_other_ids,
    loose_other_ids, to_a_lock, to_another_spelling,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_unusual_is_left_to_git(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "update-ref", "refs/heads/main", first)
    assert ref_files.listed(tmp_path / ".git", ("refs/heads/",)) == {"refs/heads/main": first}

    spoil(tmp_path)
    with pytest.raises(Unusual):
        ref_files.listed(tmp_path / ".git", ("refs/heads/",))


@pytest.mark.parametrize("spoil", [other_storage, many_packed, packed_no_line, packed_twice])
def test_whether_there_is_a_ref_is_then_left_to_git_too(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "update-ref", "refs/heads/main", first)
    spoil(tmp_path)
    with pytest.raises(Unusual):
        ref_files.exists(tmp_path / ".git", "refs/heads/main")


@pytest.mark.parametrize("spoil", [link, empty, dangling, null, to_a_lock])
def test_of_a_ref_that_is_not_plain_git_says_whether_it_is_there(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "update-ref", "refs/heads/main", first)
    spoil(tmp_path)
    for file in (tmp_path / ".git/refs/heads").iterdir():
        assert open_repository(tmp_path).has_ref(f"refs/heads/{file.name}") is shown(
            tmp_path, f"refs/heads/{file.name}"
        )


@pytest.mark.parametrize(
    "name", ["HEAD", "refs/heads/", "refs/heads/*", "refs/tags/a~1", "refs/tags/a..b", "refs/bisect/a"]
)
def test_of_a_name_that_is_not_plain_git_says_whether_it_is_there(tmp_path: Path, name: str) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "update-ref", "refs/tags/a", first)
    git(tmp_path, "update-ref", "refs/bisect/a", first)
    with pytest.raises(Unusual):
        ref_files.exists(tmp_path / ".git", name)
    assert open_repository(tmp_path).has_ref(name) is shown(tmp_path, name)


@pytest.mark.parametrize("depth", [100, 1000])
def test_a_very_deep_ref_is_left_to_git(tmp_path: Path, depth: int) -> None:
    first, _ = make(tmp_path)
    ref = f"refs/heads/{'a/' * depth}b"
    git(tmp_path, "update-ref", ref, first)
    try:
        with pytest.raises(Unusual):
            ref_files.listed(tmp_path / ".git", ("refs/heads/",))
        assert open_repository(tmp_path).refs("refs/heads/") == {ref: first}
    finally:
        # with its folders, which are too deep for what removes the test's own
        git(tmp_path, "update-ref", "-d", ref)


@pytest.mark.parametrize("end_of_line", ["\u2028", "\u0085"])
def test_a_name_may_hold_what_python_takes_for_the_end_of_a_line(tmp_path: Path, end_of_line: str) -> None:
    first, second = make(tmp_path)
    odd = f"refs/heads/exp/a{end_of_line}b"
    git(tmp_path, "update-ref", "refs/heads/exp/a", first)
    git(tmp_path, "update-ref", odd, second)
    here = open_repository(tmp_path)
    assert here.refs("refs/heads/") == {"refs/heads/exp/a": first, odd: second}

    dangling(tmp_path)
    assert here.refs("refs/heads/") == {"refs/heads/exp/a": first, odd: second}
    git(tmp_path, "remote", "add", "origin", os.fspath(tmp_path))
    assert transport.heads_and_tags(here, transport.remote(here, "origin"))[odd] == second


def test_packed_refs_that_are_damaged_are_said_to_be(tmp_path: Path) -> None:
    first, _ = make(tmp_path)
    git(tmp_path, "update-ref", "refs/heads/main", first)
    packed_no_line(tmp_path)
    with pytest.raises(LedgerError, match="git cannot read its refs: unexpected line in"):
        open_repository(tmp_path).refs("refs/heads/")


def test_a_lock_is_passed_over(tmp_path: Path) -> None:
    first, second = make(tmp_path)
    git(tmp_path, "update-ref", "refs/heads/main", first)
    (tmp_path / ".git/refs/heads/main.lock").write_text(second + "\n")
    (tmp_path / ".git/refs/heads/.hidden").write_text(second + "\n")

    assert ref_files.listed(tmp_path / ".git", ("refs/heads/",)) == asked(tmp_path, ("refs/heads/",))


@pytest.mark.parametrize(
    "pattern",
    ["HEAD", "refs", "refs/", "refs/bisect/bad", "refs/heads/../../x", "refs/heads/a?", "refs/heads/[a]",
     "refs/*/*/a", "refs/heads/a.lock", "refs/heads//a", "refs/heads/.a", "refs/remotes/*"],
)  # fmt: skip
def test_other_patterns_are_left_to_git(tmp_path: Path, pattern: str) -> None:
    make(tmp_path)
    with pytest.raises(Unusual):
        ref_files.listed(tmp_path / ".git", (pattern,))


def symbolic(root: Path) -> str | None:
    """The ref that git says HEAD points to."""
    done = subprocess.run(["git", "symbolic-ref", "-q", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def test_head(tmp_path: Path) -> None:
    root = tmp_path / "main"
    root.mkdir()
    first, second = make(root)
    assert ref_files.head(root) == symbolic(root) == "refs/heads/main"

    git(root, "update-ref", "refs/heads/exp/ä", second)
    git(root, "symbolic-ref", "HEAD", "refs/heads/exp/ä")
    assert ref_files.head(root) == symbolic(root) == "refs/heads/exp/ä"
    git(root, "pack-refs", "--all")
    assert ref_files.head(root) == symbolic(root) == "refs/heads/exp/ä"

    git(root, "worktree", "add", "-q", "-b", "other", os.fspath(tmp_path / "linked"), first)
    assert ref_files.head(tmp_path / "linked") == symbolic(tmp_path / "linked") == "refs/heads/other"
    git(root, "update-ref", "--no-deref", "HEAD", first)
    assert ref_files.head(root) is symbolic(root) is None

    git(root, "symbolic-ref", "refs/heads/alias", "refs/heads/other")
    git(root, "symbolic-ref", "HEAD", "refs/heads/alias")
    with pytest.raises(Unusual):
        ref_files.head(root)
    with pytest.raises(Unusual):
        ref_files.head(tmp_path / "nothing")


def test_head_of_another_storage(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/.invalid\n")
    with pytest.raises(Unusual):
        ref_files.head(tmp_path)
