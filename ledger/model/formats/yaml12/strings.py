"""How `yaml12` writes a string: plain where every reader takes it for itself, else in quotes or as a block."""

from __future__ import annotations

import re

from ledger.model.formats.yaml12.scalars import YamlError

_AMBIGUOUS = re.compile(
    r"""y|n|yes|no|on|off|true|false|null|~|=|<<
    |[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-f_]+|[-+][0-9_]+|[0-9][0-9_]*
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    |[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?
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


def one_line(text: str, *, flow: bool) -> str:
    """The string on one line; `flow`: where it stands between brackets."""
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


def literal(text: str) -> list[str] | None:
    """The header of a `|` block and its lines, or None where `text` would not survive as one."""
    body = text.rstrip("\n")
    if _NOT_LITERAL.search(body) or _ESCAPED.search(body.replace("\n", "").replace("\t", "")) or not body:
        return None
    ending = len(text) - len(body)
    header = "|-" if ending == 0 else "|" if ending == 1 else "|+"
    return [header, *body.split("\n"), *[""] * (ending - 1)]


def double_quoted(text: str) -> str:
    """`text` in double quotes, whatever is not printable as an escape."""
    return '"' + _ESCAPED.sub(_escape, text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        raise YamlError("the text is not Unicode")
    return _ESCAPES.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
