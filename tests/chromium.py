"""Debian's Chromium, headless: what it shows of a page, what its console says, and what it asks for."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

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


class Browser:
    """A page in Chromium: what it shows, what its console says, and what it asks for."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(
        self,
        address: str,
        *,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
        forced: bool = False,
        scripts: bool = True,
    ) -> None:
        """Open a page in a window of this size; `forced`: with the reader's own colours in place of the page's."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "forced-colors", "value": "active" if forced else "none"},
        ]
        self.cdp("Emulation.setEmulatedMedia", media="", features=features)
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")
        # the browser keeps fifty pages in all, and forgets what the tests before went through when there are more
        self.cdp("Page.resetNavigationHistory")
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

        return WebDriverWait(self.driver, 40, poll_frequency=0.02).until(lambda _: self.js(script))

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

    def elsewhere(self) -> list[str]:
        """Those of them that are no files of this machine's and nothing that a page has made itself."""
        return [one for one in self.asked() if not one.startswith(("file:", "about:", "blob:", "data:", "chrome:"))]

    def close(self) -> None:
        """End it, and remove what it has written."""
        folder = self.driver.capabilities["chrome"]["userDataDir"]
        self.driver.quit()
        shutil.rmtree(folder, ignore_errors=True)


def started() -> Browser:
    """A browser of its own, with nothing of the user's; `CHROMIUM` and `DRIVER` are there."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={mkdtemp(prefix='browser-')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Browser(webdriver.Chrome(options=options, service=Service(DRIVER)))
