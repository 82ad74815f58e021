"""Parameter files as text: what they hold, and the same text with some values changed.

The formats are DVC's: YAML, JSON, TOML and Python, by suffix; any other is taken for YAML. An edit replaces
the value's own characters, so that comments, order and layout stay the user's; the result is read again, and
an edit that changes anything but what was asked for is refused.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, TypeAlias, cast

import yaml

from ledger.errors import LedgerError
from ledger.model import yaml12
from ledger.model.parameters import Value, as_value, flatten, format_value, near_misses

Path: TypeAlias = tuple[object, ...]
"""The keys and list indices that lead to a value."""

_Format: TypeAlias = tuple[Callable[[str], object], Callable[[str, Path, object], str]]
"""How the text is read, and how it is rewritten so that a place holds what it holds in the changed tree."""


def parse(path: str, text: str) -> dict[str, object]:
    """The parameters in the file, nested as they stand there; `path` chooses the format.

    An empty file has none. As in DVC, keys in YAML may be numbers; `parameters.flatten` makes them text. A
    `LedgerError` with the line and column where the text cannot be read, or is not a mapping.
    """
    read, _ = _format(path)
    try:
        tree = read(text)
    except yaml12.YamlError as error:
        raise _unreadable(path, error.message, error.line, error.column) from error
    except json.JSONDecodeError as error:
        raise _unreadable(path, error.msg, error.lineno, error.colno) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        line, column = (int(place[1]), int(place[2])) if place else end
        raise _unreadable(path, str(error).partition(" (at ")[0], line, column) from error
    except SyntaxError as error:
        raise _unreadable(path, error.msg, error.lineno, error.offset) from error
    except (RecursionError, MemoryError) as error:
        raise _unreadable(path, "nested too deep", None, None) from error
    except ValueError as error:  # a zero byte in Python code, a number with too many digits
        raise _unreadable(path, str(error), None, None) from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        kind = "a list" if isinstance(tree, list) else "a single value"
        raise LedgerError(f"{path} holds {kind}, not parameters by name", hint="write each as `name: value`")
    return cast("dict[str, object]", tree)


def edit(path: str, text: str, changes: Mapping[str, Value]) -> str:
    """`text` with the values of existing dotted keys changed, all else kept byte for byte.

    List members are named `layers.0.size` or `layers[0].size`. A `LedgerError` where a key does not exist, or
    where the file cannot hold the value without another one changing too.
    """
    _, write = _format(path)
    tree: object = parse(path, text)
    located = {_locate(path, tree, key): value for key, value in changes.items()}
    expected = tree
    for where, value in located.items():
        expected = _with(expected, where, value)
    for where, value in located.items():
        if _same(_at(tree, where), value):
            continue
        intended = _with(tree, where, value)
        try:
            text = write(text, where, intended)
            tree = parse(path, text)
            held = _same(_at(tree, where), _at(intended, where))
        except (LedgerError, yaml12.YamlError, TypeError, ValueError, LookupError) as error:
            raise _cannot_hold(path, where, value) from error
        if not held:
            raise _cannot_hold(path, where, value)
    if _same(tree, expected):
        return text
    raise _changes_more(path, expected, tree)


def _format(path: str) -> _Format:
    return _FORMATS.get(PurePosixPath(path).suffix.lower(), (yaml12.loads, _edit_yaml))


# --- Errors -----------------------------------------------------------------------------------------------


def _unreadable(path: str, message: str, line: int | None, column: int | None) -> LedgerError:
    place = path if line is None else f"{path}:{line}" if column is None else f"{path}:{line}:{column}"
    return LedgerError(f"{place}: {message}", hint=f"correct {path}, then try again")


def _cannot_hold(path: str, where: Path, value: object) -> LedgerError:
    key = ".".join(str(part) for part in where)
    return LedgerError(
        f"{path}: cannot set {key} to {format_value(as_value(value))}",
        hint="edit the file by hand and commit it",
    )


def _changes_more(path: str, expected: object, found: object) -> LedgerError:
    wanted, got = (flatten(cast("dict[str, object]", tree)) for tree in (expected, found))
    other = [key for key in wanted | got if key not in wanted or key not in got or not _same(wanted[key], got[key])]
    return LedgerError(
        f"{path}: the edit would also change {', '.join(other[:4])}",
        hint="they share a value: set them as well, or edit the file by hand",
    )


# --- Keys and values --------------------------------------------------------------------------------------


def _locate(path: str, tree: object, key: str) -> Path:
    """The one place that `key` names; a `LedgerError` where there is none, more than one, or a section."""
    found = list(_places(tree, key)) or list(_places(tree, re.sub(r"\[(\d+)\]", r".\1", key)))
    flat = flatten(cast("dict[str, object]", tree))
    if not found:
        near = near_misses(key, flat)
        known = f"it has {', '.join([*flat][:8])}" if flat else "it has no parameters"
        hint = f"did you mean {' or '.join(near)}?" if near else known
        raise LedgerError(f"{path} has no parameter {key}", hint=hint)
    if len(found) > 1:
        raise LedgerError(f"{path}: {key} is there in two spellings", hint="rename one of them")
    section = _at(tree, found[0])
    if isinstance(section, Mapping) and section:
        members = [f"{key}.{below}" for below in flatten(cast("dict[str, object]", section))]
        raise LedgerError(f"{path}: {key} is a section, not a value", hint=f"set {', '.join(members[:4])}")
    return found[0]


def _places(tree: object, key: str) -> Iterator[Path]:
    """The paths that `key` may mean: a key in the file can contain dots itself."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            if str(name) == key:
                yield (name,)
            elif key.startswith(f"{name}."):
                yield from ((name, *rest) for rest in _places(value, key[len(str(name)) + 1 :]))
    elif isinstance(tree, list | tuple):
        head, dot, rest = key.partition(".")
        if head.isascii() and head.isdigit() and int(head) < len(tree):
            yield from ((int(head), *below) for below in (_places(tree[int(head)], rest) if dot else [()]))


