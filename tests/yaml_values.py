"""YAML values of all kinds, and their shape in which two readers are compared."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

ODD_TEXTS = [
    *(
        "",
        " ",
        "~",
        "null",
        "yes",
        "y",
        "On",
        "1e-3",
        "012",
        "0o14",
        "1_000",
        "12:30",
        "2020-01-01",
        "-.5e3",
        ".5",
    ),
    *(
        "=",
        "<<",
        "-",
        "- a",
        "--- a",
        "---",
        "...",
        "? a",
        "a: b",
        "a:",
        "a #b",
        "#fff",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
    ),
    *(
        "a, b",
        "[a]",
        "{a}",
        "a?",
        "it's",
        'say "x"',
        "a\\b",
        " a",
        "a ",
        "\ta",
        "a\tb",
        "a\n",
        "\n",
        "a\n\nb",
        "a\n b",
    ),
    *(
        " a\nb",
        "a \nb",
        "a\n\n",
        "a\r\nb",
        "\x00",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "ü",
        "\U0001f600",
    ),
]
texts = st.sampled_from(ODD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | texts
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(texts | st.integers() | st.booleans() | st.none(), inner, max_size=4)
    ),
    max_leaves=12,
)


def shape(value: object) -> object:
    """`value` with types, order and nan made comparable."""
    if isinstance(value, dict):
        return [(repr(key), shape(item)) for key, item in value.items()]
    if isinstance(value, datetime.datetime):  # ruamel gives zones names of its own
        return value.isoformat()
    return [shape(item) for item in value] if isinstance(value, list) else repr(value)
