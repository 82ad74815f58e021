"""`ledger report`: one file that shows what the pages of a site show, needs nothing else, and prints whole."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

import lab
import pytest
from browsing import Browser, Site
from conftest import Project, Shelved

from ledger.analysis.site.page import Patch
from ledger.report.site.patch import rendered

# so many pixels of CSS are between the margins of a page of A4
PAPER = 672
# where an element ends on the right
END = "(each) => each.getBoundingClientRect().right"


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """The lab, in which reports are written."""
    return shelved(lab.lab, lab.files())


class Page(HTMLParser):
    """The ids of a page, the addresses that it names, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.policy = ""
        self._inline = ""
        self.hashes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name == "style" for name in given), f"{tag} has {sorted(given)}"
        self.ids += [given["id"]] if "id" in given else []
        self.addresses += [given[name] for name in ("href", "src") if name in given]
        self._inline = tag if tag in ("style", "script") else ""
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_endtag(self, tag: str) -> None:
        self._inline = ""

    def handle_data(self, data: str) -> None:
        if self._inline:
            digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
            self.hashes.append(f"'sha256-{digest}'")
        else:
            self.text += data


def test_a_report_is_one_file_that_asks_for_nothing(project: Project) -> None:
    said = project.ledger("report", "rate", "faster", "hostile", "-o", "all of it.html").out
    text = (project.root / "all of it.html").read_text("utf-8")
    assert re.fullmatch(r"all of it\.html: [\d,]+ kB\n", said)

    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert {"exp/rate", "exp/faster", "exp/hostile", "exp/rate/results"} <= set(page.ids)
    outside = [a for a in page.addresses if not a.startswith(("#", "data:image/png;base64,", "https://example.org/"))]
    assert [a for a in outside if not a.startswith("http://evil.example/auto")] == []
    assert {a[1:] for a in page.addresses if a.startswith("#")} <= set(page.ids)
    # its own style and script, and no others
    assert len(page.hashes) == 2 and set(page.hashes) <= set(page.policy.replace(";", " ").split())
    assert "'self'" not in page.policy and "unsafe" not in page.policy


def test_it_shows_what_the_page_of_the_site_shows(project: Project, site: Site) -> None:
    alone = project.ledger("report", "rate", "-o", "-").out
    page = (site.root / "experiments/rate.html").read_text("utf-8")
    headings = r"<h[1-3][^>]*>(.*?)</h[1-3]>"
    assert re.findall(headings, alone) == re.findall(headings, page)
    numbers = r"<t[dh][^>]*>(.*?)</t[dh]>"
    assert len(re.findall(numbers, alone)) > 20
    assert re.findall(numbers, alone) == re.findall(numbers, page)
    assert "<title>A higher rate improves Dice</title>" in alone


def test_for_outsiders_it_has_no_code(project: Project) -> None:
    text = project.ledger("report", "rate", "--no-code", "--title", "For the <board>", "-o", "-").out
    assert "<title>For the &lt;board&gt;</title>" in text
    shown = html.unescape(Page(text).text)
    for secret in ("train.py", "params.json", "ledger reproduce", project.git("rev-parse", "exp/rate").strip()[:10]):
        assert secret not in shown
    assert "A higher rate improves Dice" in shown


def test_which_experiments_it_is_about(project: Project) -> None:
    project.git("switch", "-q", "exp/rate")
    assert project.ledger("report").out.startswith("report.html: ")
    kept = (project.root / "report.html").read_bytes()
    # the same state, the same bytes; a name twice is one experiment
    assert project.ledger("report", "exp/rate", "rate", "-o", "-").out.encode() == kept
    project.ledger("report")
    assert (project.root / "report.html").read_bytes() == kept
    refused = project.ledger("report", "rate:baseline", "-o", "x.html", code=2)
    assert "whole experiments" in refused.err and not (project.root / "x.html").exists()
    assert "nosuch" in project.ledger("report", "rate", "nosuch", "-o", "x.html", code=2).err
    assert not (project.root / "x.html").exists()


