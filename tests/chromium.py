"""Chromium, headless: what it shows of a page, what its console says, and what it asks for."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from devtools import PATIENCE, Chromium, Refused

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# asked before the first test begins: the tests' own world has no such variable
REQUIRED: Final = os.environ.get("LEDGER_BROWSER") == "required"
"""Whether a browser must be there, as in continuous integration."""

# what the browser asks for by itself is none of a page's requests, and all pages have one process; without
# --allow-pre-commit-input it drops keys that are pressed before a page is painted
FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--disable-extensions", "--disable-default-apps", "--disable-breakpad", "--disable-hang-monitor",
    "--password-store=basic", "--allow-pre-commit-input", "--disable-site-isolation-trials",
    "--renderer-process-limit=1", "--in-process-gpu", "--enable-features=NetworkServiceInProcess2",
    "--disable-features=SpareRendererForSitePerProcess,BackForwardCache,Translate,OptimizationHints,MediaRouter",
)  # fmt: skip

SERIOUS: Final = """
const where = (one) => one.nodes.map((node) => `${node.html.slice(0, 120)} ${node.failureSummary}`).slice(0, 3);
const rules = {"color-contrast": {enabled: arguments[0]}};
return axe.run(document, {resultTypes: ["violations"], selectors: false, rules}).then((found) => found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => [one.id, ...where(one)]));
"""


@cache
def axe() -> str | None:
    """The script of axe-core, which `.ci/run` brings; None where it is not here and need not be."""
    file = Path(__file__).parents[1] / "build/axe/node_modules/axe-core/axe.min.js"
    if not file.is_file():
        assert not REQUIRED, f"{file} is missing"
        return None
    return file.read_text("utf-8")


class Key(Enum):
    """A key that writes nothing of its own name: its code, and what it writes."""

    BACKSPACE = 8, "Backspace", ""
    TAB = 9, "Tab", ""
    ENTER = 13, "Enter", "\r"
    ESCAPE = 27, "Escape", ""
    SPACE = 32, " ", " "
    HOME = 36, "Home", ""
    LEFT = 37, "ArrowLeft", ""
    UP = 38, "ArrowUp", ""
    RIGHT = 39, "ArrowRight", ""
    DOWN = 40, "ArrowDown", ""


class Browser:
    """A page in Chromium: what it shows, what its console says, and what it asks for."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._said: list[str] = []
        self._asked: list[str] = []
        page = chromium.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = chromium.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.cdp(f"{domain}.enable")
        self.cdp("Page.setLifecycleEventsEnabled", enabled=True)

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
        """Open a page; `forced`: with the reader's own colours in place of the page's."""
        if self._shows(address):
            # another view of the same page would be shown without loading it
            self._load("about:blank")
        self.resize(width, height)
        self.colours(dark=dark, forced=forced)
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._chromium.told(self._session)
        loader = self._load(address)
        told = self._chromium.told(self._session)
        begun = max(at for at, each in enumerate(told) if each["method"] == "Runtime.executionContextsCleared")
        self._said, self._asked = [], []
        # what the page before has said or asked for to its end is none of this one's
        self._hear(each for at, each in enumerate(told) if at > begun or each["params"].get("loaderId") == loader)

    def _shows(self, address: str) -> bool:
        shown = self.cdp("Page.getFrameTree")["frameTree"]["frame"]["url"]
        return bool(shown == address.partition("#")[0])

    def _load(self, address: str) -> str:
        loaded = self.cdp("Page.navigate", url=address)
        assert "errorText" not in loaded, loaded
        self.event("Page.lifecycleEvent", name="load", loaderId=loaded["loaderId"])
        return str(loaded["loaderId"])

    def resize(self, width: int, height: int = 900) -> None:
        """Show the page in a window of this size."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def colours(self, *, dark: bool, forced: bool = False) -> None:
        """Show the page as for a reader who wants it dark or light, or in colours of the reader's own."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "forced-colors", "value": "active" if forced else "none"},
        ]
        self.cdp("Emulation.setEmulatedMedia", media="", features=features)

    def cdp(self, command: str, **given: Any) -> Any:
        """What a command of the browser's own protocol answers for the page. Raises Refused."""
        return self._chromium.ask(command, self._session, **given)

    def js(self, script: str, *given: Any) -> Any:
        """What a script gives that runs in the page, or what it promises."""
        call = f"(function () {{ {script}\n }}).apply(null, {json.dumps(given)})"
        done = self.cdp("Runtime.evaluate", expression=call, returnByValue=True, awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"].get("exception", {}).get("description", done)
        return done["result"].get("value")

    def until(self, script: str) -> Any:
        """The same, once it gives something."""
        again = "const found = ask(); if (found) done(found); else setTimeout(tell, 10, done)"
        waiting = f"const ask = () => {{ {script} }}, tell = (done) => {{ {again} }}; return new Promise(tell)"
        late = time.monotonic() + PATIENCE
        while time.monotonic() < late:
            # refused where the page is left for the next one
            with suppress(Refused, TimeoutError):
                return self.js(waiting)
        raise AssertionError(f"it gives nothing: {script}")

    def event(self, method: str, **wanted: Any) -> None:
        """Wait until the browser tells this of the page, unless it has."""
        self._chromium.event(self._session, method, **wanted)

    def keys(self, *keys: Key | str) -> None:
        """Press keys, wherever the focus is; of a text, those of its letters."""
        for each in keys:
            letters = ((ord(one.upper()) if one.isalnum() or one == " " else 0, one, one) for one in str(each))
            for code, key, text in [each.value] if isinstance(each, Key) else letters:
                about = {"key": key, "code": key if len(key) > 1 else "", "windowsVirtualKeyCode": code}
                self.cdp("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **about)
                self.cdp("Input.dispatchKeyEvent", type="keyUp", **about)

    def type(self, selector: str, *keys: Key | str) -> None:
        """Press keys in an element, behind what is written there."""
        self.js(
            """
            const at = document.querySelector(arguments[0]);
            at.focus();
            at.setSelectionRange?.(at.value.length, at.value.length);
            """,
            selector,
        )
        self.keys(*keys)

    def click(self, selector: str) -> None:
        """Click on the middle of an element, as a mouse does it; nothing else may lie there."""
        x, y = self.js(
            """
            const at = document.querySelector(arguments[0]);
            at.scrollIntoView({block: "nearest", behavior: "instant"});
            const {left, top, width, height} = at.getBoundingClientRect();
            const [x, y] = [left + width / 2, top + height / 2];
            if (!at.contains(document.elementFromPoint(x, y))) throw new Error(`${arguments[0]} is covered`);
            return [x, y];
            """,
            selector,
        )
        for what, button in (("mouseMoved", "none"), ("mousePressed", "left"), ("mouseReleased", "left")):
            self.cdp("Input.dispatchMouseEvent", type=what, x=x, y=y, button=button, clickCount=1)

    def follow(self, fragment: str) -> None:
        """Go to a place or a view of the page that is shown, as by a link; after that it has heard of it."""
        self.js(
            """
            return new Promise((done) => {
              addEventListener("hashchange", () => done(), {once: true});
              location.hash = arguments[0];
            });
            """,
            fragment,
        )

    def back(self) -> None:
        """Go to what the tab showed before."""
        shown = self.cdp("Page.getNavigationHistory")
        before = shown["entries"][shown["currentIndex"] - 1]
        self.cdp("Page.navigateToHistoryEntry", entryId=before["id"])

    def faults(self, *, contrast: bool = True) -> list[Any]:
        """The serious faults of accessibility that axe-core finds in the page; none where axe-core is not here.

        Without `contrast` those of colours are left out, which are most of the work.
        """
        source = axe()
        if source is None:
            return []
        if not self.js("return 'axe' in window"):
            self.cdp("Runtime.evaluate", expression=source)
        return list(self.js(SERIOUS, contrast))

    def said(self) -> list[str]:
        """What the console said since it was asked last."""
        self._catch_up()
        found, self._said = self._said, []
        return found

    def elsewhere(self) -> list[str]:
        """What pages asked for since it was asked last, but for files of this machine's and what a page has made."""
        self._catch_up()
        found, self._asked = self._asked, []
        return [one for one in found if not one.startswith(("file:", "about:", "blob:", "data:", "chrome:"))]

    def _catch_up(self) -> None:
        """Hear all that was told before the answer to a question."""
        self.js("")
        self._hear(self._chromium.told(self._session))

    def _hear(self, told: Iterable[dict[str, Any]]) -> None:
        for each in told:
            about = each["params"]
            match each["method"]:
                case "Log.entryAdded":
                    self._said.append(
                        f"{about['entry']['level']}: {about['entry']['text']} {about['entry'].get('url')}"
                    )
                case "Runtime.consoleAPICalled":
                    self._said.append(f"{about['type']}: {[one.get('value', one) for one in about['args']]}")
                case "Runtime.exceptionThrown":
                    thrown = about["exceptionDetails"]
                    self._said.append(f"{thrown['text']} {thrown.get('exception', {}).get('description')}")
                case "Network.requestWillBeSent":
                    self._asked.append(about["request"]["url"])

    def close(self) -> None:
        """End it, and remove what it has written."""
        self._chromium.close()


def started() -> Browser:
    """A browser of its own, with nothing of the user's; `CHROMIUM` is there."""
    return Browser(Chromium(CHROMIUM or "", FLAGS))