def _at(tree: object, where: Path) -> object:
    for key in where:
        tree = cast("dict[object, object]", tree)[key]
    return tree


def _with(tree: object, where: Path, value: object) -> object:
    """A copy of `tree` with `value` at `where`; a list given for a tuple or set becomes one."""
    if not where:
        for kind in (tuple, set):
            if isinstance(tree, kind) and isinstance(value, list):
                return kind(value)
        return value
    if isinstance(tree, list | tuple):
        return type(tree)(_with(item, where[1:], value) if i == where[0] else item for i, item in enumerate(tree))
    mapping = cast("dict[object, object]", tree)
    return mapping | {where[0]: _with(mapping[where[0]], where[1:], value)}


def _same(one: object, other: object) -> bool:
    """Whether two values are written alike: `1`, `1.0` and `true` are three, nan is nan, tuples are lists."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124


# --- Where values stand -----------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Node:
    """A value's characters in the text, and its members'; the fields below them are YAML's alone."""

    start: int
    end: int
    members: dict[object, _Node] = field(default_factory=dict)
    key_end: int | None = None
    value: object = None
    style: str = ""  # a quote or `|` or `>`, a bracket, `*` for an alias, or empty
    anchor: str | None = None
    target: _Node | None = None
    merge: _Node | None = None
    column: int = 0


