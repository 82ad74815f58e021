"""Typer without pydantic, for options that need none.

Typer 0.29 hands the value of every option to a pydantic adapter, whose import takes longer (0.06 s) than all else that
`ledger status` does. Our options are texts, flags, whole numbers and lists of texts, which the command line gives
nearly as they are. What Typer keeps private may change: then this does nothing, and commands start more slowly.
"""

from __future__ import annotations

from typing import Any

import typer

from ledger.cli.declarations import plain


def lighten() -> None:
    """Make Typer take plain options as they are; any other still goes its own way."""
    try:
        from typer import core
        from typer._coercion import RuntimeParam

        original = core.build_runtime_param  # type: ignore[attr-defined]
    except (ImportError, AttributeError):
        return
    if getattr(original, "light", False):
        return

    class Plain(RuntimeParam):
        """Passes on a value of a plain type."""

        def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
            kind = plain(self.annotation)
            if kind is not int:
                return list(value) if kind is list else value
            try:
                number = int(value)
            except ValueError:
                raise typer.BadParameter(f"{value!r} is not a whole number", ctx=ctx, param=param) from None
            low, high = self.parameter_info.min, self.parameter_info.max
            if low is not None and number < low:
                raise typer.BadParameter(f"{number} is less than {low}", ctx=ctx, param=param)
            if high is not None and number > high:
                raise typer.BadParameter(f"{number} is more than {high}", ctx=ctx, param=param)
            return number

    def build(descriptor: Any) -> Any:
        if plain(descriptor.annotation) is None:
            return original(descriptor)
        return Plain(parameter_info=descriptor.parameter_info, annotation=descriptor.annotation)

    build.light = True  # type: ignore[attr-defined]
    core.build_runtime_param = build  # type: ignore[attr-defined]
