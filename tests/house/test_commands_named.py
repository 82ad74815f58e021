"""Every command that a page, a hint or a help text tells people to type is there, with the options that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from test_documents import DOCUMENTS, ROOT

from ledger.cli.commands import COMMANDS

# in code alone: `ledger run`, or a line of a block, with what goes on behind a backslash
_SPAN = re.compile(r"`(?:\$ )?(ledger(?: [^`]*)?)`")
_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^(?:\S*\$ )?(ledger (?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
_CALL = re.compile(r"\bledger ([a-z][a-z-]*)((?:(?!\bledger )[^\n]|\\\n)*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\$\([^)]*\)")
# where another command, a remark or a sentence begins
_END = re.compile(r"\s#|&&|[|;:]| (?:and|or|then|says|shows|lists|with a|prints) |, ")
_OPTION = re.compile(r"(?<!\S)(?:--[a-z][\w-]*|-[a-zA-Z](?![\w-]))")
# a hint that speaks of ledger, and a span that does
_PROSE = {"writes", "as"}
# what people are told in a message, and in a help text
_HINT = re.compile(r"""\bhint ?= ?f?(?:"([^"\n]*)"|'([^'\n]*)')|Example: ([^"\n]*)""")


@cache
def options() -> dict[str, frozenset[str]]:
    """What the reference, which is generated, says that each command takes."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    parts = re.split(r"^## ledger ", text, flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0]: frozenset(re.findall(r"`(--?[a-zA-Z][\w-]*)", part)) | {"--help"} for part in parts}


def wrong(text: str) -> Iterator[str]:
    """The commands in it that are none, and the options that their commands do not have."""
    for match in _CALL.finditer(text):
        name, rest = match.groups()
        if name not in options() and name not in _PROSE:
            yield f"ledger {name}"
        if name not in options():
            continue
        said = _END.split(_QUOTED.sub("", rest))[0]
        yield from (f"ledger {name} {one}" for one in _OPTION.findall(said) if one not in options()[name])


def test_the_reference_is_read_whole() -> None:
    assert list(options()) == list(COMMANDS)
    assert {"--seeds", "-S", "--vary"} <= options()["new"]
    assert list(wrong("ledger run -j 4 --jobz 3")) == ["ledger run --jobz"]
    assert list(wrong("ledger rum")) == ["ledger rum"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_name_commands_that_are_there(document: Path) -> None:
    text = document.read_text("utf-8")
    blocks = "\n".join(_BLOCK.findall(text))
    typed = [*_LINE.findall(blocks), *_SPAN.findall(_BLOCK.sub("", text))]
    assert [found for one in typed for found in wrong(one)] == []


def test_hints_and_help_texts_name_commands_that_are_there() -> None:
    told = {
        (path.name, one): list(wrong(one))
        for path in (ROOT / "ledger").rglob("*.py")
        for found in _HINT.findall(path.read_text("utf-8"))
        for one in found
        if one.startswith("ledger ")
    }
    assert len(told) > 150
    assert {place: found for place, found in told.items() if found} == {}
