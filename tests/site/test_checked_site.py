"""A built site is looked at whole: every link, every element and every number, against what `show` and `table` say."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import lab
import pytest
from browsing import Browser, Site
from checked_site import broken, foreign, lax, noisy, unlike
from conftest import Project, Shelved
from site_numbers import agrees, summarized, wrong
from site_page import Page

from ledger.report.site.shell import POLICY


@pytest.fixture
def ask(shelved: Shelved) -> Any:
    """What commands print of the lab."""
    project: Project = shelved(lab.lab, lab.files())
    answers: dict[tuple[str, ...], Any] = {}

    def asked(*arguments: str) -> Any:
        if arguments not in answers:
            said = project.ledger(*arguments, "--json", code=None)
            answers[arguments] = json.loads(said.out or said.err.splitlines()[-1])
        return answers[arguments]

    return asked


def test_every_number_is_that_of_show_and_a_wrong_one_is_found(site: Site, ask: Any, tmp_path: Path) -> None:
    assert wrong(site.root, ask) == []
    changed = tmp_path / "site"
    for path, pattern, told in (
        ("experiments/rate.html", r"(>treatment/seed-0</th>.*?>0\.\d)(\d)", "treatment/seed-0 "),
        ("experiments/rate.html", r"(>0\.\d)(\d)(?=\d* ± )", " of "),
        ("experiments/rate.html", r"(interval [+-]\d\.\d)(\d)", "the verdict: "),
        ("data/table-experiments.js", r"(\"0\.\d)(\d)(?=\d* ± )", "table of experiments: "),
        ("data/table-trials.js", r"(\"head\":\"dice\".*?\"0\.\d)(\d)", "table of trials: "),
    ):
        shutil.copytree(site.root, changed, dirs_exist_ok=True)
        text = (changed / path).read_text("utf-8")
        other = re.sub(pattern, lambda found: found[1] + str((int(found[2]) + 1) % 10), text, count=1, flags=re.DOTALL)
        assert other != text, pattern
        (changed / path).write_text(other, "utf-8")
        found = wrong(changed, ask)
        assert found and told in found[0], (pattern, found)


def test_elements_links_and_policies_are_our_own_and_each_experiment_has_its_page(site: Site, ask: Any) -> None:
    assert [*foreign(site.root), *broken(site.root), *lax(site.root), *unlike(site.root, ask)] == []


def test_what_leads_nowhere_is_missing_or_has_another_policy_is_found(site: Site, ask: Any, tmp_path: Path) -> None:
    changed = tmp_path / "site"
    shutil.copytree(site.root, changed)
    page = changed / "experiments/faster.html"
    page.write_text(page.read_text("utf-8").replace("default-src ", "default-src * "), "utf-8")
    (changed / "assets/page.css").write_text("@import 'https://elsewhere.example/a.css';", "utf-8")
    (changed / "experiments/rate.html").rename(changed / "experiments/none.html")
    assert "experiments/faster.html: has another policy" in lax(changed)
    assert "assets/page.css: loads" in lax(changed)
    assert unlike(changed, ask) == ["rate: has no page", "none: is no experiment"]
    assert any("experiments/rate.html" in each for each in broken(changed))


def test_what_a_browser_says_of_a_page_is_found(browser: Browser, tmp_path: Path) -> None:
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8">{policy}<title>t</title></head>'
    index = tmp_path / "index.html"
    index.write_text(f"{head}<body><main><h1>A page</h1></main></body></html>", "utf-8")
    assert noisy(tmp_path, browser) == []
    wide = f"<details><summary>more</summary><pre>{'wide ' * 500}</pre></details>"
    evil = "<script>window.pwned = 1</script>"
    index.write_text(f"{head}<body><main><h1>A page</h1>{wide}{evil}</main></body></html>", "utf-8")
    found = "\n".join(noisy(tmp_path, browser))
    assert "index.html: is wider than 360 pixels" in found
    assert "Content Security Policy" in found


@pytest.mark.parametrize(
    "evil",
    [
        "<script>1</script>", "<p onclick=1></p>", "<p style='x'></p>", "<a href='javascript:1'>a</a>", "<form></form>",
        "<img src='http://evil.example/a.png'>", "<a href='//evil.example'>a</a>", "<svg><use></use></svg>", "</div>",
        "<svg><foreignObject></foreignObject></svg>", "<iframe></iframe>", "<p>", "<base href='/'>",
        "<a href='JavaScript:1'>a</a>", "<a href='data:text/html,x'>a</a>", "<svg><script src='a'></script></svg>",
    ],
)  # fmt: skip
def test_an_element_that_is_none_of_ours_is_found(evil: str) -> None:
    assert Page("<main><p id='a'>text</p></main>").faults == []
    assert Page(f"<main>{evil}</main>").faults != []


@pytest.mark.parametrize(
    ("shown", "value", "right"),
    [
        ("0.94", 0.9449, True), ("0.94", 0.9451, False), ("1.2e-08", 1.21e-8, True), ("1.2e-08", 1.3e-8, False),
        ("2410", 2410, True), ("2,410", 2410, True), ("nan", float("nan"), True), ("inf", float("inf"), True),
        ("-inf", float("inf"), False), ("-", None, True), ("-", 1.0, False), ("0", 0.4, True), ("", 1.0, False),
    ],
)  # fmt: skip
def test_a_number_is_right_to_the_digits_that_are_shown(shown: str, value: float | None, right: bool) -> None:
    assert agrees(shown, value) is right


def test_a_mean_has_its_spread_and_its_count() -> None:
    summary = {"n": 5, "mean": 0.94047, "sd": 0.00663}
    assert summarized("0.9405 ± 0.0066 (5)", summary)
    assert not summarized("0.9405 ± 0.0066 (4)", summary)
    assert not summarized("0.9405 ± 0.0067 (5)", summary)
    assert not summarized("0.9406 ± 0.0066 (5)", summary)


def test_a_mean_says_how_many_have_no_finite_value() -> None:
    some = {"n": 2, "mean": 1.0, "sd": 0.5, "left_out": 1}
    assert summarized("1.0 ± 0.50 (2 of 3)", some)
    assert not summarized("1.0 ± 0.50 (2 of 4)", some)
    none = {"n": 0, "mean": None, "sd": None, "left_out": 3}
    assert summarized("- (0 of 3)", none)
    assert not summarized("-", none) and not summarized("inf", none)
    assert summarized("-inf", {"n": 0, "mean": None, "sd": None, "left_out": 1})
