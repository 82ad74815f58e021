"""What is written as YAML reads back the same everywhere."""

from __future__ import annotations

import datetime
import enum

import pytest
import yaml
from hypothesis import given
from ruamel.yaml import YAML
from yaml_values import ODD_TEXTS, shape, trees

from ledger.model.formats import yaml12


def test_the_layout() -> None:
    record = {
        "name": "focal-loss",
        "replicate": {"seed": 0},
        "seeds": (0, 1, 2),
        "params": {"params.yaml": {"seed": 0, "train": {"lr": 1e-05, "loss": "focal"}}},
        "stages": [{"name": "train", "deps": ["a.py", "b.py"]}, [[1], []], "x"],
        "wide": {f"a_rather_long_key_{i}": i for i in range(5)},
        "error": "Traceback:\n  line 1\n\nValueError: no\n",
        "empty": {},
        "note": "",
        "day": datetime.date(2020, 1, 1),
        "text": "2020-01-01",
        "version": "1e5",
        "title": "Dice, [and] {more}",
        "said": "é: \u202e",
        "nothing": None,
        "sure": True,
    }
    assert (
        yaml12.dumps(record)
        == """\
name: focal-loss
replicate: {seed: 0}
seeds: [0, 1, 2]
params:
  params.yaml:
    seed: 0
    train: {lr: 1.0e-05, loss: focal}
stages:
  - name: train
    deps: [a.py, b.py]
  - - [1]
    - []
  - x
wide:
  a_rather_long_key_0: 0
  a_rather_long_key_1: 1
  a_rather_long_key_2: 2
  a_rather_long_key_3: 3
  a_rather_long_key_4: 4
error: |
  Traceback:
    line 1

  ValueError: no
empty: {}
note: ''
day: 2020-01-01
text: '2020-01-01'
version: '1e5'
title: Dice, [and] {more}
said: "é: \\u202e"
nothing: null
sure: true
"""
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}\n"),
        ([], "[]\n"),
        ({"a": 1}, "a: 1\n"),
        ([1, "a\nb"], "- 1\n- |-\n  a\n  b\n"),
        (1.5, "1.5\n"),
    ],
)
def test_the_top_level(value: object, text: str) -> None:
    assert yaml12.dumps(value) == text


def test_subclasses_are_written_as_what_they_are() -> None:
    class Status(enum.StrEnum):
        FAILED = "failed"

    class Level(enum.IntEnum):
        LOW = 1

    assert yaml12.dumps({"a": Status.FAILED, "b": Level.LOW}) == "a: failed\nb: 1\n"


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", "\ud800", {(1, 2): 3}, {"k" * 1100: 1}])
def test_what_yaml_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(yaml12.YamlError):
        yaml12.dumps({"a": value})


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(yaml12.YamlError, match="deep"):
        yaml12.dumps(value)


@given(trees)
def test_what_is_written_reads_back(value: object) -> None:
    for text in (yaml12.dumps(value), yaml12.inline(value)):
        assert shape(yaml12.loads(text)) == shape(value)
        assert shape(yaml12.loads_untrusted(text)) == shape(value)
        assert shape(yaml.load(text, Loader=yaml.SafeLoader)) == shape(value)  # YAML 1.1
        assert shape(YAML(typ="safe").load(text)) == shape(value)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_an_odd_text_reads_back_wherever_it_stands(text: str) -> None:
    value = {"block": {text: [{"a": text, "b": []}]}, "flow": {text: text}, "list": [text, [text, []]]}
    for read in (yaml12.loads, yaml12.loads_untrusted, YAML(typ="safe").load):
        assert read(yaml12.dumps(value)) == value
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assert yaml.load(yaml12.dumps(value), Loader=loader) == value
