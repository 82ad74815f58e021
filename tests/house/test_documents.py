"""The documents say what is so: the reference is generated, links lead somewhere, the changelog is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.analysis.checks import CHECKS
from ledger.cli.commands import COMMANDS, usage
from ledger.version import __version__

ROOT = Path(__file__).resolve().parents[2]

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def test_the_command_reference_is_what_the_generator_makes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "command_reference.py", "-"], capture_output=True, text=True, check=True
    )

    written = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert written == done.stdout, "call scripts/command_reference.py"


def test_brackets_are_balanced_in_the_command_reference() -> None:
    # a command's own line, and the names of its arguments
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    usages = re.findall(r"^`ledger [^`]*`$|^\| `[^`-][^`]*` \|", text, re.MULTILINE)
    assert len(usages) > len(COMMANDS)
    assert [each for each in usages if each.count("[") != each.count("]")] == []


def test_every_command_is_documented() -> None:
    headings = re.findall(r"^## ledger (\S+)$", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.MULTILINE)

    assert headings == list(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    for target in _LINK.findall(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path) if path else document
        assert there.exists(), f"{target} is nowhere"
        if anchor:
            assert anchor in anchors(there), f"{target} has no such heading"


def anchors(document: Path) -> set[str]:
    """The anchors that a page's headings get on the usual hosts."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_changelog_names_the_version() -> None:
    headings = re.findall(r"^## \[?([^\] ]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert __version__ in headings


def test_every_check_of_verify_is_documented() -> None:
    text = (ROOT / "docs/proof.md").read_text("utf-8")
    assert [f"| `{check.name}` | {check.proves} |" in text for check in CHECKS] == [True] * len(CHECKS)


def test_the_help_of_all_commands_fits_eighty_columns() -> None:
    assert [line for line in usage().splitlines() if len(line) > 80] == []
