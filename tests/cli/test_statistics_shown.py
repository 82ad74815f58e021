"""`ledger diff` and `ledger show` with their statistics: what scipy gives by hand, and in eighty columns."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import NOISY, Project, Shelved
from scipy import stats
from trained import trained

LONG = "mean_average_precision_over_all_small_lesions"


def arms(project: Project) -> None:
    """Experiments that change much, at the same seeds and at others, and one that changes nothing to be seen."""
    project.commit("long", {"train.py": NOISY.replace('"loss": 1', f'"{LONG}": 100 * accuracy, "loss": 1')})
    for name, rate, seeds in (("much", 0.2, "0,1,2"), ("other", 0.3, "1,2,3,4"), ("none-seen", 0.1001, "0,1,2")):
        project.ledger("new", "A rate", "--name", name, "--from", "main", "--predict", "accuracy > baseline",
                       "--seeds", seeds, "-S", f"train.lr={rate}")  # fmt: skip
        trained(project, name)


def proved(project: Project) -> None:
    """The first of them with trials that have run."""
    project.ledger("new", "A rate", "--name", "much", "--predict", "accuracy > baseline", "--seeds", "0,1,2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")


def single(project: Project) -> None:
    """One replicate."""
    project.ledger("new", "One", "--name", "one", "--predict", "accuracy > baseline", "--seeds", "1",
                   "-S", "train.lr=0.2")  # fmt: skip
    trained(project, "one")


def values(project: Project, name: str, variant: str = "treatment", metric: str = "accuracy") -> list[float]:
    """A metric of an arm, as the records have it."""
    trials = project.ledger("show", name, "--json").json["trials"]
    return [t["metrics"][metric] for t in trials if t["variant"] == variant]


def compared(project: Project, *targets: str, metric: str = "accuracy") -> dict[str, Any]:
    """One metric's row of `diff --json`."""
    return next(row for row in project.ledger("diff", *targets, "--json").json["metrics"] if row["name"] == metric)


def fits(text: str) -> bool:
    """Whether a terminal of eighty columns shows it without a break; the author's prose is as it is."""
    return max(map(len, text.partition("## Hypothesis")[0].splitlines())) <= 80


def test_the_same_seeds_are_paired(shelved: Shelved) -> None:
    project = shelved(arms)
    a, b = values(project, "much", "baseline"), values(project, "much")
    expected = stats.ttest_rel(b, a)
    row = compared(project, "much")
    assert (row["test"], row["paired"], row["confidence"]) == ("paired t", True, 0.9)
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert row["interval"] == pytest.approx(list(expected.confidence_interval(0.9)))
    assert row["difference"] == pytest.approx(stats.tmean(b) - stats.tmean(a))
    assert row["a"] == pytest.approx({"n": 3, "mean": stats.tmean(a), "sd": stats.tstd(a)})
    assert row["b"] == pytest.approx({"n": 3, "mean": stats.tmean(b), "sd": stats.tstd(b)})
    # whichever side is named first
    turned = compared(project, "much", "much:baseline")
    assert turned["difference"] == pytest.approx(-row["difference"])
    assert turned["interval"] == pytest.approx([-row["interval"][1], -row["interval"][0]])


def test_other_seeds_are_not(shelved: Shelved) -> None:
    project = shelved(arms)
    a, b = values(project, "much"), values(project, "other")
    expected = stats.ttest_ind(b, a, equal_var=False)
    row = compared(project, "much", "other")
    assert (row["test"], row["paired"], row["a"]["n"], row["b"]["n"]) == ("Welch's t", False, 3, 4)
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert row["interval"] == pytest.approx(list(expected.confidence_interval(0.9)))
    shown = project.ledger("diff", "much", "other").out
    # eighty columns have no room for p, and no difference here has a ~
    assert "difference with its 90% interval (Welch's t); p: --json\n" in shown
    wide = project.ledger("show", "other").out
    assert "difference with its 90% interval" in wide and ("~: none detected" in wide) == ("  ~ " in wide)
    assert fits(shown)


