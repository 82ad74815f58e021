"""The folder of a site: killed at any moment it is whole, and nothing outside it is written or removed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.repo.site import folder as folders
from ledger.repo.site.folder import OWN, SiteFolder, held

# each page names what it needs: the first site, and the one that replaces it
OLD = {
    "index.html": "assets/site.css experiments/a.html experiments/gone.html",
    "assets/site.css": "",
    "experiments/a.html": "assets/site.css images/1.png",
    "experiments/gone.html": "assets/site.css",
    "images/1.png": "",
    "data/gone.js": "",
}
NEW = {
    "index.html": "assets/site.css assets/new.js experiments/a.html experiments/b.html",
    "assets/site.css": "\n",
    "assets/new.js": "",
    "experiments/a.html": "assets/site.css images/2.png experiments/b.html",
    "experiments/b.html": "assets/new.js images/2.png",
    "images/2.png": "",
}


def build(folder: Path, files: Mapping[str, str], *, repository: Path) -> None:
    """What a build does with the folder."""
    with held(folder, repository) as site:
        staged = [path for path, text in files.items() if site.stage(path, text.encode())]
        gone = sorted(set(site.mark().get("files", ())) - files.keys())
        site.install(staged, gone, {"files": sorted(files), "pages": {}})


def found(folder: Path) -> dict[str, str]:
    """The files of the site."""
    every = [path for path in folder.rglob("*") if path.is_file() and OWN not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in every}


def broken(files: Mapping[str, str]) -> list[str]:
    """What pages name and is not there, beginning at the overview."""
    seen, waiting, lost = set[str](), ["index.html"], list[str]()
    while waiting:
        path = waiting.pop()
        if path not in files:
            lost.append(path)
        elif path not in seen:
            seen.add(path)
            waiting += files[path].split()
    return lost


def killed(act: Callable[[], None], at: int) -> bool:
    """Act in a process that is killed before its change number `at` to the disk; whether it came so far."""
    pid = os.fork()
    if pid == 0:  # pragma: no cover
        calls = 0

        def counted(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*given: Any, **more: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*given, **more)

            return call

        try:
            for name in ("replace", "unlink", "rmdir", "mkdir", "write_bytes", "write_text"):
                setattr(Path, name, counted(getattr(Path, name)))
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_any_change_the_site_is_whole_and_the_next_build_finishes(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    at, moments = 1, set[str]()
    while True:
        folder = tmp_path / f"site {at}"
        build(folder, OLD, repository=repository)
        if not killed(lambda folder=folder: build(folder, NEW, repository=repository), at):  # type: ignore[misc]
            break
        left = found(folder)
        assert broken(left) == [], at
        assert left.items() <= {*OLD.items(), *NEW.items()}
        moments.add("old" if left == OLD else "new" if left == NEW else "between")
        with held(folder, repository):
            pass
        assert found(folder) in (OLD, NEW)
        build(folder, NEW, repository=repository)
        assert found(folder) == NEW
        assert [path.name for path in (folder / OWN).iterdir()] == ["mark.json"]
        at += 1
    assert at > 20
    assert moments == {"old", "between", "new"}


def test_a_first_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "site"

    def failing() -> None:
        with held(folder, tmp_path / "repository") as site:
            site.stage("index.html", b"x")
            raise LedgerError("no experiment is named x")

    with pytest.raises(LedgerError):
        failing()
    assert not folder.exists()
    folder.mkdir()
    with pytest.raises(LedgerError):
        failing()
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_the_old_site_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    build(folder, OLD, repository=tmp_path / "r")
    write, calls = Path.write_bytes, iter(range(99))

    def full(path: Path, data: bytes) -> int:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        return write(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(LedgerError, match="No space left on device"):
            build(folder, NEW, repository=tmp_path / "r")
    assert found(folder) == OLD
    assert [path.name for path in (folder / OWN).iterdir()] == ["mark.json"]


def test_what_is_removed_twice_or_by_hand_is_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    build(folder, OLD, repository=tmp_path / "r")
    (folder / "data/gone.js").unlink()
    (folder / "data").rmdir()
    build(folder, NEW, repository=tmp_path / "r")
    assert found(folder) == NEW


@pytest.mark.parametrize("named", ["../mine.txt", "{tmp}/mine.txt", ".git/config", "linked/mine.txt", f"{OWN}/x"])
@pytest.mark.parametrize("file", ["mark.json", "journal.json"])
def test_a_mark_of_others_removes_nothing_outside(tmp_path: Path, named: str, file: str) -> None:
    """A site may be kept in git, and with it what a build left word of."""
    folder, path = tmp_path / "site", named.format(tmp=tmp_path)
    build(folder, OLD, repository=tmp_path / "r")
    (folder / "linked").symlink_to(tmp_path)
    for mine in (tmp_path / "mine.txt", folder / ".git/config", folder / OWN / "x"):
        mine.parent.mkdir(exist_ok=True)
        mine.write_text("mine")
    (folder / OWN / "next").mkdir()
    forged = {"format": 1, "files": [path, 3], "pages": {"a": 1}, "remove": [path, None], "move": [path], "mark": {}}
    (folder / OWN / file).write_text(json.dumps(forged))
    build(folder, NEW, repository=tmp_path / "r")
    kept = (tmp_path / "mine.txt", folder / ".git/config", folder / OWN / "x")
    assert [one.read_text() for one in kept] == ["mine"] * 3


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1, "pages": [], "files": {}}', '{"format": 99}'])
def test_a_mark_that_is_broken_is_as_none(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "site"
    build(folder, OLD, repository=tmp_path / "r")
    for file in ("mark.json", "journal.json"):
        (folder / OWN / file).write_text(text)
    build(folder, NEW, repository=tmp_path / "r")
    assert {path: found(folder)[path] for path in NEW} == NEW


def test_nothing_is_written_through_links(tmp_path: Path) -> None:
    folder, outside = tmp_path / "site", tmp_path / "outside"
    build(folder, OLD, repository=tmp_path / "r")
    (folder / "images").rename(outside)
    (folder / "images").symlink_to(outside)
    (folder / "index.html").unlink()
    (folder / "index.html").symlink_to(outside / "1.png")
    assert not SiteFolder(folder).has("images/1.png")
    build(folder, NEW, repository=tmp_path / "r")
    assert found(folder) == NEW
    assert not (folder / "images").is_symlink()
    assert [(one.name, one.read_text()) for one in outside.iterdir()] == [("1.png", "")]
    (folder / OWN).rename(tmp_path / "own")
    (folder / OWN).symlink_to(tmp_path / "own")
    with pytest.raises(LedgerError, match="is a link"):
        build(folder, OLD, repository=tmp_path / "r")


@pytest.mark.parametrize("name", ["lock", "next", "next/experiments", "mark.json", "journal.json", "mark.json.1"])
def test_a_link_in_the_builders_own_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder, outside = tmp_path / "site", tmp_path / "outside"
    build(folder, OLD, repository=tmp_path / "r")
    (outside / "images").mkdir(parents=True)
    (outside / "index.html").write_text("mine")
    (folder / OWN / name).parent.mkdir(exist_ok=True)
    (folder / OWN / name).unlink(missing_ok=True)
    (folder / OWN / name).symlink_to(outside / "index.html" if "json" in name or name == "lock" else outside)
    with pytest.raises(LedgerError, match="nothing is written through it"):
        build(folder, NEW, repository=tmp_path / "r")
    assert (outside / "index.html").read_text() == "mine"
    assert {one.name for one in outside.iterdir()} == {"images", "index.html"}


def test_a_second_build_waits_then_names_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    monkeypatch.setattr(folders, "WAIT", 0.0)
    with held(folder, tmp_path / "r"), pytest.raises(LedgerError, match=rf"process {os.getpid()}\b"):
        build(folder, NEW, repository=tmp_path / "r")
    build(folder, NEW, repository=tmp_path / "r")
    assert found(folder) == NEW


def test_links_to_the_folder_and_names_in_any_script(tmp_path: Path) -> None:
    real = tmp_path / "сайт 実験"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    build(tmp_path / "link", OLD, repository=tmp_path / "r")
    build(real, NEW, repository=tmp_path / "r")
    assert found(real) == NEW
