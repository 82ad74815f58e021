"""With `--json` an error is a line of JSON on standard error, whatever has gone wrong; the exit code is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Answer, Project

from ledger.cli import main as entry
from ledger.cli.commands import COMMANDS
from ledger.cli.loading import command


def has_json(name: str) -> bool:
    return any("--json" in parameter.opts for parameter in command(name).params)


WITH_JSON = [name for name in COMMANDS if has_json(name)]


def error(answer: Answer) -> dict[str, object]:
    """The error, which is the last line."""
    assert answer.out == ""
    found = json.loads(answer.err.splitlines()[-1])
    assert list(found) == ["error", "hint", "code"]
    assert found["code"] == answer.code
    return dict(found)


@pytest.mark.parametrize("name", WITH_JSON)
def test_a_command_line_that_cannot_be_parsed(project: Project, name: str) -> None:
    answer = project.ledger(name, "--no-such-option", "--json", code=2)

    assert error(answer) == {"error": "no such option: --no-such-option", "hint": f"ledger {name} --help", "code": 2}
    assert answer.err.count("\n") == 1


def test_an_error_says_the_same_as_in_text(project: Project, tmp_path: Path) -> None:
    for cwd, arguments in ((tmp_path, ["log"]), (project.root, ["show", "nothing"]), (project.root, ["shwo"])):
        text = project.ledger(*arguments, cwd=cwd, code=2)
        found = error(project.ledger(*arguments, "--json", cwd=cwd, code=2))
        assert text.err == f"error: {found['error']}\nhint: {found['hint']}\n"


def test_an_option_behind_dashes_is_a_text(project: Project) -> None:
    assert project.ledger("note", "--", "--json", code=2).err.startswith("error: ")


def test_what_others_wrote_is_escaped(project: Project) -> None:
    answer = project.ledger("log", "--json", "--a\u202eb", code=2)

    assert "\u202e" not in answer.err
    assert answer.err.count("\n") == 1
    assert "a\u202eb" in str(error(answer)["error"])


def test_a_fault_and_an_interrupt(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(with_: BaseException) -> None:
        def dispatch(_: object) -> int:
            raise with_

        monkeypatch.setattr(entry, "_dispatch", dispatch)

    ends(KeyError("x"))
    found = error(project.ledger("log", "--json", code=3))
    assert found["error"] == "KeyError: 'x'"
    assert "the details are in" in str(found["hint"])

    ends(KeyboardInterrupt())
    assert error(project.ledger("log", "--json", code=130)) == {"error": "interrupted", "hint": None, "code": 130}
