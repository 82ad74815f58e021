"""The commands that people call all day start fast, because they import next to nothing.

What they import is checked, not how long it takes: `benchmarks/startup.py` measures that.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import Project

HEAVY = ("git", "dvc", "numpy", "scipy", "pandas", "rich", "pydantic", "ruamel", "wcwidth", "typer", "yaml")

CALL = """\
import json, sys
from ledger.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["status"], ["log"], ["log", "--graph", "--json"], ["table"], ["show"]]
)
def test_fast_commands_import_nothing_heavy(project: Project, arguments: list[str]) -> None:
    project.ledger(
        "new", "A higher rate helps", "-S", "train.lr=0.2", "--predict", "accuracy >= baseline", "--seeds", "2"
    )

    done = subprocess.run(
        [sys.executable, "-c", CALL, *arguments], cwd=project.root, capture_output=True, text=True, check=True
    )

    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert done.stdout
    assert not {name for name in modules if name.split(".")[0] in HEAVY}


def test_numpy_waits_until_a_search_is_run() -> None:
    script = "import sys, ledger.cli.run, ledger.cli.show\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in done.stdout.split()} & {"dvc", "numpy", "scipy"}


def test_reading_from_python_does_not_import_what_writes(project: Project) -> None:
    script = "import sys, ledger\nledger.open('.').experiments()\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=project.root, capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.split() if name.startswith(("ledger.run.", "ledger.ops.run", "dvc"))]
