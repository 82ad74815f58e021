"""A bar for what takes long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class ProgressBar:
    """A bar on the terminal for what takes more than half a second; called with what is done and what there is."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._began: float | None = None
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        now_ = self._clock()
        self._began = now_ if self._began is None else self._began
        if self._bar is None and done < total and now_ - self._began > 0.5:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.add_task(self._what, total=total)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(0, completed=done)
            if done == total:
                self.stop()

    @property
    def shown(self) -> bool:
        """Whether the bar is on the terminal now."""
        return self._bar is not None

    def stop(self) -> None:
        """Take the bar away, also where what it was for has failed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
