"""YAML as DVC reads it (ruamel.yaml's YAML 1.2), at the speed of libyaml.

PyYAML parses into events, and the values are built here from the events: PyYAML's own resolvers know only
YAML 1.1, where `1e-3` is a string and `yes` is true, so values would differ between the pipeline and its
record. The patterns below are ruamel's, quirks included. What is written reads back the same under
YAML 1.1 and 1.2.

Refused: custom tags, recursive structures, and files that declare `%YAML 1.1`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import yaml

_Parser: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH: Final = 200
"""Levels of nesting that `loads` accepts: more than a parameter file has, less than Python's stack."""

_MAX_MEMBERS = 1_000_000  # with aliases written out: a few lines of them can mean more than any memory holds
_WIDTH = 100


class YamlError(ValueError):
    """Text that is no YAML, or not of the kind asked for; `line` and `column` count from 1, where known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


def loads(text: str) -> object:
    """The one document in `text`, None if it is empty; anchors and merge keys work: for one's own files."""
    return _build(text, trusted=True, max_depth=MAX_DEPTH)


def loads_untrusted(text: str, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> object:
    """The one document in `text`, as plain data: a `YamlError` for anchors, aliases, tags and merge keys.

    Without them the value is never larger than its text, so `max_bytes` bounds the memory as well.
    """
    if len(text) > max_bytes or (not text.isascii() and len(text.encode("utf-8", "replace")) > max_bytes):
        raise YamlError(f"larger than {max_bytes} bytes")
    return _build(text, trusted=False, max_depth=max_depth)


# --- Scalars: what a plain (unquoted) one means -----------------------------------------------------------

_FLOAT = re.compile(
    r"""[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    |[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?   # ruamel wants a sign here: -.5e3 is a string
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN)""",
    re.VERBOSE,
)
_INT = re.compile(r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+")
_TIMESTAMP = re.compile(
    r"""([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)
    (?:(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9][0-9]):([0-9][0-9])(?:\.([0-9]*))?
    (?:[ \t]*(?:(Z)|([-+])([0-9][0-9]?)(?::([0-9][0-9]))?))?)?""",
    re.VERBOSE,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SPECIAL_FIRST: Final = frozenset("+-.0123456789~tTfFnN")


def scalar(text: str) -> str | int | float | bool | datetime.date | None:
    """The value of the plain scalar `text`; a `YamlError` for what only looks like one (`2020-13-01`)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _SPECIAL_FIRST:
        return text
    try:
        if _FLOAT.fullmatch(text):
            return _float(text)
        if text[0] != "." and _INT.fullmatch(text):
            return _int(text)
        # a date wants two digits each, a time of day is freer
        if _DATE.fullmatch(text) or (":" in text and _TIMESTAMP.fullmatch(text)):
            return _timestamp(text)
    except (ValueError, OverflowError) as error:
        raise YamlError(f"{text[:40]!r} is not a value: {error}") from error
    return text


def _float(text: str) -> float:
    digits = text.replace("_", "").lower()
    return float(digits.replace(".inf", "inf").replace(".nan", "nan"))


def _int(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits if base == 10 else digits[2:], base)


def _timestamp(text: str) -> datetime.date:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError("not a timestamp")
    year, month, day, hour, minute, second, fraction, zulu, sign, zone_hours, zone_minutes = match.groups()
    date = datetime.date(int(year), int(month), int(day))
    if hour is None:
        return date
    zone = datetime.UTC if zulu else None
    if sign:
        offset = datetime.timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
        zone = datetime.timezone(-offset if sign == "-" else offset)
    moment = datetime.datetime(date.year, date.month, date.day, int(hour), int(minute), int(second), tzinfo=zone)
    digits = (fraction or "").ljust(7, "0")
    return moment + datetime.timedelta(microseconds=int(digits[:6]) + (digits[6] > "4"))


def _bool(text: str) -> bool:
    if text.lower() in ("y", "yes", "true", "on"):
        return True
    if text.lower() in ("n", "no", "false", "off"):
        return False
    raise ValueError("neither true nor false")


_TAG = "tag:yaml.org,2002:"
_TAGGED: Final[dict[str, Callable[[str], object]]] = {
    "str": str,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "null": lambda _: None,
    "timestamp": _timestamp,
}


# --- Reading ----------------------------------------------------------------------------------------------

_MERGE: Final = object()
_NO_KEY: Final = object()


class _Frame:
    """A collection being read: `items` of a sequence, else `pairs` and the key that waits for its value."""

    __slots__ = ("anchor", "duplicate", "items", "key", "merged", "pairs", "size")

    def __init__(self, anchor: str | None, *, mapping: bool) -> None:
        self.anchor = anchor
        self.items: list[object] | None = None if mapping else []
        self.pairs: dict[object, object] = {}
        self.merged: dict[object, object] = {}
        self.key: object = _NO_KEY
        self.duplicate: YamlError | None = None
        self.size = 1

    def finish(self) -> object:
        if self.items is not None:
            return self.items
        if self.merged:  # as in ruamel, a mapping that merges another is not checked for keys given twice
            return self.merged | self.pairs
        if self.duplicate is not None:
            raise self.duplicate
        return self.pairs

    def add(self, value: object, event: yaml.Event) -> None:
        if self.items is not None:
            if value is _MERGE:
                raise _error("'<<' is only a key", event)
            self.items.append(value)
        elif self.key is _NO_KEY:
            key = tuple(value) if isinstance(value, list) else value
            try:
                known = key in self.pairs
            except TypeError as error:
                raise _error("a collection of collections cannot be a key", event) from error
            if known:
                self.duplicate = self.duplicate or _error(f"the key {str(key)!r} is there twice", event)
            self.key = key
        elif value is _MERGE:
            raise _error("'<<' is only a key", event)
        elif self.key is _MERGE:
            self._merge(value, event)
            self.key = _NO_KEY
        else:
            self.pairs[self.key] = value
            self.key = _NO_KEY

    def _merge(self, value: object, event: yaml.Event) -> None:
        if self.merged:
            raise _error("the key '<<' is there twice", event)
        for source in reversed(value) if isinstance(value, list) else (value,):  # the first one counts most
            if not isinstance(source, dict):
                raise _error("'<<' takes a mapping or a list of mappings", event)
            self.merged |= source


def _error(message: str, event: yaml.Event) -> YamlError:
    mark = event.start_mark
    return YamlError(message) if mark is None else YamlError(message, mark.line + 1, mark.column + 1)


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events, their marks in characters; whatever it finds wrong is raised as a `YamlError`."""
    try:
        parser = _Parser(text)
        while (event := parser.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.context, error.problem) if part)
        if mark is None:
            raise YamlError(message) from error
        raise YamlError(message, mark.line + 1, mark.column + 1) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise YamlError(f"the character {error.character!r} is not allowed", line, column) from error
    except UnicodeEncodeError as error:
        raise YamlError("the text is not Unicode") from error


def _build(text: str, *, trusted: bool, max_depth: int) -> object:
    """The value of the one document; a loop over the parser's events, so that depth costs no stack."""
    stack: list[_Frame] = []
    anchors: dict[str, tuple[object, int]] = {}
    result: object = None
    documents = 0
    for event in events(text):
        anchor: str | None = None
        size = 1
        if isinstance(event, yaml.ScalarEvent):
            if not trusted:
                _refuse_properties(event)
            anchor = event.anchor
            value = _scalar_value(event)
            if value is _MERGE and not trusted:
                raise _error("a merge key is not allowed here", event)
        elif isinstance(event, yaml.CollectionStartEvent):
            if not trusted:
                _refuse_properties(event)
            if len(stack) >= max_depth:
                raise _error(f"nested deeper than {max_depth} levels", event)
            stack.append(_frame(event))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = stack.pop()
            value, anchor, size = frame.finish(), frame.anchor, frame.size
        elif isinstance(event, yaml.AliasEvent):
            if not trusted:
                raise _error("an alias is not allowed here", event)
            if event.anchor not in anchors:
                raise _error(f"the alias *{event.anchor} has no anchor before it", event)
            value, size = anchors[event.anchor]
        else:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _error("more than one document", event)
                if event.version == (1, 1):
                    raise _error("'%YAML 1.1' is not supported", event)
            continue
        if anchor is not None:
            anchors[anchor] = (value, size)
        if stack:
            stack[-1].add(value, event)
            stack[-1].size += size
            if stack[-1].size > _MAX_MEMBERS:
                raise _error("the aliases stand for too much", event)
        elif value is _MERGE:
            raise _error("'<<' is only a key", event)
        else:
            result = value
    return result


def _frame(event: yaml.CollectionStartEvent) -> _Frame:
    mapping = isinstance(event, yaml.MappingStartEvent)
    if event.tag not in (None, "!", _TAG + ("map" if mapping else "seq")):
        raise _error(f"the tag {event.tag} is not supported", event)
    return _Frame(event.anchor, mapping=mapping)


def _scalar_value(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    tag: str | None = event.tag
    if event.implicit[0]:
        if text == "<<":
            return _MERGE
        try:
            return scalar(text)
        except YamlError as error:
            raise _error(error.message, event) from error
    if tag is None or tag == "!":
        return text
    construct = _TAGGED.get(tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
    if construct is None:
        raise _error(f"the tag {tag} is not supported", event)
    try:
        return construct(text)
    except (ValueError, OverflowError, IndexError) as error:
        raise _error(f"{text[:40]!r} is not a value of {tag}", event) from error


def _refuse_properties(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.anchor is not None:
        raise _error("an anchor is not allowed here", event)
    if event.tag is not None:
        raise _error("a tag is not allowed here", event)


# --- Writing ----------------------------------------------------------------------------------------------

_AMBIGUOUS = re.compile(
    r"""y|n|yes|no|on|off|true|false|null|~|=|<<
    |[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-f_]+|[-+][0-9_]+|[0-9][0-9_]*
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    |[-+]?(?:\.[0-9_]+|[0-9][0-9_]*\.?[0-9_]*)(?:e[-+]?[0-9]+)?
    |[-+]?\.(?:inf|nan)
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t \t].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN_START = re.compile(r"""[^-?:,\[\]{}#&*!|>'"%@`\s]|--?[^-\W]""")
_NOT_PLAIN = re.compile(r":(?:\s|$)|\s#|\s$|^\.\.\.|\n")
_FLOW_INDICATOR = re.compile(r"[,?\[\]{}]")  # the question mark for PyYAML only
# Written as escapes: what YAML forbids in a file, what it takes for a line break, and bidirectional controls,
# which make a line read otherwise than it is stored.
_ESCAPED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_ESCAPES = {"\0": r"\0", "\a": r"\a", "\b": r"\b", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x1b": r"\e"}
_NOT_LITERAL = re.compile(r"\A[ \t\n]|[ \t]$", re.MULTILINE)


def dumps(value: object) -> str:
    """The YAML document of mappings, lists, tuples (as lists) and scalars, in insertion order.

    A collection of scalars stands on one line where that has at most 100 columns; it ends in a newline. A
    `YamlError` for other types.
    """
    try:
        line = None if isinstance(value, Mapping) and value else _inline_if_flat(value)
        if _is_collection(value) and (line is None or len(line) > _WIDTH):
            return "".join(line + "\n" for line in _block(value, 0))
        return (inline(value) if line is None else line) + "\n"
    except RecursionError as error:
        raise YamlError("nested too deep to be written") from error


def inline(value: object) -> str:
    """`value` on one line, as it may stand anywhere in a document: `{a: [1, 2], b: ''}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key, flow=True)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return _scalar_text(value, flow=True)


def _is_collection(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _block(value: object, indent: int) -> Iterator[str]:
    """The lines of a collection that has members, each of them indented."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _member(f"{' ' * indent}{_key(key, flow=False)}:", item, indent)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _member(f"{' ' * indent}-", item, indent)


def _member(prefix: str, value: object, indent: int) -> Iterator[str]:
    """The lines of one member: behind its key or dash where it fits there, else below."""
    line = _inline_if_flat(value)
    if isinstance(value, str):
        literal = _literal(value) if "\n" in value else None
        first, *rest = literal or [_string(value, flow=False)]
        yield f"{prefix} {first}"
        yield from (" " * (indent + 2) + line if line else "" for line in rest)
    elif line is not None and (not value or not _is_collection(value) or len(prefix) + len(line) < _WIDTH):
        yield f"{prefix} {line}"
    else:
        first, *rest = _block(value, indent + 2)
        if prefix.endswith("-"):  # the first member of a list's member follows its dash
            yield f"{prefix} {first[indent + 2 :]}"
        else:
            yield prefix
            yield first
        yield from rest


def _inline_if_flat(value: object) -> str | None:
    """`inline(value)`, or None where it holds collections or lines, better shown below one another."""
    members = list(value.values()) if isinstance(value, Mapping) else value
    if isinstance(members, list | tuple):
        flat = not any(_is_collection(item) or _has_lines(item) for item in members)
    else:
        flat = not _has_lines(value)
    return inline(value) if flat else None


def _has_lines(value: object) -> bool:
    return isinstance(value, str) and "\n" in value


def _literal(text: str) -> list[str] | None:
    """The header of a `|` block and its lines, or None where `text` would not survive as one."""
    body = text.rstrip("\n")
    if _NOT_LITERAL.search(body) or _ESCAPED.search(body.replace("\n", "").replace("\t", "")) or not body:
        return None
    ending = len(text) - len(body)
    header = "|-" if ending == 0 else "|" if ending == 1 else "|+"
    return [header, *body.split("\n"), *[""] * (ending - 1)]


def _key(key: object, *, flow: bool) -> str:
    text = _scalar_text(key, flow=flow)
    if len(text) > 1000:  # a longer one needs the `? key` form, which people cannot read
        raise YamlError(f"the key {text[:40]}… is too long")
    return text


def _scalar_text(value: object, *, flow: bool) -> str:
    if isinstance(value, str):
        return _string(value, flow=flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        if isinstance(value, int):
            return int.__repr__(value)
    except ValueError as error:  # Python's limit on digits
        raise YamlError("the number is too long") from error
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise YamlError(f"{type(value).__name__} cannot be written as YAML")


def _float_text(value: float) -> str:
    text = float.__repr__(value)
    if text.lstrip("-") in ("inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, exponent_sign, exponent = text.partition("e")
    # YAML 1.1 takes 1e-05 for a string: its numbers need the point
    return text if not exponent_sign or "." in mantissa else f"{mantissa}.0e{exponent}"


def _string(text: str, *, flow: bool) -> str:
    if _ESCAPED.search(text):
        return double_quoted(text)
    if (
        _PLAIN_START.match(text)
        and not _NOT_PLAIN.search(text)
        and not _AMBIGUOUS.fullmatch(text)
        and not (flow and _FLOW_INDICATOR.search(text))
    ):
        return text
    return "'" + text.replace("'", "''") + "'"


def double_quoted(text: str) -> str:
    """`text` in double quotes, whatever is not printable as an escape."""
    return '"' + _ESCAPED.sub(_escape, text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        raise YamlError("the text is not Unicode")
    return _ESCAPES.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
