"""A built site is looked at whole: every link, every element and every number, against what `show` and `table` say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import lab
import pytest
from browsing import Site
from checked_site import Page, agrees, foreign, summarized, wrong
from conftest import Project, Shelved


@pytest.fixture
def ask(shelved: Shelved) -> Any:
    """What commands print of the lab."""
    project: Project = shelved(lab.lab, lab.files())
    answers: dict[tuple[str, ...], Any] = {}

    def asked(*arguments: str) -> Any:
        if arguments not in answers:
            answers[arguments] = project.ledger(*arguments, "--json").json
        return answers[arguments]

    return asked


def test_every_number_is_that_of_show_and_a_wrong_one_is_found(site: Site, ask: Any, tmp_path: Path) -> None:
    assert wrong(site.root, ask) == []
    changed = tmp_path / "site"
    for path, pattern, told in (
        ("experiments/rate.html", r"(<td>treatment/seed-0</td>.*?>0\.\d)(\d)", "treatment/seed-0 "),
        ("experiments/rate.html", r"(>0\.\d)(\d)(?=\d* ± )", " of "),
        ("experiments/rate.html", r"(interval \d\.\d)(\d)", "the verdict: "),
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


def test_all_elements_are_our_own(site: Site) -> None:
    assert foreign(site.root) == []


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
