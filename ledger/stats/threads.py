"""Linear algebra on one thread.

Matrices of some hundred rows are too small to share: threads that wait for each other cost five times the processor
time and three times the time on the clock, and take cores from the trials that run meanwhile.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """A context in which the linear algebra of this process runs on one thread. Processes that it starts choose for
    themselves.
    """
    limit: AbstractContextManager[Any] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    """It looks through all libraries that are loaded, which takes 20 ms: once, and after scipy and scikit-learn."""
    return ThreadpoolController()
