"""A site that is built once, and a browser that looks at it and hears all that it says and asks for."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import lab
import pytest
from conftest import Shelved

from ledger.cli.main import main

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER: Final = shutil.which("chromedriver")
# asked before the first test begins: the tests' own world has no such variable
REQUIRED: Final = os.environ.get("LEDGER_BROWSER") == "required"
"""Whether a browser must be there, as in continuous integration."""

# what the browser asks for by itself is none of a page's requests
FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip

SERIOUS = """
const done = arguments[arguments.length - 1];
const where = (one) => one.nodes.map((node) => `${node.html.slice(0, 120)} ${node.failureSummary}`).slice(0, 3);
axe.run(document, {resultTypes: ["violations"]}).then((found) => done(found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => [one.id, ...where(one)])));
"""


def axe() -> str | None:
    """The script of axe-core, which `.ci/run` brings; None where it is not here and need not be."""
    file = Path(__file__).parents[1] / "build/axe/node_modules/axe-core/axe.min.js"
    if not file.is_file():
        assert not REQUIRED, f"{file} is missing"
        return None
    return file.read_text("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site with the project that it is of."""

    root: Path
    project: Path

    def page(self, path: str = "index.html") -> str:
        """The address of a page."""
        return (self.root / path.partition("#")[0]).as_uri() + path[len(path.partition("#")[0]) :]


@pytest.fixture
def site(shelved: Shelved, shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    """The site of the made-up lab, built once a test run; nobody writes to it."""
    project = shelved(lab.lab, lab.files())
    kept = shelf / "site of the lab, 100%"
    with (shelf / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            monkeypatch.chdir(project.root)
            made = Path(mkdtemp(dir=shelf)) / "site"
            assert main(["site", "-o", str(made), "--title", "Lab <b>&amp;</b>", "-j", "1"]) == 0
            capsys.readouterr()
            made.rename(kept)
    return Site(root=kept, project=project.root)


class Browser:
    """A page in Chromium: what it shows, what its console says, and what it asks for."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(
        self, address: str, *, width: int = 1200, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> None:
        """Open a page in a window of this size."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.cdp("Emulation.setEmulatedMedia", media="", features=features)
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")
        # what the browser's own first page has asked for is none of ours
        self.said()
        self.asked()
        self.driver.get(address)

    def cdp(self, command: str, **given: Any) -> Any:
        """What a command of the browser's own protocol answers."""
        return self.driver.execute_cdp_cmd(command, given)

    def js(self, script: str, *given: Any) -> Any:
        """What a script gives that runs in the page."""
        return self.driver.execute_script(script, *given)

    def until(self, script: str) -> Any:
        """The same, once it gives something."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, 10, poll_frequency=0.02).until(lambda _: self.js(script))

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def faults(self) -> list[Any]:
        """The serious faults of accessibility that axe-core finds in the page; none where axe-core is not here."""
        source = axe()
        if source is None:
            return []
        self.js(source)
        return list(self.driver.execute_async_script(SERIOUS))

    def said(self) -> list[str]:
        """What the console said since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def asked(self) -> list[str]:
        """The addresses that pages asked for since it was asked last."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


_browsers: list[Browser] = []


@pytest.fixture
def browser() -> Browser:
    """The browser of this process, started by the first test that looks at a page."""
    if CHROMIUM is None or DRIVER is None:
        if REQUIRED:
            pytest.fail("there is no chromium with its driver, and LEDGER_BROWSER=required")
        pytest.skip("no chromium")
    if not _browsers:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, f"--user-data-dir={mkdtemp(prefix='browser-')}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        _browsers.append(Browser(webdriver.Chrome(options=options, service=Service(DRIVER))))
    return _browsers[0]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say that tests of pages did not run: it is no failure where there is no browser, and must not be overlooked."""
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if "no chromium" in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests of pages in a browser did not run: they need chromium and chromium-driver"
        )


@pytest.fixture(scope="session", autouse=True)
def close_browsers() -> Iterator[None]:
    """Close what was opened."""
    yield
    for one in _browsers:
        folder = one.driver.capabilities["chrome"]["userDataDir"]
        one.driver.quit()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def faultless(browser: Browser) -> Callable[[], None]:
    """Says that a page has told the console nothing, asked for nothing elsewhere, and run nothing of a branch's."""

    def check() -> None:
        assert browser.said() == []
        assert [
            address
            for address in browser.asked()
            if not address.startswith(("file:", "about:", "blob:", "data:", "chrome:"))
        ] == []
        assert browser.js("return window.pwned") is None

    return check