def test_a_difference_that_is_none(shelved: Shelved) -> None:
    project = shelved(arms)
    row = compared(project, "none-seen")
    assert row["interval"][0] < 0 < row["interval"][1]
    line = next(text for text in project.ledger("diff", "none-seen").out.splitlines() if text.startswith("accuracy"))
    assert f"  ~ {row['difference']:+.4f} (-0." in line
    shown = next(text for text in project.ledger("show", "none-seen").out.splitlines() if "~ +" in text)
    assert shown.strip() == line or shown.split()[0] == "accuracy"


@pytest.mark.parametrize("command", [("diff", "much"), ("diff", "much", "other"), ("show", "much"), ("diff", "main")])
def test_long_names_fit_eighty_columns(shelved: Shelved, command: tuple[str, ...]) -> None:
    project = shelved(arms)
    given = (*command, "much") if command[-1] == "main" else command
    text = project.ledger(*given).out
    assert fits(text), text
    assert LONG[:12] in text


def test_one_replicate_has_no_interval(shelved: Shelved) -> None:
    project = shelved(single)
    row = compared(project, "one")
    assert (row["interval"], row["confidence"], row["p_value"], row["test"], row["paired"]) == (None,) * 5
    assert row["a"]["sd"] is None
    text = project.ledger("diff").out
    assert "interval" not in text
    assert "! one has one replicate: there is no estimate of the noise" in text
    assert "±" not in text and "±" not in project.ledger("show").out


def test_the_same_in_other_formats(shelved: Shelved) -> None:
    project = shelved(arms)
    for form in ("md", "csv", "html"):
        text = project.ledger("diff", "much", "--format", form).out
        assert "+0.10" in text and "accuracy" in text


def test_show_has_the_verdict(shelved: Shelved) -> None:
    project = shelved(arms)
    project.ledger("conclude", "much", "-m", "It helps.")
    text = project.ledger("show", "much").out
    assert "status      supported" in text
    assert "difference" in text and fits(text)
    found = project.ledger("show", "much", "--json").json
    assert found["outcome"] == "supported"
    assert found["verdict"]["predictions"][0]["n"] == 3


def test_show_sets_every_arm_beside_the_baseline(shelved: Shelved) -> None:
    project = shelved(arms)
    project.git("switch", "-q", "main")
    variants = [
        option
        for name, rate in (("a-low-rate", 0.11), ("high", 0.4))
        for option in ("--variant", f"{name}:train.lr={rate}")
    ]
    project.ledger(
        "new", "Several", "--name", "several", "--seeds", "3", "--predict", "accuracy >= baseline", *variants
    )
    trained(project, "several")
    text = project.ledger("show").out
    assert fits(text), text
    lines = text.splitlines()
    at = lines.index("  accuracy")
    assert lines[at + 1].split()[:2] == ["arm", "n"]
    table = {line.split()[0]: line for line in lines[at + 2 : lines.index("", at)]}
    assert {"baseline", "a-low-rate", "high"} <= table.keys()
    for arm in ("a-low-rate", "high"):
        (row,) = [
            m
            for m in project.ledger("diff", "several:baseline", f"several:{arm}", "--json").json["metrics"]
            if m["name"] == "accuracy"
        ]
        assert f"{row['difference']:+.4f}"[:6] in table[arm]
    assert text.count("difference with its 90% interval") == 1


def test_an_experiment_is_shown_as_markdown_and_as_a_page(shelved: Shelved) -> None:
    project = shelved(proved)
    marked = project.ledger("show", "much", "--format", "md").out
    assert marked.startswith("# much: A rate\n\n- **status**: recorded\n")
    assert "\n## Trials\n\n| trial " in marked
    assert "| baseline/seed-0 " in marked
    page = project.ledger("show", "much", "--format", "html").out
    assert page.startswith("<!doctype html>")
    assert "<h2>Results</h2>" in page
    record = project.ledger("show", "much:treatment/seed-0", "--format", "md").out
    assert record.startswith("# much:treatment/seed-0\n\n```yaml\nschema: 1\n")
    assert "\n| baseline " in project.ledger("status", "much", "--format", "md").out
    assert "<h2>much: proved, 6 trials</h2>" in project.ledger("verify", "much", "--format", "html").out
    refused = project.ledger("show", "much", "--format", "csv", code=2)
    assert "--format csv is not one of text, md, html" in refused.err
