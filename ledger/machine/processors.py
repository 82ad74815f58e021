"""The processors that this process may use."""

from __future__ import annotations

import os


def count() -> int:
    """How many there are, at least 1: fewer than the machine has where a cluster or a container gives fewer."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
