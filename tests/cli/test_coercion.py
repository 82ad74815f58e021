"""Typer without pydantic: the private names that it rests on, and values and errors as of Typer itself."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import pytest
import typer
from typer import core
from typer.testing import CliRunner

from ledger.cli.coercion import lighten


class Shade(enum.StrEnum):
    """An option's type that is not plain."""

    DARK = "dark"
    LIGHT = "light"


def ask(*arguments: str) -> tuple[list[Any], str]:
    """What a command with an option of each kind gets from a command line, and what is said of it."""
    app, got = typer.Typer(add_completion=False), list[Any]()

    @app.command()
    def command(
        name: str | None = None,
        count: Annotated[int, typer.Option(min=1, max=9)] = 3,
        tag: Annotated[list[str] | None, typer.Option()] = None,
        flag: bool = False,
        shade: Shade = Shade.DARK,
    ) -> None:
        got.extend([name, count, tag, flag, shade])

    done = CliRunner().invoke(app, arguments, env={"TERM": "dumb", "COLUMNS": "200"})
    return got, done.output


def maker() -> Any:
    """What Typer makes parameters by at present."""
    return vars(core)["build_runtime_param"]


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Typer's own way of making parameters, which other tests may have replaced already."""
    from typer._coercion import build_runtime_param

    monkeypatch.setattr(core, "build_runtime_param", build_runtime_param)
    return build_runtime_param


CALLS: tuple[tuple[str, ...], ...] = (
    (),
    ("--name", "", "--count", "1", "--flag"),
    ("--tag", "a", "--tag", "b,c", "--count", " 7 ", "--no-flag"),
    ("--name", "ä 1", "--shade", "light"),
)


@pytest.mark.parametrize("arguments", CALLS)
def test_values_are_those_of_typer_itself(own: Any, arguments: tuple[str, ...]) -> None:
    before, _ = ask(*arguments)
    lighten()

    assert maker() is not own, "Typer has another name for it now: commands start more slowly"
    assert ask(*arguments)[0] == before
    assert len(before) == 5


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--count", "two"), "'two' is not a whole number"),
        (("--count", "1.5"), "'1.5' is not a whole number"),
        (("--count", ""), "'' is not a whole number"),
        (("--count", "0"), "0 is less than 1"),
        (("--count", "-3"), "-3 is less than 1"),
        (("--count", "10"), "10 is more than 9"),
    ],
)
def test_what_is_no_number_is_refused_in_our_words(arguments: tuple[str, ...], says: str) -> None:
    lighten()
    got, said = ask(*arguments)

    assert got == []
    assert "--count" in said
    assert says in said


def test_types_that_are_not_plain_go_typers_way(own: Any) -> None:
    _, before = ask("--shade", "grey")
    lighten()

    assert ask("--shade", "grey") == ([], before)
    assert "grey" in before


def test_once_is_enough(own: Any) -> None:
    lighten()
    light = maker()
    lighten()

    assert maker() is light


def test_without_the_private_name_typer_is_left_alone(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(core, "build_runtime_param")
    lighten()

    assert not hasattr(core, "build_runtime_param")
