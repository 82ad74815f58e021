"""The value and its text form; finding it out is tested in tests/machine."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import environment as environments
from ledger.model.environment import Environment, difference, digest, from_mapping, to_mapping

LAB = Environment(
    python="3.11.7",
    implementation="CPython",
    platform="Linux-6.1-x86_64-glibc2.36",
    cpu="AMD EPYC 7543",
    cores=16,
    memory_gb=64,
    gpus=("NVIDIA A100", "NVIDIA A100"),
    gpu_driver="550.54.15",
    packages={"torch": "2.5.1+cu121", "numpy": "2.1.0"},
    locks={"uv.lock": "ab" * 32, "constraints.txt": "cd" * 32},
)
BARE = Environment(python=None, implementation=None, platform="Linux-6.1-x86_64", cpu="x86_64", cores=2)

texts = st.text(max_size=8)
environment_values = st.builds(
    Environment,
    python=st.none() | texts,
    implementation=st.none() | texts,
    platform=texts,
    cpu=texts,
    cores=st.integers(1, 512),
    memory_gb=st.none() | st.integers(0, 4096),
    gpus=st.lists(texts, max_size=3).map(tuple),
    gpu_driver=st.none() | texts,
    packages=st.dictionaries(texts, texts, max_size=5),
    locks=st.dictionaries(texts, texts, max_size=3),
)


@given(environment_values)
def test_the_mapping_holds_everything(environment: Environment) -> None:
    mapping = to_mapping(environment)
    assert next(iter(mapping)) == "schema"
    assert from_mapping(json.loads(json.dumps(mapping))) == environment


@given(environment_values, environment_values)
def test_digest_and_difference_agree(a: Environment, b: Environment) -> None:
    assert (digest(a) == digest(b)) == (a == b)
    assert difference(a, a) == []
    assert [(name, left, right) for name, right, left in difference(b, a)] == difference(a, b)


def test_order_of_packages_does_not_matter() -> None:
    other = dataclasses.replace(LAB, packages={name: LAB.packages[name] for name in ("torch", "numpy")})
    assert list(other.packages) == ["numpy", "torch"]
    assert digest(other) == digest(LAB)
    assert hash(other) == hash(LAB)


def test_the_digest_is_part_of_the_format() -> None:
    assert digest(BARE) == "cab591cd4bea"


def test_unknown_keys_are_ignored_and_absent_ones_are_empty() -> None:
    mapping = {"schema": 1, "platform": "Linux", "cpu": "x", "cores": 1, "weather": ["fine"]}
    expected = Environment(python=None, implementation=None, platform="Linux", cpu="x", cores=1)
    assert from_mapping(mapping) == expected


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", None),
        ("schema", 2),
        ("python", 3.11),
        ("implementation", []),
        ("platform", None),
        ("cpu", 1),
        ("cores", "16"),
        ("cores", True),
        ("memory_gb", 1.5),
        ("gpus", "A100"),
        ("gpus", [None]),
        ("gpu_driver", 550.54),
        ("packages", ["numpy"]),
        ("packages", {"numpy": 2.1}),
        ("packages", {1: "2.1"}),
        ("locks", {"uv.lock": None}),
    ],
)
def test_wrong_types_name_the_key(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"`{key}[`.]"):
        from_mapping({**to_mapping(LAB), key: value})


def test_not_a_mapping() -> None:
    with pytest.raises(ValueError, match="not list"):
        from_mapping([])


def test_difference() -> None:
    other = dataclasses.replace(
        LAB,
        python="3.12.1",
        memory_gb=None,
        gpus=(),
        gpu_driver=None,
        packages={"numpy": "2.2.0", "scipy": "1.14"},
        locks={"uv.lock": "ef" * 32},
    )
    assert difference(LAB, other) == [
        ("python", "3.11.7", "3.12.1"),
        ("memory_gb", "64", None),
        ("gpus", "NVIDIA A100, NVIDIA A100", None),
        ("gpu_driver", "550.54.15", None),
        ("numpy", "2.1.0", "2.2.0"),
        ("scipy", None, "1.14"),
        ("torch", "2.5.1+cu121", None),
        ("lock:constraints.txt", "cdcdcdcdcdcd", None),
        ("lock:uv.lock", "abababababab", "efefefefefef"),
    ]


def test_lock_files_are_named_once() -> None:
    assert len(set(environments.LOCK_FILES)) == len(environments.LOCK_FILES)
