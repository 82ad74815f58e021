"""What `-S` writes is the value that was meant to every program that reads the file, of YAML 1.1 or 1.2."""

from __future__ import annotations

import ast
import datetime
import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from dvc.utils.serialize import PARSERS
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ledger.errors import LedgerError
from ledger.model.formats import paramfiles
from ledger.model.parameters import as_value, identical
from ledger.model.typed_values import format_value, parse_value


def executed(text: str) -> dict[str, Any]:
    """What a program finds that imports the file."""
    found: dict[str, Any] = {}
    exec(text, found)
    return found


def parsed(text: str) -> dict[str, Any]:
    """What is found by one that reads the file's literals."""
    targets = ((s.targets[0], s.value) for s in ast.parse(text).body if isinstance(s, ast.Assign))
    return {t.id: ast.literal_eval(value) for t, value in targets if isinstance(t, ast.Name)}


# beside DVC's own
LOADERS: dict[str, tuple[tuple[str, ...], tuple[Callable[[str], Any], ...]]] = {
    ".yaml": (
        ("k: 1  # c\n", "k: 'old'\n", "k:\n  - 1\nz: 1\n", "k: |\n  a\n  b\nz: 1\n", "{z: 1, k: ~}\n"),
        (yaml.safe_load, YAML(typ="safe").load),
    ),
    ".json": (('{"z": 1, "k": "old"}',), (json.loads,)),
    ".toml": (("k = 1  # c\n", "k = [1, 2]\n"), (tomllib.loads,)),
    ".py": (("k = 1  # c\n", "k = 'old'\nz = 1\n"), (executed, parsed)),
}


def check(text: str) -> None:
    """Write what `text` means into every kind of file, and read it as programs do; a refusal is no wrong value."""
    meant = parse_value(text)
    assert identical(parse_value(format_value(meant)), meant)
    for suffix, (files, loaders) in LOADERS.items():
        for old in files:
            try:
                new = paramfiles.edit(f"p{suffix}", old, {"k": meant})
            except LedgerError:
                assert meant is None or isinstance(meant, float | list | dict | datetime.date)
                continue
            for tree in (*(load(new) for load in loaders), PARSERS[suffix](new, f"p{suffix}")):
                found = as_value(tree["k"])
                assert identical(found, meant) or isinstance(found, datetime.date), (suffix, new)


# what one of YAML's versions, or somebody in a hurry, may take for something else
@pytest.mark.parametrize(
    "texts",
    [
        "1e-3 1E5 1e+5 1.e3 .5e3 5. -.5 +3 +.5 1e400 1e-400 5e-324 1.7976931348623157e308 0.30000000000000004 -0.0 -0",
        "yes no on off y n Y N Yes true TRUE tRUE null Null ~ none None '' '~' 'null' 'true' '1' '1e-3' 'yes'",
        "0o17 0O17 010 -010 08 0x1F 0X1f 0b11 1_000 1_0.5 0_ 1_ 0x_1 1:30 -1:30 12:30:00 12:30:00.5 '1:30'",
        "inf .inf -inf -.inf nan .nan .NaN Infinity NaN 9007199254740993 18446744073709551616 = << '='",
        r"é 日本 🙂 '  a' 'a  ' a:b a: :a #x x#y - -a --a ? ! !a & &a * *a % @a | > [1,1e-3,yes,'010',null] {a:1e-3}",
        r'"\u2028" "\x85" "\ufeff" "a\nb" "a\tb" "\x00" "\x7f" [[1,2],[yes]] [] {} ... --- ${x} {{x}}',
    ],
)
def test_every_loader_reads_what_was_meant(texts: str) -> None:
    for text in texts.split():
        try:
            parse_value(text)
        except LedgerError:
            continue
        check(text)


@given(st.text("0123456789-+._eExobTZ:ainfyNAl~#'", max_size=8))
def test_so_it_does_of_texts_that_nobody_would_type(text: str) -> None:
    try:
        parse_value(text)
    except LedgerError:
        return
    check(text)
