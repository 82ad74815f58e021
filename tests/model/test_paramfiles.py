"""Parameter files are read as DVC reads them, and an edit changes nothing but the value."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from typing import cast

import pytest
import tomlkit
import yaml
from dvc.utils.serialize import PARSERS
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model.formats import paramfiles, yaml12
from ledger.model.parameters import Value, flatten

YAML = """\
# the model
lr: 1e-3   # rate
name: "adam"
other: 'x'
empty:
empty2:   # nothing yet
default: &d 0.1
a: *d
b: *d
base: &base
  # inner
  x: 1   # one
  opt: {k: 1, m: [1, 2]}
train:
  <<: *base  # merged
  y: 2
flow: {<<: *base, z: 3, n: }
whole: *base
block: |   # header
  line

  more

list:   # lead
  - 1
  - 2
layers:
- size: 1
  act: relu # why
- [3, 4]
"k.dot": 1
1: one
tagged: !!float 3
anchored: &unused  5
multi: this is
  folded
\u00fc: "\u00e9"  # \u00e9
last: end"""


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines of both texts between their common beginning and their common end, line ends included."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return before, after


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("lr", 0.3, ["lr: 1e-3   # rate\n"], ["lr: 0.3   # rate\n"]),
        ("lr", 1e-05, ["lr: 1e-3   # rate\n"], ["lr: 1.0e-05   # rate\n"]),
        ("lr", None, ["lr: 1e-3   # rate\n"], ["lr: null   # rate\n"]),
        ("lr", "1e-3", ["lr: 1e-3   # rate\n"], ["lr: '1e-3'   # rate\n"]),
        ("lr", [1, "a, b"], ["lr: 1e-3   # rate\n"], ["lr: [1, 'a, b']   # rate\n"]),
        ("name", "sgd", ['name: "adam"\n'], ['name: "sgd"\n']),
        ("name", 5, ['name: "adam"\n'], ["name: 5\n"]),
        ("other", "it's", ["other: 'x'\n"], ["other: 'it''s'\n"]),
        ("empty", 1, ["empty:\n"], ["empty: 1\n"]),
        ("empty2", "x", ["empty2:   # nothing yet\n"], ["empty2: x   # nothing yet\n"]),
        ("default", 0.5, ["default: &d 0.1\n", "a: *d\n"], ["default: 0.5\n", "a: &d 0.1\n"]),
        ("a", 0.5, ["a: *d\n"], ["a: 0.5\n"]),
        ("b", 0.5, ["b: *d\n"], ["b: 0.5\n"]),
        ("train.x", 7, [], ["  x: 7\n"]),
        ("train.y", 7, ["  y: 2\n"], ["  y: 7\n"]),
        ("train.opt.k", 9, [], ["  opt: {k: 9, m: [1, 2]}\n"]),
        ("flow.x", 3, ["flow: {<<: *base, z: 3, n: }\n"], ["flow: {<<: *base, x: 3, z: 3, n: }\n"]),
        ("flow.n", 3, ["flow: {<<: *base, z: 3, n: }\n"], ["flow: {<<: *base, z: 3, n: 3 }\n"]),
        ("whole.opt.m", [1], ["whole: *base\n"], ["whole: {x: 1, opt: {k: 1, m: [1]}}\n"]),
        ("block", "s", ["block: |   # header\n", "  line\n", "\n", "  more\n"], ["block: s   # header\n"]),
        ("list", [5], ["list:   # lead\n", "  - 1\n", "  - 2\n"], ["list: [5]   # lead\n"]),
        ("list.1", 9, ["  - 2\n"], ["  - 9\n"]),
        ("layers[0].act", "elu", ["  act: relu # why\n"], ["  act: elu # why\n"]),
        ("layers.1.0", 5, ["- [3, 4]\n"], ["- [5, 4]\n"]),
        ("layers.1", [], ["- [3, 4]\n"], ["- []\n"]),
        ("k.dot", 2, ['"k.dot": 1\n'], ['"k.dot": 2\n']),
        ("1", "two", ["1: one\n"], ["1: two\n"]),
        ("tagged", "abc", ["tagged: !!float 3\n"], ["tagged: abc\n"]),
        ("anchored", 6, ["anchored: &unused  5\n"], ["anchored: &unused 6\n"]),
        ("multi", "a\nb", ["multi: this is\n", "  folded\n"], ['multi: "a\\nb"\n']),
        ("\u00fc", "\u00e4", ['\u00fc: "\u00e9"  # \u00e9\n'], ['\u00fc: "\u00e4"  # \u00e9\n']),
        ("last", "x: y", ["last: end"], ["last: 'x: y'"]),
    ],
)
def test_a_yaml_edit_changes_the_value_alone(key: str, value: Value, before: list[str], after: list[str]) -> None:
    new = paramfiles.edit("params.yaml", YAML, {key: value})
    assert changed_lines(YAML, new) == (before, after)
    windows = YAML.replace("\n", "\r\n")
    assert paramfiles.edit("params.yaml", windows, {key: value}) == new.replace("\n", "\r\n")
    assert paramfiles.edit("params.yaml", "\ufeff" + YAML, {key: value}) == "\ufeff" + new
    flat = flatten(paramfiles.parse("params.yaml", YAML))
    place = key.replace("[0]", ".0")
    if place in flat:
        assert flatten(paramfiles.parse("params.yaml", new)) == {**flat, place: value}


def test_an_anchor_keeps_its_other_users() -> None:
    text = "a: &x [1,  2]\nb: *x\nc: {d: *x}\ne: &y\n  - 1\nf: *y\n"
    new = paramfiles.edit("params.yaml", text, {"a": 3, "e": 4})
    assert new == "a: 3\nb: &x [1,  2]\nc: {d: *x}\ne: 4\nf: &y [1]\n"


def test_an_edit_inside_of_a_shared_mapping_is_refused_by_the_names_it_would_change() -> None:
    with pytest.raises(LedgerError, match=r"also change train\.x, flow\.x and whole\.x") as caught:
        paramfiles.edit("params.yaml", YAML, {"base.x": 5})
    assert caught.value.hint
    every = dict.fromkeys(["base.x", "train.x", "flow.x", "whole.x"], 5)
    assert changed_lines(YAML, paramfiles.edit("params.yaml", YAML, every)) == (
        ["  x: 1   # one\n"],
        ["  x: 5   # one\n"],
    )


def test_several_changes_at_once() -> None:
    new = paramfiles.edit("params.yaml", YAML, {"lr": 1, "last": 2, "block": 3})
    assert new == YAML.replace("1e-3", "1").replace(": end", ": 2").replace(
        "|   # header\n  line\n\n  more", "3   # header"
    )


def test_what_is_there_already_is_left_as_it_is_written() -> None:
    assert paramfiles.edit("params.yaml", YAML, {"lr": 0.001, "name": "adam", "train.x": 1}) == YAML
    assert paramfiles.edit("params.yaml", YAML, {}) == YAML
    assert paramfiles.edit("params.yaml", "a: 1", {"a": 1.0}) == "a: 1.0"
    assert paramfiles.edit("params.yaml", "a: 1", {"a": True}) == "a: true"


JSON = '{\n\t"a": 1, "b" : [1, {"c":2.5}],\n "d": {"e": "\u00fc", "x.y": null}, "a": 2 }\r\n'


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("a", 3, '"a": 2 ', '"a": 3 '),  # given twice: the last one counts
        ("b.1.c", "q", ":2.5", ':"q"'),
        ("b[0]", True, "[1,", "[true,"),
        ("b", [1, 2], '[1, {"c":2.5}]', "[1, 2]"),
        ("d.e", "\u00e4\n", '"\u00fc"', '"\u00e4\\n"'),
        ("d.x.y", [], "null", "[]"),
    ],
)
def test_a_json_edit_changes_the_value_alone(key: str, value: Value, old: str, new: str) -> None:
    assert paramfiles.edit("p.json", JSON, {key: value}) == JSON.replace(old, new)


TOML = '# c\na = 1 # x\n[s]\nb = [1,\n 2] # y\nc = "q"\nd.e = 1979-05-27\n[[t]]\nz = {k = 1}'


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("a", 2.5, "a = 1", "a = 2.5"),
        ("s.b", [3], "[1,\n 2]", "[3]"),
        ("s.b.0", 5, "[1,", "[5,"),
        ("s.c", "w\nz", '"q"', '"w\\nz"'),
        ("s.d.e", True, "1979-05-27", "true"),
        ("t.0.z.k", {"a b": 1}, "k = 1", 'k = {"a b" = 1}'),
    ],
)
def test_a_toml_edit_changes_the_value_alone(key: str, value: Value, old: str, new: str) -> None:
    assert paramfiles.edit("p.toml", TOML, {key: value}) == TOML.replace(old, new)
    windows = TOML.replace("\n", "\r\n")
    if "\n" not in old:
        assert paramfiles.edit("p.toml", windows, {key: value}) == windows.replace(old, new)


PYTHON = '''\
"""The model."""
import os
lr = 1e-3  # c
x, y = 1, 2
z = w = 3
computed = os.cpu_count()
s = "\u00e9"; n = -5  # \u00e9
d: dict = {"a": {"b": (1, 2)}, 3: [1,
   2]}
declared: int
class Train:
    epochs: int = 70
    class Inner:
        depth = (2)
    def __init__(self):
        self.dropout = 0.5
        local = 3
    def other(self):
        self.ignored = 1
t = {1, 2}
none = None
lr = 0.2
'''


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("lr", 0.5, "lr = 0.2", "lr = 0.5"),
        ("n", 7, "n = -5", "n = 7"),
        ("s", "it's", '"\u00e9";', '"it\'s";'),
        ("d.a.b", [3], "(1, 2)", "(3,)"),
        ("d.3.1", "x", "   2]", "   'x']"),
        ("Train.epochs", 3, "= 70", "= 3"),
        ("Train.Inner.depth", 3, "(2)", "(3)"),
        ("Train.dropout", None, "0.5", "None"),
        ("t", [3], "t = {1, 2}", "t = {3}"),
        ("none", True, "none = None", "none = True"),
    ],
)
def test_a_python_edit_changes_the_value_alone(key: str, value: Value, old: str, new: str) -> None:
    assert paramfiles.edit("p.py", PYTHON, {key: value}) == PYTHON.replace(old, new)
    windows = PYTHON.replace("\n", "\r\n")
    assert paramfiles.edit("p.py", windows, {key: value}) == windows.replace(old, new)


@pytest.mark.parametrize(
    ("path", "text"),
    [("p.yaml", YAML), ("p.json", JSON), ("p.toml", TOML), ("p.py", PYTHON), ("p.conf", YAML)],
)
def test_a_file_holds_what_dvc_finds_in_it(path: str, text: str) -> None:
    suffix = "." + path.partition(".")[2]
    assert paramfiles.parse(path, text) == PARSERS[suffix](text, path)


@pytest.mark.parametrize("path", ["p.yaml", "p.yml", "p.json", "p.toml", "p.py", "p"])
def test_an_empty_file_has_no_parameters(path: str) -> None:
    assert paramfiles.parse(path, "") == paramfiles.parse(path, "\n") == {}


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("p.yaml", "a: 1\nb: [1\nc: 2", r"^p\.yaml:3:2: "),
        ("p.yaml", "a: 1\na: 2\n", r"^p\.yaml:2:1: the key 'a' is there twice"),
        ("p.yaml", "- 1\n", r"^p\.yaml holds a list"),
        ("p.yaml", "text\n", r"^p\.yaml holds a single value"),
        ("p.json", '{"a": }', r"^p\.json:1:7: "),
        ("p.json", "[" * 100_000, r"^p\.json: nested too deep"),
        ("p.toml", "a = 1\nb = =", r"^p\.toml:2:5: "),
        ("p.toml", "a = ", r"^p\.toml:1:5: "),
        ("p.py", "a = (", r"^p\.py:1:5: "),
        ("p.py", "a = '\0'", r"^p\.py: "),
    ],
)
def test_an_unreadable_file_is_named_with_the_place(path: str, text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message) as caught:
        paramfiles.parse(path, text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("path", "text", "changes", "message", "hint"),
    [
        ("p.yaml", "train: {lr: 1}", {"lr": 2}, "p.yaml has no parameter lr", "train.lr"),
        ("p.yaml", "train: {lr: 1}", {"xyz": 2}, "no parameter xyz", "it has train.lr"),
        ("p.yaml", "", {"lr": 2}, "no parameter lr", "no parameters"),
        ("p.yaml", "a: [1]", {"a.1": 2}, "no parameter", "a"),
        ("p.yaml", "train: {lr: 1}", {"train": 2}, "is a section", "train.lr"),
        ("p.yaml", "a.b: 1\na: {b: 2}", {"a.b": 3}, "two spellings", "rename"),
        ("p.yaml", "a.b: 1", {'"a.b"': 3}, "no parameter", "a.b"),
        ("p.toml", "a = 1", {"a": None}, "cannot set a to null", "by hand"),
        ("p.py", "a = 1", {"a": math.nan}, "cannot set a to .nan", "by hand"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(
    path: str, text: str, changes: Mapping[str, Value], message: str, hint: str
) -> None:
    with pytest.raises(LedgerError, match=message) as caught:
        paramfiles.edit(path, text, changes)
    assert hint in str(caught.value.hint)


names = st.text("abc_", min_size=1, max_size=3)
numbers = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6) | st.sampled_from(
    ["yes", "1e-3", "a: b", "#"]
)
leaves: st.SearchStrategy[Value] = st.one_of(numbers, texts, st.lists(numbers | texts, max_size=3))
trees: st.SearchStrategy[dict[str, Value]] = st.dictionaries(
    names,
    st.recursive(leaves, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=6),
    min_size=1,
    max_size=4,
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Value], str, Value]:
    """A tree, the dotted key of one of its leaves, and a new value for it."""
    tree = draw(trees)
    key = draw(st.sampled_from([key for key, value in flatten(tree).items() if value != {}]))
    return tree, key, draw(leaves)


def put(tree: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    head, dot, rest = key.partition(".")
    below = tree[head]
    return tree | {head: put(below, rest, value) if dot and isinstance(below, dict) else value}


def commented(tree: Mapping[str, Value], indent: str = "") -> list[str]:
    """The tree as YAML, block style, with a comment of its own on every line."""
    lines: list[str] = []
    for key, value in tree.items():
        mark = f"  # {indent}{key} #"
        if isinstance(value, dict) and value:
            lines += [f"{indent}{key}: {mark}", f"{indent}   # below", *commented(value, indent + "   ")]
        else:
            lines.append(f"{indent}{key}:  {yaml12.inline(value)}{mark}")
    return lines


@given(edits(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_yaml_edit_keeps_every_other_line(edit: tuple[dict[str, Value], str, Value], end: str, last: bool) -> None:
    tree, key, value = edit
    text = end.join(commented(tree)) + end * last
    new = paramfiles.edit("p.yaml", text, {key: value})
    assert repr(yaml12.loads(new)) == repr(put(tree, key, value)) or yaml12.loads(text) == yaml12.loads(new)
    quoted = yaml12.inline(flatten(tree)[key])[0] in "\"'"
    if not (quoted and isinstance(value, str)):  # it takes over the old one's quotes
        assert new == end.join(commented(put(tree, key, value))) + end * last or new == text
    before, after = text.split(end), new.split(end)
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1


@given(edits(), st.booleans())
def test_a_block_of_yaml_is_replaced_as_a_whole(edit: tuple[dict[str, Value], str, Value], indented: bool) -> None:
    tree, key, value = edit
    tree = put(tree, key, [[1, {"a": [2]}], {"b": "x\ny\n", "c": []}])
    if indented:
        text = yaml12.dumps(tree)
    else:  # PyYAML sets a list's dashes below its key; what it leaves bare is not always text in YAML 1.2
        text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
        tree = cast("dict[str, Value]", yaml12.loads(text))
    new = paramfiles.edit("p.yaml", text, {key: value})
    assert repr(yaml12.loads(new)) == repr(put(tree, key, value))


@given(edits(), st.sampled_from([None, 0, 3, "\t"]))
def test_a_json_edit_is_the_file_as_it_would_have_been(
    edit: tuple[dict[str, Value], str, Value], indent: int | str | None
) -> None:
    tree, key, value = edit
    if isinstance(value, list):
        value = "text"
    text = json.dumps(tree, indent=indent, ensure_ascii=False)
    wanted = json.dumps(put(tree, key, value), indent=indent, ensure_ascii=False)
    assert paramfiles.edit("p.json", text, {key: value}) == wanted


@given(edits())
def test_a_toml_edit_keeps_every_other_line(edit: tuple[dict[str, Value], str, Value]) -> None:
    tree, key, value = edit
    text = "".join(f"{line} # {i}\n" if line else "\n" for i, line in enumerate(tomlkit.dumps(tree).split("\n")))
    new = paramfiles.edit("p.toml", text, {key: value})
    assert repr(flatten(tomllib.loads(new))[key]) == repr(value) or new == text
    assert tomllib.loads(new) == put(tree, key, value)
    assert sum(one != other for one, other in zip(text.split("\n"), new.split("\n"), strict=True)) <= 1


@given(edits())
def test_a_python_edit_is_the_file_as_it_would_have_been(edit: tuple[dict[str, Value], str, Value]) -> None:
    tree, key, value = edit

    def source(values: dict[str, Value]) -> str:
        return "".join(f"{name} = ({item!r})  # {name}\n" for name, item in values.items())

    new = paramfiles.edit("p.py", source(tree), {key: value})
    assert new == source(put(tree, key, value))


def test_a_key_with_dots_is_set_by_its_quoted_name() -> None:
    text = "a.b: 1  # one\na: {b: 2}\n"
    assert paramfiles.edit("p.yaml", text, {'"a.b"': 3}) == "a.b: 3  # one\na: {b: 2}\n"
