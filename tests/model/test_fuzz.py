"""The fuzzing of all small languages and files, with few inputs: `benchmarks/fuzz.py` has many."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks/fuzz.py"


def test_some_texts_that_nobody_would_write() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM), "300"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("300 inputs, 0 wrong") == 8
