"""The software and machine that a trial ran on, and what differs between two of them.

A value with its text form; what it holds is found out by `machine/environment.py`. A name here is never a
promise that the environment can be built again: it says what was there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from typing import TypeGuard, TypeVar

from ledger.model.frozen import frozen

T = TypeVar("T")

SCHEMA = 1
DIGEST_LENGTH = 12

#: The files by which projects pin their environment, relative to the root of the code tree.
LOCK_FILES = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pixi.lock",
    "conda-lock.yml",
    "requirements.txt",
    "requirements.lock",
    "environment.yml",
    "constraints.txt",
)


@frozen
class Environment:
    """What the stages of a trial found: the `python` on their PATH, its packages, and the machine.

    `python` is a version (`3.11.7`), None where there is no python on PATH; `platform` is system, kernel
    series, architecture and C library (`Linux-6.1-x86_64-glibc2.36`); `cores` are those that the process may
    use; `memory_gb` is in GiB, rounded; `packages` maps normalised names to versions, `locks` paths of lock
    files to SHA-256 in hexadecimal. Both are kept sorted.
    """

    python: str | None
    implementation: str | None
    platform: str
    cpu: str
    cores: int
    memory_gb: int | None = None
    gpus: tuple[str, ...] = ()
    gpu_driver: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict, hash=False)
    locks: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("packages", "locks"):
            object.__setattr__(self, name, dict(sorted(getattr(self, name).items())))


def to_mapping(environment: Environment) -> dict[str, object]:
    """What the YAML file holds, keys in reading order, `schema` first; `from_mapping` is the inverse."""
    return {
        "schema": SCHEMA,
        "python": environment.python,
        "implementation": environment.implementation,
        "platform": environment.platform,
        "cpu": environment.cpu,
        "cores": environment.cores,
        "memory_gb": environment.memory_gb,
        "gpus": list(environment.gpus),
        "gpu_driver": environment.gpu_driver,
        "packages": dict(environment.packages),
        "locks": dict(environment.locks),
    }


def from_mapping(document: object) -> Environment:
    """The environment that a parsed file holds; unknown keys are ignored.

    Raises ValueError, which names the key, where one is missing or of the wrong type.
    """
    if not _is_mapping(document):
        raise ValueError(f"an environment is a mapping of keys to values, not {type(document).__name__}")
    schema = _whole(document, "schema")
    if schema is None or schema < 1:
        raise ValueError("it lacks the key `schema`")
    if schema > SCHEMA:
        raise ValueError(f"`schema` is {schema}, newer than this version of ledger reads ({SCHEMA})")
    return Environment(
        python=_text(document, "python"),
        implementation=_text(document, "implementation"),
        platform=_required(_text(document, "platform"), "platform"),
        cpu=_required(_text(document, "cpu"), "cpu"),
        cores=_required(_whole(document, "cores"), "cores"),
        memory_gb=_whole(document, "memory_gb"),
        gpus=_texts(document, "gpus"),
        gpu_driver=_text(document, "gpu_driver"),
        packages=_table(document, "packages"),
        locks=_table(document, "locks"),
    )


def digest(environment: Environment) -> str:
    """The name of the environment: 12 hexadecimal digits of the SHA-256 over its canonical JSON."""
    text = json.dumps(to_mapping(environment), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:DIGEST_LENGTH]


def difference(a: Environment, b: Environment) -> list[tuple[str, str | None, str | None]]:
    """What differs, as rows `(name, in a, in b)`: the machine first, then packages, then `lock:<path>`.

    None stands for what is absent; digests of lock files are shortened.
    """
    rows = list(zip(_facts(a), _facts(b), strict=True))
    differing = [(name, left, right) for (name, left), (_, right) in rows if left != right]
    for name in sorted(a.packages.keys() | b.packages.keys()):
        if (left := a.packages.get(name)) != (right := b.packages.get(name)):
            differing.append((name, left, right))
    for path in sorted(a.locks.keys() | b.locks.keys()):
        if (left := a.locks.get(path)) != (right := b.locks.get(path)):
            differing.append((f"lock:{path}", left and left[:DIGEST_LENGTH], right and right[:DIGEST_LENGTH]))
    return differing


def _facts(environment: Environment) -> list[tuple[str, str | None]]:
    memory = environment.memory_gb
    return [
        ("python", environment.python),
        ("implementation", environment.implementation),
        ("platform", environment.platform),
        ("cpu", environment.cpu),
        ("cores", str(environment.cores)),
        ("memory_gb", None if memory is None else str(memory)),
        ("gpus", ", ".join(environment.gpus) or None),
        ("gpu_driver", environment.gpu_driver),
    ]


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _required(value: T | None, key: str) -> T:
    if value is None:
        raise ValueError(f"it lacks the key `{key}`")
    return value


def _text(document: Mapping[object, object], key: str) -> str | None:
    value = document.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"`{key}` is {value!r}, not a text")


def _whole(document: Mapping[object, object], key: str) -> int | None:
    value = document.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError(f"`{key}` is {value!r}, not a whole number")


def _texts(document: Mapping[object, object], key: str) -> tuple[str, ...]:
    value = document.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError(f"`{key}` is {value!r}, not a list of texts")
    for item in value:
        if not isinstance(item, str):
            raise ValueError(f"`{key}` holds {item!r}, not a text")
    return tuple(value)


def _table(document: Mapping[object, object], key: str) -> dict[str, str]:
    value = document.get(key)
    if value is None:
        return {}
    if not _is_mapping(value):
        raise ValueError(f"`{key}` is {value!r}, not a mapping of texts")
    table = {}
    for name, item in value.items():
        if not isinstance(name, str) or not isinstance(item, str):
            raise ValueError(f"`{key}.{name}` is {item!r}, not a text")
        table[name] = item
    return table
