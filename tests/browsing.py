"""A site that is built once, and a browser that looks at it and hears all that it says and asks for."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import lab
import pytest
from chromium import CHROMIUM, REQUIRED, Browser, started
from conftest import Shelved

from ledger.cli.main import main

__all__ = ["Browser", "Site", "browser", "close_browsers", "faultless", "pytest_terminal_summary", "site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A folder with a site."""

    root: Path

    def page(self, path: str = "index.html") -> str:
        """The address of a page."""
        return (self.root / path.partition("#")[0]).as_uri() + path[len(path.partition("#")[0]) :]


TITLE = "Lab <b>&amp;</b>"


@pytest.fixture
def site(shelved: Shelved, shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    """The site of the made-up lab with this `TITLE`, built once a test run; nobody writes to it."""
    kept = shelf / "site of the lab, 100%"
    with (shelf / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            project = shelved(lab.lab, lab.files())
            monkeypatch.chdir(project.root)
            made = Path(mkdtemp(dir=shelf)) / "site"
            assert main(["site", "-o", str(made), "--title", TITLE, "-j", "1"]) == 0
            capsys.readouterr()
            made.rename(kept)
    return Site(root=kept)


_browsers: list[Browser] = []


@pytest.fixture
def browser() -> Browser:
    """The browser of this process, started by the first test that looks at a page."""
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("there is no chromium, and LEDGER_BROWSER=required")
        pytest.skip("no chromium")
    if not _browsers:
        _browsers.append(started())
    return _browsers[0]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say that tests of pages did not run: it is no failure where there is no browser, and must not be overlooked."""
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if "no chromium" in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests of pages in a browser did not run: they need chromium")


@pytest.fixture(scope="session", autouse=True)
def close_browsers() -> Iterator[None]:
    """Close what was opened."""
    yield
    for one in _browsers:
        one.close()


@pytest.fixture
def faultless(browser: Browser) -> Callable[[], None]:
    """Says that a page has told the console nothing, asked for nothing elsewhere, and run nothing of a branch's."""

    def check() -> None:
        assert browser.said() == []
        assert browser.elsewhere() == []
        assert browser.js("return window.pwned") is None

    return check