def _replace(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


# --- JSON -------------------------------------------------------------------------------------------------

_DECODER: Final = json.JSONDecoder()
_JSON_SPACE = re.compile(r"[ \t\r\n]*")


def _read_json(text: str) -> object:
    return json.loads(text) if text.strip() else None


def _edit_json(text: str, where: Path, changed: object) -> str:
    node = _json_node(text, _skip(text, 0))
    for key in where:
        node = node.members[key]
    return _replace(text, [(node.start, node.end, json.dumps(_at(changed, where), ensure_ascii=False))])


def _json_node(text: str, start: int) -> _Node:
    """The value that begins at `start` in a text that is known to be JSON."""
    opening = text[start]
    if opening not in "{[":
        return _Node(start=start, end=_DECODER.raw_decode(text, start)[1])
    node = _Node(start=start, end=start)
    position = _skip(text, start + 1)
    while text[position] not in "}]":
        key: object = len(node.members)
        if opening == "{":
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        node.members[key] = member = _json_node(text, position)
        position = _skip(text, member.end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    node.end = position + 1
    return node


def _skip(text: str, position: int) -> int:
    match = _JSON_SPACE.match(text, position)
    return match.end() if match else position


# --- TOML -------------------------------------------------------------------------------------------------


def _edit_toml(text: str, where: Path, changed: object) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        raise ValueError("the layout would not survive")
    container = cast("dict[object, object]", _at(document, where[:-1]))
    # by way of text, since tomlkit would make a table of a mapping; what stands behind a key must be inline
    container[where[-1]] = tomlkit.value(_toml_text(_at(changed, where)))
    return tomlkit.dumps(document)


def _toml_text(value: object) -> str:
    import tomlkit

    if isinstance(value, Mapping):
        members = (f"{tomlkit.key(str(key)).as_string()} = {_toml_text(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml_text(item) for item in value) + "]"
    return tomlkit.item(value).as_string()


# --- Python -----------------------------------------------------------------------------------------------


def _read_python(text: str) -> object:
    def values(found: Mapping[object, object]) -> dict[object, object]:
        return {
            name: ast.literal_eval(item) if isinstance(item, ast.expr) else values(cast("dict[object, object]", item))
            for name, item in found.items()
        }

    return values(_assignments(ast.parse(text).body))


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


def _edit_python(text: str, where: Path, changed: object) -> str:
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
    return _replace(text, [(start, position(item.end_lineno, item.end_col_offset), repr(_at(changed, where)))])


# --- YAML -------------------------------------------------------------------------------------------------

_MERGE: Final = object()
_NO_KEY: Final = object()
_BLOCK_HEADER = re.compile(r"(?:[&!]\S*[ \t]+)*[|>]\S*([ \t]+#[^\r\n]*)?")


def _edit_yaml(text: str, where: Path, changed: object) -> str:
    if text.startswith("\ufeff"):  # the parser's positions do not count it
        return text[0] + _edit_yaml(text[1:], where, changed)
    root, aliases = _yaml_nodes(text)
    node = root
    for depth, key in enumerate(where, start=1):
        value = _at(changed, where[:depth])
        if key not in node.members and node.merge is not None:
            return _replace(text, [_override(text, node, key, value)])
        node = node.members[key]
        if node.style == "*":  # what others share is written out for this key alone
            return _replace(text, [(node.start, node.end, yaml12.inline(value))])
    users = [alias for alias in aliases if alias.target is node]
    new = _like(node, _at(changed, where))
    if node.anchor is not None and not users:
        new = f"&{node.anchor} {new}"
    edits = _put(text, node, new)
    if users:  # the first of them takes the old value over, for the others to follow
        old = text[node.start : node.end]
        if node.style in ("|", ">") or "\n" in old:
            old = f"&{node.anchor} {yaml12.inline(_at(yaml12.loads(text), where))}"
        edits.append((users[0].start, users[0].end, old))
    return _replace(text, edits)


def _put(text: str, node: _Node, new: str) -> list[tuple[int, int, str]]:
    """The edits that put `new` in the place of `node`'s value."""
    if node.start == node.end:
        before = text[: node.start].rstrip(" \t")
        colon = "" if before.endswith((":", "-", "?")) else ":"
        return [(len(before), len(before), f"{colon} {new}")]
    if node.style in ("|", ">"):
        header = _BLOCK_HEADER.match(text, node.start)
        return [(node.start, node.end, new + (header[1] or "" if header else ""))]
    gap = "" if node.key_end is None else text[node.key_end : node.start]
    if node.style == "block" and "\n" in gap and node.key_end is not None:
        # the value moves up behind its key; comments between them stay
        colon_end = node.key_end + gap.index(":") + 1
        line_end = node.key_end + len(gap.rstrip(" \t").removesuffix("\n").removesuffix("\r"))
        return [(colon_end, colon_end, f" {new}"), (line_end, node.end, "")]
    return [(node.start, node.end, new)]


def _like(node: _Node, value: object) -> str:
    """`value` on one line, in the quotes that the old one had."""
    new = yaml12.inline(value)
    if isinstance(value, str) and node.style == '"':
        return yaml12.double_quoted(value)
    if isinstance(value, str) and node.style == "'" and new[0] not in "\"'":
        return "'" + value.replace("'", "''") + "'"
    return new


def _override(text: str, node: _Node, key: object, value: object) -> tuple[int, int, str]:
    """The edit that adds a key of `node`'s own behind its merge key, whose value it then replaces."""
    merge = cast("_Node", node.merge)
    entry = f"{yaml12.inline(key)}: {yaml12.inline(value)}"
    if node.style == "{":
        return merge.end, merge.end, f", {entry}"
    match = re.compile(r"[^\r\n]*").match(text, merge.end)
    line_end = match.end() if match else len(text)
    return line_end, line_end, ("\r\n" if "\r\n" in text else "\n") + " " * merge.column + entry


def _yaml_nodes(text: str) -> tuple[_Node, list[_Node]]:
    """The root of the document, and its aliases in order."""
    stack: list[_Node] = [_Node(start=0, end=0, style="block", value=[])]
    keys: list[_Node | None] = [None]  # for each open collection: the key that waits for its value
    anchors: dict[str, _Node] = {}
    aliases: list[_Node] = []

    def close(node: _Node) -> None:
        """Give `node` to the collection that it stands in."""
        parent, key = stack[-1], keys[-1]
        parent.end = max(parent.end, node.end) if parent.style == "block" else parent.end
        if isinstance(parent.value, list):
            parent.members[len(parent.members)] = node
        elif key is None:
            keys[-1] = node
        else:
            keys[-1] = None
            if key.value is _MERGE:
                parent.merge, node.column = node, key.column
                return
            node.key_end = key.end
            source = key.target or key
            parent.members[_NO_KEY if source.style in ("block", "{", "[") else source.value] = node

    for event in yaml12.events(text):
        if isinstance(event, yaml.AliasEvent):
            node = _yaml_node(text, event, "*")
            node.target = anchors.get(event.anchor or "")
            aliases.append(node)
            close(node)
        elif isinstance(event, yaml.ScalarEvent):
            node = _yaml_node(text, event, event.style or "")
            node.value = event.value
            if event.implicit[0]:
                node.value = _MERGE if event.value == "<<" else yaml12.scalar(event.value)
            if event.anchor is not None:
                anchors[event.anchor] = node
            close(node)
        elif isinstance(event, yaml.CollectionStartEvent):
            mapping = isinstance(event, yaml.MappingStartEvent)
            node = _yaml_node(text, event, ("{" if mapping else "[") if event.flow_style else "block")
            node.value = {} if mapping else []
            if event.anchor is not None:
                anchors[event.anchor] = node
            stack.append(node)
            keys.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop()
            keys.pop()
            if node.style != "block" and event.end_mark is not None:
                node.end = event.end_mark.index
            close(node)
    return stack[0].members[0], aliases


def _yaml_node(text: str, event: yaml.Event, style: str) -> _Node:
    if event.start_mark is None or event.end_mark is None:
        raise ValueError("no position")
    start, end = event.start_mark.index, event.end_mark.index
    if style in ("|", ">"):  # the parser counts the empty lines behind it in
        end = start + len(text[start:end].rstrip())
    anchor = getattr(event, "anchor", None)
    return _Node(start=start, end=end, style=style, anchor=anchor, column=event.start_mark.column)


_FORMATS: Final[dict[str, _Format]] = {
    ".json": (_read_json, _edit_json),
    ".toml": (tomllib.loads, _edit_toml),
    ".py": (_read_python, _edit_python),
}
