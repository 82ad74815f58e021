"""Python parameter files: the literals that DVC takes for parameters, replaced in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import cast

from ledger.model.formats.format import Path, Unreadable, at, replace


def read(text: str) -> object:
    """The parameters, classes as sections; the code is parsed, never run."""

    def values(found: Mapping[object, object]) -> dict[object, object]:
        return {
            name: ast.literal_eval(item) if isinstance(item, ast.expr) else values(cast("dict[object, object]", item))
            for name, item in found.items()
        }

    try:
        return values(_assignments(ast.parse(text).body))
    except SyntaxError as error:
        raise Unreadable(error.msg, error.lineno, error.offset) from error


def edit(text: str, where: Path, changed: object) -> str:
    """The text with the literal at a place as it is in `changed`."""
    item: object = _assignments(ast.parse(text).body)
    for key in where:
        if isinstance(item, ast.Dict):
            members = zip(item.keys, item.values, strict=True)
            item = {ast.literal_eval(name): value for name, value in members if name is not None}
        elif isinstance(item, ast.List | ast.Tuple):
            item = dict(enumerate(item.elts))
        item = cast("dict[object, object]", item)[key]
    if not isinstance(item, ast.expr) or item.end_lineno is None or item.end_col_offset is None:
        raise ValueError("not a value")
    # the compiler's own idea of a line: str.splitlines knows more line ends
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)

    def position(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    start = position(item.lineno, item.col_offset)
    return replace(text, [(start, position(item.end_lineno, item.end_col_offset), repr(at(changed, where)))])


def _assignments(body: list[ast.stmt], *, only_self: bool = False) -> dict[object, object]:
    """The literals that DVC takes for parameters: given to a name, in a class, to `self.x` in `__init__`."""
    found: dict[object, object] = {}
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            found[statement.name] = _assignments(statement.body)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            found |= _assignments(statement.body, only_self=True)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            name = _assigned(targets[0], only_self=only_self) if len(targets) == 1 else None
            if name is not None and _is_literal(statement.value):
                found[name] = statement.value
    return found


def _assigned(target: ast.expr, *, only_self: bool) -> str | None:
    if isinstance(target, ast.Name) and not only_self:
        return target.id
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
        return target.attr
    return None


def _is_literal(expression: ast.expr) -> bool:
    try:
        ast.literal_eval(expression)
    except (ValueError, TypeError):
        return False
    return True
