"""What is read of a command line without Typer is what Typer reads; what is wrong with one is Typer's to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli.commands import COMMANDS
from ledger.cli.declarations import declarations, plain
from ledger.cli.declared import Argument
from ledger.cli.loading import command, function
from ledger.cli.reading import read

WORDS = [
    "",
    "x",
    "0",
    "3",
    "17",
    "-2",
    "1.5",
    "ä b",
    "a=b",
    "--json",
    "--",
    "-",
    "-h",
    "-m",
    "--set=k=v",
    "-Sk=1",
    "--no",
]


def typers(name: str, line: list[str]) -> Any:
    """What Typer makes of the line: values, or the exception that it raises."""
    try:
        return command(name).main(args=list(line), prog_name=f"ledger {name}", standalone_mode=False)
    except Exception as error:
        return error


def words_of(name: str) -> list[str]:
    """Every name of an option of the command."""
    return [word for parameter in command(name).params for word in (*parameter.opts, *parameter.secondary_opts)]


def must_be_given(name: str) -> list[str]:
    """A line with no more than the command must have."""
    names = [one.opts[0] for one in command(name).params if one.required]
    return [word for each in names for word in ([each, "x"] if each.startswith("-") else ["x"])]


def full(name: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """The values with those that the function has for what was not given."""
    called = function(name)
    names = called.__code__.co_varnames[: called.__code__.co_argcount]
    own = called.__defaults__ or ()
    return dict(zip(names[len(names) - len(own) :], own, strict=True)) | defaults


@pytest.mark.parametrize("name", COMMANDS)
def test_every_parameter_is_declared_here(name: str) -> None:
    called = function(name)
    assert list(declarations(called)) == list(called.__code__.co_varnames[: called.__code__.co_argcount])


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_alone_is_read_as_by_typer(name: str) -> None:
    needed = must_be_given(name)
    read_here = 0
    for option in words_of(name):
        for line in (
            [option],
            [option, "3"],
            [f"{option}=3"],
            [option, "a", option, "b"],
            ["x", option, "5", "--", "-"],
        ):
            got = read(function(name), [*line, *needed])
            if got is not None:
                read_here += 1
                assert full(name, got) == typers(name, [*line, *needed]), line
    assert read_here
    plain_line = read(function(name), needed)
    assert plain_line is not None
    assert full(name, plain_line) == typers(name, needed)


@given(st.data())
def test_any_line_is_read_as_by_typer_or_left_to_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(COMMANDS)))
    line = data.draw(st.lists(st.sampled_from([*words_of(name), *WORDS]), max_size=6))
    got = read(function(name), line)
    if got is not None:
        assert full(name, got) == typers(name, line)


@pytest.mark.parametrize("line", [["--help"], ["--nothing"], ["a", "b"], ["--form", "x"], ["--json=1"], ["--format"]])
def test_what_is_wrong_is_left_to_typer(line: list[str]) -> None:
    assert read(function("status"), line) is None


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 19, "9" * 5000])
def test_a_number_beyond_the_bounds_is_left_to_typer(number: str) -> None:
    line = ["SELECT 1", "-n", number]
    assert read(function("query"), line) is None
    assert isinstance(typers("query", line), Exception)


def test_an_argument_behind_a_list_is_left_to_typer() -> None:
    for name in COMMANDS:
        kinds = [plain(kind) for kind, each in declarations(function(name)).values() if isinstance(each, Argument)]
        assert list not in kinds[:-1], "read() would have to take it from the end"
