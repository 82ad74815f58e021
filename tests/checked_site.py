"""What is wrong with a site that is built: links that lead nowhere, elements that are none of ours, pages without the
policy, experiments that are missing, numbers that differ from what the command line says of the same experiments, and
what a browser says of the pages or asks for elsewhere.

A command too, in the folder of a repository whose site it is: python tests/checked_site.py FOLDER. Without a browser it
looks at no page, and says so; with LEDGER_BROWSER=required that is an error.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import chromium
from site_numbers import Ask, wrong
from site_page import OUTSIDE, pages

from ledger.repo.site.folder import OWN
from ledger.report.site.shell import POLICY

# the table is made by a script
READY: Final = """
const app = document.getElementById("app");
return document.readyState === "complete" && (!app || document.querySelector("#app table"));
"""


def foreign(root: Path) -> list[str]:
    """Elements, attributes and addresses that no page of ours has."""
    return [f"{path.relative_to(root)}: {fault}" for path, page in pages(root).items() for fault in page.faults]


def broken(root: Path) -> list[str]:
    """The links within a site that lead nowhere."""
    made = pages(root)
    found = []
    for path, page in made.items():
        for address in page.addresses:
            if address.startswith(OUTSIDE):
                continue
            file, _, fragment = map(unquote, address.partition("#"))
            target = (path.parent / file).resolve() if file else path.resolve()
            whole = target.is_relative_to(root.resolve()) and target.is_file()
            # the table takes what stands there for a view
            known = {each.resolve(): page for each, page in made.items()}
            named = not fragment or target.name == "table.html" or (whole and fragment in known[target].ids)
            found += [] if whole and named else [f"{path.relative_to(root)}: {address}"]
    return found


def lax(root: Path) -> list[str]:
    """The pages that do not begin with the policy of a site, and the styles that load anything."""
    found = [str(path.relative_to(root)) for path, page in pages(root).items() if page.policies != [POLICY]]
    styles = (path for path in root.rglob("*.css") if re.search(r"@import|url\(", path.read_text("utf-8")))
    return [f"{page}: has another policy" for page in found] + [f"{one.relative_to(root)}: loads" for one in styles]


def unlike(root: Path, ask: Ask) -> list[str]:
    """The experiments that have no page, and the pages that are of none, nor say that one cannot be read."""
    made = {path.stem for path in (root / "experiments").glob("*.html")}
    there = {row["experiment"] for row in ask("table", "--all")}
    made -= {name for name in made - there if ask("show", name).get("error", "\0") in _said(root, name)}
    return [f"{name}: has no page" for name in sorted(there - made)] + [
        f"{name}: is no experiment" for name in sorted(made - there)
    ]


def _said(root: Path, name: str) -> str:
    return html.unescape((root / f"experiments/{name}.html").read_text("utf-8"))


def noisy(root: Path, browser: chromium.Browser) -> list[str]:
    """What goes wrong where a browser shows the pages, wide and light as narrow and dark."""
    found = []
    for path in pages(root):
        for width, dark in ((1200, False), (360, True)):
            browser.open(path.resolve().as_uri(), width=width, dark=dark)
            browser.until(READY)
            # what is folded may be too wide as well
            browser.js("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            faults = [*browser.said(), *(f"asks for {address}" for address in browser.elsewhere())]
            if browser.js("return document.documentElement.scrollWidth") > width:
                faults.append(f"is wider than {width} pixels")
            faults += [f"{name}: {where}" for name, *where in browser.faults()]
            found += [f"{path.relative_to(root)}: {fault}" for fault in faults]
    return found


def main(root: Path) -> int:
    """Print what is wrong with the site of the repository in the current folder; 1 where something is."""

    def ask(*arguments: str) -> Any:
        command = [str(Path(sys.executable).with_name("ledger")), *arguments, "--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        # a command that cannot answer says so as its last line
        return json.loads(done.stdout or done.stderr.splitlines()[-1])

    if not (root / OWN).is_dir():
        sys.stderr.write(f"{root} holds no site\n")
        return 2
    found = [*broken(root), *foreign(root), *lax(root), *unlike(root, ask), *wrong(root, ask)]
    seen = "not looked at: there is no chromium"
    if chromium.CHROMIUM is not None:
        browser = chromium.started()
        try:
            found += noisy(root, browser)
        finally:
            browser.close()
        seen = "quiet in a browser"
    elif chromium.REQUIRED:
        found.append(seen)
    sys.stdout.write("".join(f"{each}\n" for each in found))
    if not found:
        sys.stdout.write(
            f"{root}: links, elements, policies and numbers of {len(pages(root))} pages are right; {seen}\n"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
