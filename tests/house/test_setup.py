"""`scripts/setup` on a clone that is set up already: what Python would compile at every start is compiled once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_package_is_compiled_where_python_keeps_nothing(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for folder in ("scripts", "ledger", ".venv/bin"):
        (clone / folder).mkdir(parents=True)
    for name in ("scripts/setup", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, clone / name)
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    module = clone / "ledger/module.py"
    module.write_text("VALUE = 1\n")
    # what compileall compares are whole seconds
    os.utime(module, (1, 1))
    made_from = f"printf '%s\\n' '{clone}' ''; cksum <pyproject.toml; cksum <constraints.txt"
    stamp = subprocess.run(["/bin/sh", "-c", made_from], cwd=clone, capture_output=True, check=True).stdout
    (clone / ".venv/.made-from").write_bytes(stamp)

    subprocess.run([clone / "scripts/setup"], check=True)
    (compiled,) = (clone / "ledger/__pycache__").iterdir()
    first = compiled.read_bytes()
    module.write_text("VALUE = 'another'\n")
    subprocess.run([clone / "scripts/setup"], check=True)
    assert compiled.read_bytes() != first