def test_what_is_no_report_is_overwritten_only_by_name(project: Project) -> None:
    project.write({"report.html": "<p>mine</p>"})
    refused = project.ledger("report", "rate", code=2)
    assert "report.html exists" in refused.err and "hint: -o FILE" in refused.err
    assert (project.root / "report.html").read_text() == "<p>mine</p>"
    params = (project.root / "params.json").read_bytes()
    refused = project.ledger("report", "rate", "-o", "params.json", code=2)
    assert "params.json exists" in refused.err and (project.root / "params.json").read_bytes() == params
    project.ledger("report", "rate", "-o", "report.html")
    assert b"A higher rate" in (project.root / "report.html").read_bytes()
    assert "is a folder" in project.ledger("report", "rate", "-o", ".", code=2).err
    (project.root / "report.html").unlink()
    (project.root / "report.html").symlink_to(project.root / "elsewhere.html")
    project.git("add", "report.html")
    assert "a symbolic link that git holds" in project.ledger("report", "rate", code=2).err
    assert not (project.root / "elsewhere.html").exists()


def test_in_a_browser_it_is_quiet_and_prints_whole(
    project: Project, browser: Browser, faultless: Callable[[], None]
) -> None:
    project.ledger("report", "rate", "hostile", "-o", "report.html")
    assert "<q>It does.</q>" in (project.root / "report.html").read_text("utf-8"), "on the cover"
    browser.open((project.root / "report.html").as_uri(), width=360)
    assert browser.js("return document.images.length") > 0
    assert browser.js("return [...document.images].every((each) => each.complete && each.naturalWidth > 0)")
    folded = browser.js("return document.querySelectorAll('details:not([open])').length")
    assert folded > 2
    printed = base64.b64decode(browser.cdp("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    # a cover, and each experiment on pages of its own
    assert printed.count(b"/Type /Page\n") >= 5
    assert browser.js("return document.querySelectorAll('details:not([open])').length") == folded
    # what is open has all that is shown where it is closed, but for the mark before it
    for width, dark, opened in ((800, True, False), (360, False, True), (1280, False, True), (360, True, True)):
        browser.resize(width)
        browser.colours(dark=dark)
        browser.js("document.querySelectorAll('details').forEach((one) => { one.open = arguments[0]; })", opened)
        assert browser.js("return document.documentElement.scrollWidth") <= width
        # the colours are those of the other width
        assert browser.faults(contrast=(width, dark) in ((1280, False), (360, True))) == []
    faultless()


def test_nothing_is_cut_where_it_is_printed(project: Project, browser: Browser) -> None:
    project.ledger("report", "rate", "faster", "-o", "report.html")
    browser.open((project.root / "report.html").as_uri(), width=PAPER)
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    browser.js("window.dispatchEvent(new Event('beforeprint'))")
    # what paper has no room for: logs, and the code of more than a page or two
    closed = "return [...document.querySelectorAll('details:not([open])')].filter((one) => !one.closest('.screen'))"
    assert browser.js(f"{closed}.length") == 0
    assert browser.js("return document.querySelectorAll('details.screen > details:not([open])').length") > 0
    said = "getComputedStyle(document.querySelector('details.screen > summary'), '::after').content"
    assert browser.js(f"return {said}") == '" (not printed: on the page)"'
    assert browser.js("return [...document.querySelectorAll('table, svg, img, pre')].map(" + END + ")") != []
    wide = "return [...document.querySelectorAll('table, svg, img, pre')].filter((each) => (" + END + ")(each) > "
    assert browser.js(f"{wide}{PAPER}).map((each) => each.outerHTML.slice(0, 200))") == []
    after = "getComputedStyle(document.querySelector('#exp\\\\/rate\\\\/notes a'), '::after').content"
    assert browser.js(f"return {after}") == '" (https://example.org/paper)"'
    browser.js("window.dispatchEvent(new Event('afterprint'))")
    assert browser.js("return document.querySelectorAll('details:not([open])').length") > 0


def test_long_code_is_for_the_screen_and_short_code_for_paper_too() -> None:
    def patch_of(path: str, lines: int) -> Patch:
        return Patch(path=path, text="\n".join(["+x"] * lines), cut=0)

    found = rendered([patch_of("short.py", 20), patch_of("long.py", 500), patch_of("last.py", 5)])
    kinds = re.findall(r"<details([^>]*)><summary><code>([a-z.]+)", found)
    assert kinds == [("", "short.py"), (' class="screen"', "long.py"), ("", "last.py")]
    # what is open is printed
    assert "<details open>" in rendered([patch_of("short.py", 20)])
    assert "<details open" not in rendered([patch_of("long.py", 500)])
