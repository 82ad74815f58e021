"""One command: its function, and the same made ready by Typer.

Its module is imported when it is called, so that each starts as fast as it can: the options of one command take Typer
longer to prepare than git takes to answer.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from ledger.cli.commands import COMMANDS
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from typer.core import TyperCommand


def function(name: str) -> Callable[..., Any]:
    """The function of one command. Raises LedgerError with near misses where there is none of that name."""
    if name not in COMMANDS:
        from ledger.model.near_misses import did_you_mean

        hint = did_you_mean(name, COMMANDS, "ledger --help lists them")
        raise LedgerError(f"ledger has no command {name}", hint=hint)
    return getattr(importlib.import_module(f"ledger.cli.{name}"), name)  # type: ignore[no-any-return]


def command(name: str) -> TyperCommand:
    """One command as Typer reads and explains it; run, it returns what its function is to be called with.

    Raises LedgerError as `function` does.
    """
    called = function(name)
    import typer

    from ledger.cli.coercion import lighten

    lighten()
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.command(name)(_told_to_typer(called))
    return typer.main.get_command(app)  # type: ignore[return-value]


def _told_to_typer(called: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the same parameters, declared in Typer's own words, that returns their values."""
    import inspect

    import typer

    from ledger.cli.declarations import declarations
    from ledger.cli.declared import Option

    def values(**given: Any) -> dict[str, Any]:
        return given

    values.__doc__ = called.__doc__
    for name, (annotation, declared) in declarations(called).items():
        form = typer.Option if isinstance(declared, Option) else typer.Argument
        told = form(
            *declared.names,
            help=declared.help,
            metavar=declared.metavar,
            min=declared.min,
            max=declared.max,
            hidden=declared.hidden,
        )
        values.__annotations__[name] = Annotated[annotation, told]
    values.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter.replace(annotation=values.__annotations__[name])
            for name, parameter in inspect.signature(called).parameters.items()
        ]
    )
    return values
