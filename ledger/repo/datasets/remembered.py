"""What took long to compute about data sets, by what it was computed from: in this process, and on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from ledger.machine.kept import keep
from ledger.machine.state_directory import StateDirectory

# raised whenever what is kept changes its meaning
_FORMAT = 1


class Remembered:
    """Plain values by plain keys; `state_dir` is None for one who trusts nothing that another process computed."""

    def __init__(self, state_dir: StateDirectory | None) -> None:
        self._places = state_dir
        self._known: dict[str, Any] = {}

    def of(self, key: object, compute: Callable[[], Any]) -> Any:
        """What was computed before from the same, or is now; None is not kept: it may be known later."""
        name = hashlib.sha256(json.dumps([_FORMAT, key]).encode()).hexdigest()[:32]
        if self._known.get(name) is None:
            self._known[name] = self._on_disk(name, compute)
        return self._known[name]

    def _on_disk(self, name: str, compute: Callable[[], Any]) -> Any:
        if self._places is None:
            return compute()
        path = self._places.datasets / f"{name}.json"
        try:
            return json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            found = compute()
        if found is not None:
            keep(path, json.dumps(found))
        return found
