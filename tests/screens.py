"""Whole screens beside the text that is kept of them; `pytest --snapshots-update` writes that anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

Screen = Callable[[str, str | None], None]

# what names an object of git's, or a fingerprint: it changes with the bytes of every file
HASH = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{7,40}\b")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--snapshots-update", action="store_true", help="keep the screens as they are now")


def kept(test: Path) -> Path:
    """The folder of the screens that a test file compares: each is a plain text file there."""
    return test.parent / "screens"


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Screen:
    """Compares a screen with the one that is kept under a name, None with there being none.

    Hashes are written as `#` in both.
    """

    def compare(name: str, text: str | None) -> None:
        file = kept(request.path) / f"{name}.txt"
        shown = None if text is None else HASH.sub(lambda found: "#" * len(found[0]), text)
        if request.config.getoption("--snapshots-update"):
            file.unlink(missing_ok=True)
            if shown is not None:
                file.parent.mkdir(exist_ok=True)
                file.write_text(shown, "utf-8")
        before = file.read_text("utf-8") if file.exists() else None
        assert shown == before, f"{name} has changed: keep it by pytest --snapshots-update, and see git diff"

    return compare
