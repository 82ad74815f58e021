"""DVC parses the same `dvc.yaml` and `params.yaml` several times for one trial, by a reader that takes its time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

# characters; a longer text is read by few
_LONGEST: Final = 1 << 20
# the definitions and parameter files of a project, at the values of the last trials
_KEPT: Final = 64


@contextmanager
def remembered() -> Iterator[None]:
    """Within the block DVC parses a text of YAML once, also from one block to the next."""
    from dvc.utils.serialize import _yaml

    parse = _yaml.parse_yaml

    def parsed(text: str, path: str, typ: str = "safe") -> Any:
        # what is read to be written again keeps its comments, and belongs to who writes it
        if typ != "safe" or len(text) > _LONGEST:
            return parse(text, path, typ)
        return copy.deepcopy(_parsed(parse, text, path))

    _yaml.parse_yaml = parsed
    try:
        yield
    finally:
        _yaml.parse_yaml = parse


@lru_cache(maxsize=_KEPT)
def _parsed(parse: Callable[[str, str], Any], text: str, path: str) -> Any:
    return parse(text, path)
