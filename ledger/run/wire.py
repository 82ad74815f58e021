"""What goes between a controller and its worker: JSON lines in which paths and these values stay what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ledger.dvc.commands import CommandRun, Terms
from ledger.dvc.repro import PipelineRun, ReproRequest
from ledger.dvc.work_tree_config import DvcConfig

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (CommandRun, DvcConfig, PipelineRun, ReproRequest, Terms)}
_KIND = "__class__"


def dumps(value: object) -> str:
    """One line of text."""
    return json.dumps(value, default=_plain)


def loads(text: str) -> Any:
    """What `dumps` was given, with tuples where these values hold lists."""
    return json.loads(text, object_hook=_value)


def _plain(value: Any) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Path):
        return {_KIND: "Path", "path": str(value)}
    return {_KIND: type(value).__name__} | {field.name: getattr(value, field.name) for field in fields(value)}


def _value(document: dict[str, Any]) -> object:
    name = document.pop(_KIND, None)
    if name == "Path":
        return Path(document["path"])
    if name is None:
        return document
    return _KINDS[name](**{key: tuple(item) if isinstance(item, list) else item for key, item in document.items()})
