"""The benchmark of kills at random moments, with few of them: it holds, and it can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks/random_kills.py"


def test_some_kills_at_random_moments() -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "2", "--trials", "3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("1 kills")
    assert "other commands: 1 kills (new: " in done.stdout
    assert "nothing lost" in done.stdout
