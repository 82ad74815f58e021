"""The script that walks through a page runs each of its commands, and sees when something else is found."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ledger.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]

FOUND = 'accuracy fell by 0.052 (90% interval 0.034 to 0.070) with 21ce6b1 "week 8" (probability 97%)\nmore\n'

PAGE = """\
# One
```console
$ echo 'week 8' \\
  0.5
week 8 0.4
$ true
```

## Two
```console
$ echo more
more
```
"""


@pytest.fixture(scope="module")
def walk() -> ModuleType:
    spec = importlib.util.spec_from_file_location("walk", ROOT / "scripts/walk.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["walk"] = module
    spec.loader.exec_module(module)
    return module


def test_other_numbers_are_the_same_finding(walk: ModuleType) -> None:
    now = 'accuracy fell by 0.1 (90% interval 0.0 to 0.2) with abcdef1 "week 8" (probability > 99.9%)\n'
    assert walk.same(FOUND, now)


def test_another_week_or_answer_is_not(walk: ModuleType) -> None:
    assert not walk.same(FOUND, FOUND.replace("week 8", "week 9"))
    assert not walk.same(FOUND, FOUND.replace("fell", "rose"))
    assert not walk.same(FOUND, "open: the budget of 60 trainings is spent\n")


def test_every_command_runs_below_its_heading(walk: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/walk.py", page, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n") == [
        *["", "# One", "$ echo 'week 8' \\", "  0.5", "week 8 0.5", "$ true"],
        *["", "# Two", "$ echo more", "more", ""],
    ]


def test_what_is_printed_goes_into_the_page(walk: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    walk.write(page, tmp_path)
    assert page.read_text() == PAGE.replace("0.4", "0.5")


@pytest.mark.parametrize(("command", "why"), [("false", "gave 1"), ("echo week 9", "says otherwise")])
def test_what_goes_wrong_ends_the_walk(walk: ModuleType, tmp_path: Path, command: str, why: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# One\n```console\n$ {command}\nweek 8\n```\n")
    with pytest.raises(SystemExit, match=why):
        walk.show(page, tmp_path)


def test_the_story_calls_commands_that_there_are(walk: ModuleType) -> None:
    page = (ROOT / "docs/a-metric-fell.md").read_text("utf-8")
    called = [step.command.split() for step in walk.steps(page)]
    assert {words[1] for words in called if words[0] == "ledger"} <= set(COMMANDS)
    assert ["ledger", "bisect"] in [words[:2] for words in called]
