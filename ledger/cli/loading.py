"""One command, made ready by Typer.

Its module is imported when it is called, so that each starts as fast as it can: the options of one command take Typer
longer to prepare than git takes to answer.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ledger.cli.commands import COMMANDS
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from typer.core import TyperCommand


def command(name: str) -> TyperCommand:
    """One command, ready to be run. Raises LedgerError with near misses where there is none of that name."""
    if name not in COMMANDS:
        from ledger.model.near_misses import did_you_mean, near_misses

        near = near_misses(name, COMMANDS)
        raise LedgerError(
            f"ledger has no command {name}",
            hint=did_you_mean(near, "ledger --help lists them"),
        )
    import typer

    from ledger.cli.coercion import lighten

    lighten()
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.command(name)(getattr(importlib.import_module(f"ledger.cli.{name}"), name))
    return typer.main.get_command(app)  # type: ignore[return-value]
