"""The fast reader gives what the full reader gives, or refuses."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml_values import shape, texts, trees

from ledger.model.formats import yaml12
from ledger.model.formats.yaml12 import canonical, reader

mappings = st.dictionaries(texts | st.integers() | st.booleans() | st.none(), trees, min_size=1, max_size=4)

RECORD = """\
schema: 1
experiment: focal-loss
replicate: {seed: 0, 'a, b': "\\e[1m", fold: [1]}
params:
  params.yaml:
    train: {lr: 0.1, nesterov: true, betas: null}
    layers:
      - - 4
        - name: a
          'n': 5
      - |-
        two

          lines
data: {}
started: '2026-11-20T10:03:11+00:00'
tail: |+
  Traceback:
    it's so

seconds: 1.0e-05
"""

FRAGMENTS = [
    *(" ", "\n", "\n ", "\n  ", "\n- ", "\n\n", "\t", ": ", ":", " #", "#", "- ", "-", "''", "'", '"', "\\", "|-\n"),
    *("---\n", "...\n", "? ", "<<", "&a ", "*a", "!!str ", "[", "]", "{", "}", ", ", ",", "a", "1", "0", ".", "ü", "~"),
]


def full(text: str) -> object:
    """What the full reader makes of the text."""
    try:
        return shape(reader.loads_untrusted(text))
    except yaml12.YamlError:
        return "error"


def agrees(text: str) -> bool:
    """Whether the fast reader has read the text; it must then have read what the full one reads."""
    try:
        found = canonical.loads(text)
    except canonical.NotCanonical:
        return False
    assert shape(found) == full(text), text
    return True


@given(mappings)
def test_what_the_writer_writes_is_read(value: dict[object, object]) -> None:
    text = yaml12.dumps(value)

    assert agrees(text)
    assert shape(yaml12.loads(text)) == shape(reader.loads(text))


def mutated(text: str, chance: random.Random) -> str:
    """The text with some letters put in, taken away or replaced."""
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters))
        letters[at : at + chance.randint(0, 1)] = chance.choice([chance.choice(FRAGMENTS), ""])
    return "".join(letters)


@given(mappings, st.randoms(use_true_random=False))
def test_a_mutated_text_is_read_alike_or_refused(value: dict[object, object], chance: random.Random) -> None:
    agrees(mutated(yaml12.dumps(value), chance))


def test_a_mutated_record_is_read_alike_or_refused() -> None:
    chance = random.Random(0)

    read = sum(agrees(mutated(RECORD.replace("fold: [1]", "fold: 1"), chance)) for _ in range(4000))

    assert read > 500


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "a: 1", "[1]\n", "a\n", "a:\n", "a: 1\na: 2\n", "a: 1\n  b: 2\n", "a: b\n  c\n", "a: # b\n"),
        *("a: &b 1\n", "a: !!str 1\n", "a: *b\n", "<<: {a: 1}\n", "a: <<\n", "a: 1 # b\n", "a:  1\n", "a: 1\r\n"),
        *("--- \na: 1\n", "a: 1\n---\nb: 2\n", "a: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "? a\n: 1\n", "a:\n- 1\n"),
        *("a: [1, [2]]\n", "a: {b: {c: 1}}\n", "a: [1,]\n", "a: [1, ]\n", "a: {b}\n", "a: 'b' c\n", "a: 2020-13-01\n"),
        *(
            "a: |2\n   b\n",
            "a: >\n  b\n",
            "a: |\n\n  b\n",
            "a: \x07\n",
            "a: '\u202e'\n",
            "a: \ufeffb\n",
            "a: 'b\n  c'\n",
        ),
    ],
)
def test_what_could_be_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.loads(text)


def test_what_was_read_once_is_nobody_elses() -> None:
    text = "a: {b: 1}\nc: []\n"
    first = canonical.loads(text)
    assert isinstance(first["a"], dict)
    first["a"]["b"] = 2

    assert canonical.loads(text) == {"a": {"b": 1}, "c": []}


def test_nesting_has_a_limit() -> None:
    deep: object = 1
    for _ in range(canonical.MAX_DEPTH + 4):
        deep = {"a": deep}

    with pytest.raises(canonical.NotCanonical):
        canonical.loads(yaml12.dumps(deep))
    assert yaml12.loads(yaml12.dumps(deep)) == deep
