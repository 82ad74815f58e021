"""YAML values agree with DVC's reader, and untrusted documents are plain data or refused."""

from __future__ import annotations

import datetime
import math

import pytest
import yaml
from dvc.utils.serialize import parse_yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml_values import shape

from ledger.model.formats import yaml12
from ledger.model.formats.yaml12 import reader


def dvc(text: str) -> object:
    try:
        return shape(parse_yaml(text, "params.yaml"))
    except Exception:  # besides its own error, ValueError and others come through
        return "error"


def ours(text: str) -> object:
    try:
        return shape(yaml12.loads(text) or {})
    except yaml12.YamlError:
        return "error"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("0b11", 3),
        ("1_000", 1000),
        ("-0x10", -16),
        ("12:30", "12:30"),
        ("2020-01-01", datetime.date(2020, 1, 1)),
        ("2020-01-01T10:00:00Z", datetime.datetime(2020, 1, 1, 10, tzinfo=datetime.UTC)),
        ("2020-1-1", "2020-1-1"),
        ("-.5e3", "-.5e3"),
        ("-.5e+3", -500.0),
        (".5", 0.5),
        ("1.", 1.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("TRUE", True),
        ("~", None),
        ("", None),
        ("nUll", "nUll"),
        ("1.2.3", "1.2.3"),
        ("'1'", "1"),
        ("!!float 3", 3.0),
        ("!!str 3", "3"),
        ("!!bool yes", True),
    ],
)
def test_a_scalar_is_what_dvc_takes_it_for(text: str, value: object) -> None:
    assert shape(yaml12.loads(f"x: {text}")) == shape({"x": value}) == dvc(f"x: {text}")


def test_nan_is_nan() -> None:
    assert shape(yaml12.loads("[.nan, .NaN]")) == ["nan", "nan"]


@given(st.text("0123456789-+._eExobTZt: ainfyNAl~#", max_size=9))
def test_generated_scalars_agree_with_dvc(text: str) -> None:
    assert ours(f"a: {text}\n") == dvc(f"a: {text}\n")


LINES = [
    "a: 1",
    "b: &x {c: 1, d: [2]}",
    "b: &y",
    "  k: 1e3",
    "  <<: *x",
    "e: *x",
    "f:",
    "- 1",
    "  - *x",
    "a: 2",
    "# c",
    "<<: *x",
    "<<: [*x, {c: 5}]",
    "g: {<<: *x, c: 7}",
    "? h\n: i",
    "j: |",
    "   text",
    "k: 'it''s'",
    "1: yes",
    "---",
]


@pytest.mark.filterwarnings("ignore")  # ruamel warns where an anchor is defined anew
@given(st.lists(st.sampled_from(LINES), max_size=7))
def test_generated_documents_agree_with_dvc(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    assert ours(text) == dvc(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n", {"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}),
        ("a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y]}\n", None),
        ("a: &x 1\nb: [*x, *x]\n", {"a": 1, "b": [1, 1]}),
        ("'<<': 1\n", {"<<": 1}),
    ],
)
def test_anchors_and_merge_keys(text: str, value: object) -> None:
    assert ours(text) == dvc(text)
    assert value is None or yaml12.loads(text) == value


def test_a_tag_without_a_name_agrees_with_dvc() -> None:
    for value in ("!", "! ''", "! a", "! 1"):
        assert ours(f"x: {value}\ny: 1\n") == dvc(f"x: {value}\ny: 1\n")


def test_an_empty_document_is_none() -> None:
    assert yaml12.loads("") is None
    assert yaml12.loads("# nothing\n") is None


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "there twice", 3),
        ("a: [1\nb: 2\n", "flow sequence", 2),
        ("a: 1\n---\nb: 2\n", "more than one document", 2),
        ("a: *x\n", "no anchor", 1),
        ("a: &x [*x]\n", "no anchor", 1),
        ("a: &x {k: 1}\nb: &x {<<: *x}\n", "no anchor", 2),
        ("a: 1\n\ufeffb: 2\n", "a byte order mark", 2),
        ("a: !mine 3\n", "tag", 1),
        ("a: !!python/tuple [1]\n", "tag", 1),
        ("a: !!int x\n", "not a value", 1),
        ("a: 1\nb: 2020-13-01\n", "not a value", 2),
        ("a: 1\nb: \x07\n", "not allowed", 2),
        ("a: <<\n", "only a key", 1),
        ("a:\n  <<: 3\n", "takes a mapping", 2),
        ("? {a: 1}\n: 2\n", "cannot be a key", 1),
        ("%YAML 1.1\n---\na: yes\n", "1.1", 1),
        ("[" * 300 + "]" * 300, "nested deeper", 1),
        ("a: \ud800\n", "not Unicode", None),
    ],
)
def test_an_error_says_what_and_where(text: str, reason: str, line: int | None) -> None:
    with pytest.raises(yaml12.YamlError, match=reason) as caught:
        yaml12.loads(text)
    assert caught.value.line == line


def test_aliases_cannot_stand_for_more_than_memory_holds() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    with pytest.raises(yaml12.YamlError, match="too much"):
        yaml12.loads(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x 1\n", "an anchor"),
        ("&x a: 1\n", "an anchor"),
        ("a: &x [1]\n", "an anchor"),
        ("a: *x\n", "an alias"),
        ("a: !!str 1\n", "a tag"),
        ("a: ! 1\n", "a tag"),
        ("a: !!map {}\n", "a tag"),
        ("a: {<<: {b: 1}}\n", "a merge key"),
        ("a: 1\n---\nb: 1\n", "more than one"),
        ("a: 1\na: 1\n", "twice"),
        ("[" * 33 + "]" * 33, "nested deeper"),
        ("[" * 100_000, "nested deeper"),
        ("a: " + "x" * 1_000_000, "larger than"),
        ("ü" * 600_000, "larger than"),
    ],
)
def test_an_untrusted_document_is_plain_data_or_refused(text: str, reason: str) -> None:
    with pytest.raises(yaml12.YamlError, match=reason):
        yaml12.loads_untrusted(text)


def test_the_limits_for_untrusted_documents_are_arguments() -> None:
    assert yaml12.loads_untrusted("[[1]]", max_bytes=5, max_depth=2) == [[1]]
    with pytest.raises(yaml12.YamlError, match="larger"):
        yaml12.loads_untrusted("[[1]]", max_bytes=4)
    with pytest.raises(yaml12.YamlError, match="deeper"):
        yaml12.loads_untrusted("[[1]]", max_depth=1)


def test_the_pure_parser_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {b: 1e-3}\nc:\n  <<: *x\n  d: |-\n    e\n"
    fast = yaml12.loads(text)
    monkeypatch.setattr(reader, "_Parser", yaml.SafeLoader)
    assert yaml12.loads(text) == fast == {"a": {"b": 0.001}, "c": {"b": 0.001, "d": "e"}}
    with pytest.raises(yaml12.YamlError) as caught:
        yaml12.loads("a: 1\nb: \x07\n")
    assert (caught.value.line, caught.value.column) == (2, 4)
