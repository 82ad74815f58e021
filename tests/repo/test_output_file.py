"""Where `-o` may write: through no link of a branch's, over nothing that the ledger lives by, whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Project

from ledger.errors import LedgerError
from ledger.git.held_links import followed, is_held
from ledger.machine import whole_file
from ledger.repo import output_file
from ledger.repo.ledger import Ledger, open_ledger

SVG = b"<svg xmlns='new'/>"


@pytest.fixture
def ledger(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.chdir(project.root)
    (project.root / "experiments").mkdir()
    with open_ledger(project.root) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A place outside, with a file that nobody may touch."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.bashrc").write_text("mine")
    return tmp_path / "home"


# a link of each kind, the links that git holds, and what is asked for
WAYS = {
    "the file itself": ({"x.svg": "{home}/.bashrc"}, "x.svg"),
    "a dangling one": ({"x.svg": "{home}/new"}, "x.svg"),
    "a folder": ({"out": "{home}"}, "out/.bashrc"),
    "beside a folder": ({"deep/out": "{home}/.."}, "deep/out/home/.bashrc"),
    "upwards": ({"out": "{home}/none"}, "out/../.bashrc"),
    "one behind another": ({"x.svg": "y", "y": "{home}/.bashrc"}, "x.svg"),
    "relative": ({"out": "../home"}, "out/new"),
    "within the repository": ({"x.svg": "train.py"}, "x.svg"),
}


@pytest.mark.parametrize(("links", "asked"), WAYS.values(), ids=WAYS)
def test_nothing_is_written_through_a_link_of_gits(
    ledger: Ledger, project: Project, home: Path, links: dict[str, str], asked: str
) -> None:
    before = (project.root / "train.py").read_bytes()
    for path, target in links.items():
        (project.root / path).parent.mkdir(exist_ok=True)
        (project.root / path).symlink_to(target.format(home=home))
    project.git("add", "-A")
    with pytest.raises(LedgerError, match="a symbolic link that git holds"):
        output_file.write(ledger, SVG, Path(asked))
    # by another name of the repository too
    (project.root.parent / "other").symlink_to(project.root)
    with pytest.raises(LedgerError, match="a symbolic link that git holds"):
        output_file.write(ledger, SVG, project.root.parent / "other" / asked)
    assert [(one.name, one.read_text()) for one in home.iterdir()] == [(".bashrc", "mine")]
    assert (project.root / "train.py").read_bytes() == before


def test_a_link_of_the_users_own_leads_where_it_leads(ledger: Ledger, project: Project, home: Path) -> None:
    (project.root / "own").symlink_to(home)
    (project.root / "x.svg").symlink_to(home / "x.svg")
    output_file.write(ledger, SVG, Path("own/y.svg"))
    output_file.write(ledger, SVG, Path("x.svg"))
    assert (project.root / "x.svg").is_symlink()
    assert {one.name for one in home.iterdir()} == {".bashrc", "x.svg", "y.svg"}
    # through one of the user's to one of git's
    (project.root / "held").symlink_to(home)
    project.git("add", "held")
    (project.root / "round").symlink_to("held")
    with pytest.raises(LedgerError, match="git holds, held"):
        output_file.place(ledger, Path("round/y.svg"))
    (project.root / "a").symlink_to("b")
    (project.root / "b").symlink_to("a")
    with pytest.raises(LedgerError, match="form a loop"):
        output_file.place(ledger, Path("a/x.svg"))


def test_a_link_that_a_submodule_holds(ledger: Ledger, project: Project, home: Path) -> None:
    other = project.root.parent / "module"
    other.mkdir()
    project.git("init", "-q", cwd=other)
    (other / "out").symlink_to(home)
    project.git("add", "-A", cwd=other)
    project.git("commit", "-qm", "a link", cwd=other)
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub")
    assert is_held(ledger.git, project.root / "sub/out")
    with pytest.raises(LedgerError, match="git holds, sub/out"):
        output_file.write(ledger, SVG, Path("sub/out/.bashrc"))
    assert (home / ".bashrc").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("params.json", "is read by the pipeline"),
        ("train.py", "is read by the pipeline"),
        ("dvc.yaml", "is DVC's"),
        ("dvc.lock", "is DVC's"),
        (".dvc/x.svg", "is DVC's"),
        ("images.dvc", "is DVC's"),
        ("metrics.json", "is made by the pipeline"),
        ("model.txt", "is made by the pipeline"),
        ("ledger.yaml", "is the settings of the ledger"),
        ("experiments/x.svg", "is among records"),
        (".git/config", "is git's"),
        (".gitignore", "is git's"),
        ("nowhere/x.svg", "there is no folder nowhere"),
        ("experiments", "is a folder"),
        ("../x/../experiments/x.svg", "there is no folder"),
        ("../project/experiments/x.svg", "is among records"),
    ],
)
def test_what_is_never_overwritten(ledger: Ledger, project: Project, path: str, told: str) -> None:
    before = project.state()
    with pytest.raises(LedgerError) as refused:
        output_file.write(ledger, SVG, Path(path))
    assert told in refused.value.message
    assert refused.value.hint is not None
    assert project.state() == before


def test_a_file_of_gits_gives_way_to_its_like_alone(ledger: Ledger, project: Project) -> None:
    project.commit("files", {"README.md": "# Ours\n", "figure.svg": "<svg xmlns='old'/>", "empty.svg": ""})
    with pytest.raises(LedgerError, match="is in git, and holds something else"):
        output_file.write(ledger, b"<!-- ledger-review -->", Path("README.md"))
    for path in ("figure.svg", "empty.svg"):
        # and once more, while what was written is not committed
        for _ in range(2):
            output_file.write(ledger, SVG, Path(path))
        assert (project.root / path).read_bytes() == SVG
    (project.root / "README.md").unlink()
    output_file.write(ledger, SVG, Path("README.md"))


def test_a_checkpoint_may_take_the_place_of_an_output(ledger: Ledger, project: Project, home: Path) -> None:
    output_file.require_free(ledger, Path("model.txt"))
    # a link of one's own is replaced: what it leads to is not asked
    (project.root / "own").symlink_to(project.root / "params.json")
    output_file.require_free(ledger, Path("own"))
    (project.root / "held").symlink_to(home)
    project.git("add", "held")
    for path in ("held", "held/model.txt", "params.json", "experiments/model.txt"):
        with pytest.raises(LedgerError):
            output_file.require_free(ledger, Path(path))


def test_pipes_take_what_comes(ledger: Ledger, project: Project) -> None:
    os.mkfifo(project.root / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((project.root / "pipe").read_bytes()))
    reader.start()
    output_file.write(ledger, SVG, Path("pipe"))
    reader.join()
    assert got == [SVG]
    with pytest.raises(FileExistsError):
        whole_file.pour(SVG, project.root / "params.json")


def test_a_link_that_comes_in_between_is_not_followed(tmp_path: Path, home: Path) -> None:
    root = tmp_path / "root"
    (root / "out").mkdir(parents=True)
    target, links = followed(root / "out/x.svg")
    assert links == []
    target.write_bytes(b"old")
    target.chmod(0o640)
    whole_file.write(SVG, target, root)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (SVG, 0o640)
    # a file that has become one is replaced itself
    target.unlink()
    target.symlink_to(home / ".bashrc")
    whole_file.write(SVG, target, root)
    assert not target.is_symlink()
    # a folder that has become one is refused
    target.unlink()
    target.parent.rmdir()
    target.parent.symlink_to(home)
    with pytest.raises(OSError, match=r"."):
        whole_file.write(SVG, home / "root" / "x.svg", tmp_path)
    with pytest.raises(OSError, match=r"."):
        whole_file.write(SVG, target, root)
    assert [(one.name, one.read_text()) for one in home.iterdir()] == [(".bashrc", "mine")]


def test_a_file_that_cannot_be_written_leaves_nothing(ledger: Ledger, project: Project) -> None:
    (project.root / "full").symlink_to("/dev/full")
    with pytest.raises(LedgerError, match="cannot write full: No space left on device"):
        output_file.write(ledger, SVG, Path("full"))
    output_file.write(ledger, SVG, Path(f"{'é' * 120}.svg"))
    assert not list(project.root.glob(".ledger-*"))
