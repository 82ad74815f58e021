"""The README's tour and the page on toy data are run on the example pipeline, and must say what really comes.

In what a command is said to print, decimals, hashes, ages and runs of blanks stand for any others; `…` stands for any
text, and on a line of its own for any lines.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from conftest import MakeProject, Project

ROOT = Path(__file__).resolve().parents[2]

EXAMPLE = (".dvc/.gitignore", ".dvc/config", ".dvcignore", ".gitignore", "dvc.yaml", "params.yaml", "example")


def test_the_tour_of_the_readme(make_project: MakeProject) -> None:
    assert follow("README.md", example(make_project)) >= 8


def test_the_page_on_toy_data(make_project: MakeProject) -> None:
    assert follow("docs/toy-data.md", example(make_project)) == 3


def follow(page: str, project: Project) -> int:
    """Run the commands of a page's console blocks, compare what they print, and return how many there were."""
    tour = list(sessions((ROOT / page).read_text("utf-8")))
    for command, said in tour:
        assert command.startswith(("ledger ", "git ")), f"console blocks of {page} run ledger and git, not {command}"
        printed = run(command, project)
        assert re.fullmatch(pattern(said), normal(printed)), f"$ {command}\n{page} says\n{said}\nbut it is\n{printed}"
    return len(tour)


def example(make_project: MakeProject) -> Project:
    """A repository that holds the example pipeline alone."""
    project = make_project({}, name="digits", dvc=False)
    for path in EXAMPLE:
        source, target = ROOT / path, project.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    project.commit("the example pipeline")
    return project


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Every command in the console blocks, with what it is said to print."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, said = part.partition("\n")
            yield command, said


def run(command: str, project: Project) -> str:
    """What a command prints, its messages too. Ledger runs here, where all is imported, and once as installed."""
    program, *arguments = shlex.split(command)
    if program != "ledger" or arguments[0] == "log":
        return project.shell(command)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = project.ledger(*arguments, code=None).code
    assert code == 0, f"$ {command}\n{printed.getvalue()}"
    return printed.getvalue()


def normal(text: str) -> str:
    """The text without what differs from call to call and from machine to machine."""
    text = re.sub(r"\b[0-9a-f]{10}\b", "<hash>", text)
    text = re.sub(r"\d+(?:\.\d+)? (?:s|min)\b(?=\))", "<time>", text)
    text = re.sub(r"\d+\.\d+", "<decimal>", text)
    # on a busy machine the tour takes minutes
    text = re.sub(r"\b(?:now|\d+ min)$", "<age>", text, flags=re.MULTILINE)
    lines = (re.sub(r"[ \t]+", " ", line).rstrip() for line in text.strip().splitlines())
    return "".join(f"{line}\n" for line in lines)


def pattern(said: str) -> str:
    """A regular expression for what may come where the README says `said`."""
    lines = [
        "(?:.*\n)*" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + "\n"
        for line in normal(said).splitlines()
    ]
    return "".join(lines)


def test_the_comparison_sees_what_matters() -> None:
    said = pattern("a  0.12 (n=3)\n…\nunder ledger/x/0123456789\nlast …\n")

    assert re.fullmatch(said, normal("a 0.9 (n=3)\nb\nc\nunder ledger/x/abcdef0123\nlast word\n"))
    assert not re.fullmatch(said, normal("a 0.9 (n=4)\nb\nunder ledger/x/abcdef0123\nlast word\n"))
    assert not re.fullmatch(said, normal("a 0.9 (n=3)\nunder ledger/y/abcdef0123\nlast word\n"))
