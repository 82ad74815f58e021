"""Signals while trials run: what asks a run to end is an interrupt, and writing to the repository is not cut in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

# a terminal that is closed, and `kill`, end a run as Ctrl-C does
_ENDING = (signal.SIGTERM, signal.SIGHUP)


def as_interrupts() -> AbstractContextManager[None]:
    """Within the block SIGTERM and SIGHUP raise KeyboardInterrupt; one that was ignored stays so (`nohup`)."""
    return _handled(_ENDING, signal.default_int_handler)


@contextmanager
def deferred() -> Iterator[None]:
    """Within the block an interrupt waits until its end."""
    came: list[int] = []
    with _handled((signal.SIGINT, *_ENDING), lambda number, frame: came.append(number)):
        yield
    if came:
        raise KeyboardInterrupt


@contextmanager
def _handled(numbers: Sequence[int], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Handle these signals so within the block, but for ignored ones; another thread than the main one has none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    for number, earlier in before.items():
        if earlier is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
