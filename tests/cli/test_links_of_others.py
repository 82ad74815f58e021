"""What a branch commits as a symbolic link: commands that only read follow none, whatever is at its other end, and
`init` writes through none.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeProject, Project, Shelved
from test_hostile import honest

from ledger.errors import LedgerError
from ledger.machine.plain_files import text_of
from ledger.repo.ledger import open_ledger

SECRET = "hunter2"
# as many kinds of files as may be there, each of which says the secret to whoever reads it as what it should be
SAYS = f"main: {SECRET}\nmetrics: {{{SECRET}: higher}}\n[core]\n{SECRET} = {SECRET}\n"
LINKS = [
    ".dvc/config",
    ".dvc/config.local",
    "dvc.lock",
    "metrics.json",
    "params.json",
    "experiments/honest/notes.md",
    "experiments/honest/verdict.md",
    "experiments/honest/trials/treatment/seed-1.yaml",
    "experiments/honest/environments",
    "experiments/linked/hypothesis.md",
    "experiments/folder",
    "results",
]
READING = [
    ["log"],
    ["table"],
    ["table", "--trials"],
    ["show", "honest"],
    ["status"],
    ["diff", "honest:treatment/seed-0", "honest:treatment/seed-1"],
    ["verify", "honest"],
    ["review", "honest", "--stdout"],
    ["plot", "honest"],
    ["export"],
    ["query", "SELECT * FROM trials"],
    ["trust", "honest"],
    ["power", "honest"],
]


@pytest.fixture(autouse=True)
def awake() -> Iterator[None]:
    """Who waits at a pipe is told so, instead of waiting for ever."""

    def late(*_: object) -> None:
        raise TimeoutError("a command waits for what nobody writes")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(params=["a secret", "a pipe", "a device"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What is at the other end."""
    place = tmp_path / "elsewhere"
    if request.param == "a device":
        return Path("/dev/zero")
    if request.param == "a pipe":
        os.mkfifo(place)
    else:
        place.write_text(SAYS)
    return place


def link(project: Project, paths: list[str], target: Path) -> None:
    project.git("switch", "-qc", "exp/evil")
    for path in paths:
        at = project.root / path
        if at.is_dir():
            project.shell(f"rm -r {at}")
        at.parent.mkdir(parents=True, exist_ok=True)
        at.unlink(missing_ok=True)
        at.symlink_to(target)
    project.git("add", "-Af")
    project.git("commit", "-qm", "links")


def test_no_link_of_a_branch_is_followed(shelved: Shelved, elsewhere: Path) -> None:
    project = shelved(honest)
    link(project, LINKS, elsewhere)
    for command in READING:
        answer = project.ledger(*command, code=None)
        assert answer.code in (0, 1, 2), (command, answer)
        assert SECRET not in answer.out + answer.err, command


def test_settings_behind_a_link_are_none(shelved: Shelved, elsewhere: Path) -> None:
    project = shelved(honest)
    link(project, ["ledger.yaml"], elsewhere)
    for command in (["log"], ["verify", "honest"]):
        refused = project.ledger(*command, code=2).err
        assert "ledger.yaml is a symbolic link" in refused
        assert SECRET not in refused


def test_templates_take_values_from_the_repository_alone(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(f"word: {SECRET}\n")
    for named in (str(tmp_path / "outside.yaml"), os.path.relpath(tmp_path / "outside.yaml", "/")):
        path = named if named.startswith("/") else "../" * 20 + named
        text = f"vars: ['{path}']\nstages:\n  train:\n    cmd: echo ${{word}}\n    outs: [x]\n"
        commit = project.commit("templates", {"dvc.yaml": text})
        with open_ledger(project.root) as ledger, pytest.raises(LedgerError) as refused:
            ledger.code.at(commit)
        assert "is outside the repository" in refused.value.message
        assert SECRET not in refused.value.message


def test_a_copied_input_is_looked_for_below_the_repository_alone(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/key").write_text(SECRET)
    (project.root / "in").symlink_to(tmp_path / "outside")
    pipeline = "stages:\n  train:\n    cmd: x\n    deps: [in/key, ../outside]\n    outs: [x]\n"
    commit = project.commit("links", {"dvc.yaml": pipeline, "ledger.yaml": "copy: [in/key, in]\n"})
    with open_ledger(project.root) as ledger:
        arm = ledger.code.arm(ledger.code.at(commit), {}, ())
    assert arm.borrowed == {}


def test_plain_files_are_read_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c").write_text("yes")
    assert text_of(tmp_path, "a/b/c") == "yes"
    (tmp_path / "a/link").symlink_to("b/c")
    (tmp_path / "folder").symlink_to("a")
    (tmp_path / "none").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    for path in ("a/link", "folder/b/c", "none", "pipe", "a", "a/b", "nowhere", "a/b/c/d"):
        with pytest.raises(OSError, match=r"."):
            text_of(tmp_path, path)


@pytest.mark.parametrize("path", ["ledger.yaml", "experiments", "dvc.yaml", ".gitignore"])
def test_init_writes_through_no_link(make_project: MakeProject, tmp_path: Path, path: str) -> None:
    project = make_project({"train.py": "print(1)\n"}, dvc=False)
    target = tmp_path / "elsewhere"
    (project.root / path).symlink_to(target)
    said = project.ledger("init", "--cmd", "python train.py", "--metrics", "metrics.json", code=2).err
    assert "leads out of the repository by a symbolic link" in said
    assert not target.exists()
    assert {each.name for each in project.root.iterdir()} == {".git", "train.py", path}


@pytest.mark.parametrize("path", [".gitignore", ".github/workflows/ledger.yml", ".github", "dvc.yaml"])
def test_init_overwrites_nothing_within_the_repository_by_a_link(make_project: MakeProject, path: str) -> None:
    project = make_project({"train.py": "print(1)\n", "other/params.yaml": "a: 1\n"}, dvc=False)
    (project.root / path).parent.mkdir(parents=True, exist_ok=True)
    (project.root / path).symlink_to(project.root / ("other" if path == ".github" else "other/params.yaml"))
    ask = ["init", "--cmd", "python train.py", "--outs", "model.pt", "--ci", "github", "--force"]
    said = project.ledger(*ask, code=2).err
    assert path in said and ("is a symbolic link" in said or "dvc.yaml already exists" in said)
    assert (project.root / "other/params.yaml").read_text() == "a: 1\n"
    assert not list((project.root / "other").glob("workflows"))


@pytest.mark.parametrize("there", [True, False])
def test_init_sets_no_dvc_up_behind_a_link(make_project: MakeProject, tmp_path: Path, there: bool) -> None:
    project = make_project({"train.py": "print(1)\n"}, dvc=False)
    if there:
        (tmp_path / "elsewhere").mkdir()
    (project.root / ".dvc").symlink_to(tmp_path / "elsewhere")
    assert ".dvc is in the way" in project.ledger("init", code=2).err
    assert not list((tmp_path / "elsewhere").glob("*"))
    assert {each.name for each in project.root.iterdir()} == {".git", "train.py", ".dvc"}
