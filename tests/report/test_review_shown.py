"""The report for a pull request: what stands in it, within a comment's bytes, and that nobody's text does anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import hostile
import made_reviews
import pytest
from made_reviews import COMMIT, WEB

from ledger.analysis.review import Host, Picture, Review, WebAddress
from ledger.model.finding import Answer, Finding
from ledger.model.remarks import Kind, Remark
from ledger.model.version_search import VersionSearch
from ledger.report import html, json, markdown, terminal
from ledger.report.blocks import Document, Mark
from ledger.report.review import LIMIT, document
from ledger.report.review_sections import address, told
from ledger.report.text import width

SUPPORTED = "**supported by the numbers, post hoc**"
PLAIN = frozenset({"table", "thead", "tbody", "tr", "th", "td", "details", "summary", "a"})


def marked(*reviews: Review) -> str:
    """The markdown, which is always whole and fits into a comment."""
    text = markdown.render(document(reviews))
    assert len(text.encode()) <= LIMIT
    # every tag that was opened is closed
    hostile.Page(text)
    return text


def test_a_report_says_what_a_reviewer_asks_in_order() -> None:
    text = marked(made_reviews.review())
    assert text.startswith("<!-- ledger-review -->\n\n## focal-loss: Focal loss improves Dice on small lesions\n")
    order = [
        "**Verdict**: inconclusive; computed again from the records, as in verdict.md",
        "**supported**: `dice >= baseline + 0.01`",
        "- difference +0.0226 (90% interval +0.0164 to +0.0288), paired t, n = 5, p = 0.0031",
        "* **against**: Focal loss improves Dice on small lesions (`0123456789`)",
        "### Metrics",
        "| dice ",
        "```mermaid\nxychart-beta\n",
        "### What changed: focal-loss:baseline → focal-loss",
        "Parameters (1):\n\n| name                                      | baseline ",
        "### What cannot be attributed",
        "### What this does not show",
        "<summary>Checks: 1 passed, 1 not asked</summary>",
        "- ✓ records: every record is whole",
        "<summary>1 trial failed</summary>",
        "<summary>Pictures (1)</summary>",
        "### How to reproduce it\n\n```sh\nledger pull focal-loss\n",
        "<summary>Hypothesis in prose</summary>",
        "<summary>Notes</summary>",
    ]
    places = [text.find(each) for each in order]
    assert places == sorted(places) and -1 not in places, [o for o, p in zip(order, places, strict=True) if p < 0]


def test_intervals_are_drawn_in_the_table_on_one_scale_with_what_was_predicted() -> None:
    lines = marked(made_reviews.review()).replace("\u00a0", " ").splitlines()
    (head,) = [line for line in lines if line.startswith("| metric")]
    (dice,) = [line for line in lines if line.startswith("| dice")]
    (latency,) = [line for line in lines if line.startswith("| latency")]
    drawings = [line.split("`")[1] for line in (head, dice, latency)]
    assert drawings == [
        "-5%          0          +5%",
        "             │   ┊  ├──●──┤",
        "┊           ├┼───●────┤   ┊",
    ]
    assert "drawn: the difference in % of what it is compared with, │ none, ┊ as predicted" in lines


def test_a_terminal_of_80_columns_has_the_intervals_too() -> None:
    text = terminal.render(document([made_reviews.review(text="it helps")]), total=80, wrap=True)
    assert max(map(width, text.splitlines())) <= 80
    assert "dice                     │   ┊  ├──●──┤" in text
    assert "1 trial failed\n" in text and "Notes\n" in text
    assert "mermaid" not in text and "<!--" not in text


def test_a_page_has_the_same() -> None:
    page = html.render(document([made_reviews.review()]))
    assert '<code class="drawn" aria-hidden="true">             │   ┊  ├──●──┤</code>' in page
    assert f'<a href="https://github.com/lab/project/blob/{COMMIT}/plots/' in page
    assert page.count("<details>") == page.count("</details>")


def test_what_failed_is_told_apart_from_what_has_not_run_yet() -> None:
    review = made_reviews.review(text="it helps", many=2)
    assert review.experiment is not None and review.recomputed is not None
    ran = tuple(one.record for one in review.failed)
    lacking = Remark.of(Kind.NOT_FINITE, lacking=5, declared=5, arm="treatment", metric="dice")
    judged = tuple(replace(one, remarks=(lacking,)) for one in review.recomputed.predictions)
    early = replace(review.recomputed, early=True, predictions=judged, warnings=(Remark.of(Kind.EARLY),))
    stored = replace(review, recomputed=early, warnings=early.warnings)
    text = marked(stored)
    assert "5 of 5 trials of treatment have no finite dice" in text and "concluded early" in text
    text = marked(replace(stored, experiment=replace(review.experiment, verdict=None, trials=ran)))
    assert "- 3 of 5 trials of treatment have not run yet\n- 2 of 5 trials of treatment have no finite dice" in text
    assert "early" not in text


def test_the_title_of_a_page_names_the_experiment() -> None:
    one = made_reviews.review(text="it helps")
    assert "<title>focal-loss: it helps</title>" in html.render(document([one]))
    assert "<title>a and b</title>" in html.render(document([replace(one, name="a"), replace(one, name="b")]))


def test_problems_and_a_verdict_that_is_not_the_records_stand_at_the_top() -> None:
    review = replace(made_reviews.review(problem=True), agrees=False, outdated=Remark.of(Kind.RECORDED_SINCE))
    top = marked(review).partition("### Metrics")[0]
    assert "* ! the stored verdict is not what the records give: `ledger conclude`" in top
    assert "* ! the stored verdict is out of date: trials were recorded since" in top
    assert "* ! records: " in top and "is a submodule" in top
    assert "- ✗ records: every record is whole; 1 problem\n" in marked(review)
    assert "computed from the records; verdict.md says inconclusive, post hoc" in top


def test_many_problems_are_folded_behind_the_first() -> None:
    lines = [f"problem {n}" for n in range(30)]
    page = markdown.render(Document(title="t", blocks=tuple(told(lines, Mark.WRONG))))
    shown, _, folded = page.partition("<details>\n<summary>and 22 more</summary>")
    assert shown.count("! problem") == 8 and folded.count("! problem") == 22
    assert "<details>" not in markdown.render(Document(title="t", blocks=tuple(told(lines[:16]))))


def test_a_search_has_its_versions_beside_the_comparison_of_its_ends() -> None:
    whole = made_reviews.review()
    assert whole.experiment is not None and whole.recomputed is not None
    commits = ("a" * 40, "b" * 40, "c" * 40)
    searched = VersionSearch(metric="dice", better="higher", versions=commits)
    finding = Finding(answer=Answer.OPEN, trainings=0, budget=60, confidence=0.95)
    plan = replace(whole.experiment.plan, search=searched, predictions=(), variants=())
    good = replace(whole.failed[0].record.trial, status="succeeded", error=None, metrics={"dice": 0.5})
    trials = tuple(
        replace(whole.failed[0].record, trial=replace(good, variant=arm, point=(("seed", seed),)))
        for seed, arm in enumerate(searched.arms)
    )
    hypothesis = replace(whole.experiment.hypothesis, plan=plan)
    experiment = replace(whole.experiment, hypothesis=hypothesis, trials=trials, verdict=None)
    fingerprints = dict.fromkeys(searched.arms, good.fingerprint)
    verdict = replace(whole.recomputed, finding=finding, predictions=(), fingerprints=fingerprints)
    text = marked(replace(whole, experiment=experiment, recomputed=verdict))
    assert "### Versions\n\n| version " in text and "| `aaaaaaa`" in text
    assert "**Verdict**: open: nothing can be said yet of where dice changed" in text
    assert "### Metrics" in text and "### What changed" in text


def test_without_a_verdict_the_predictions_stand_there() -> None:
    review = made_reviews.review()
    assert review.experiment is not None
    found = replace(
        review,
        recomputed=None,
        refusal=Remark.of(Kind.NOT_WEIGHED, why="no trial ran"),
        experiment=replace(review.experiment, verdict=None),
    )
    text = marked(found)
    assert "**Verdict**: none, no trial ran" in text and "- predicted: `dice >= baseline + 0.01`" in text


def test_nothing_is_said_of_nothing() -> None:
    assert marked() == ""
    assert terminal.render(document([]), total=80) == ""
    assert json.render(document([]).data) == "[]\n"


def test_several_experiments_and_those_that_cannot_be_read() -> None:
    whole = made_reviews.review()
    bare = Review(name="bare", experiment=None, against=whole.against, settings=whole.settings)
    odd = replace(bare, name="odd", unreadable="odd/hypothesis.md: @ada")
    gone = replace(bare, name="gone", deleted=True)
    many = [replace(bare, name=f"more-{n}", left_out=True) for n in range(600)]
    text = marked(whole, odd, gone, *many)
    assert text.startswith("<!-- ledger-review -->\n\n## 603 experiments\n\n| experiment ")
    assert "| odd        | cannot be read " in text and "| gone       | removed " in text
    assert "## odd\n\n- ! odd/hypothesis.md: `@ada`" in text
    assert "## more-" not in text and "| more-0 " in text


@pytest.mark.parametrize("many", [0, 1, 20, 400])
def test_however_much_there_is_it_fits_and_the_verdict_is_whole(many: int) -> None:
    text = marked(made_reviews.review(many=many, arms=("high", "low"), problem=True))
    assert f"{SUPPORTED}: `dice >= baseline + 0.01`" in text and "- difference +0.0226" in text
    assert "`latency_ms within 5% of baseline`" in text
    assert ("more\n" in text) == (many > 20)


def test_many_large_experiments_fit_together() -> None:
    text = marked(*(made_reviews.review(f"e-{n}", many=150, problem=True) for n in range(3)))
    assert text.count(f"{SUPPORTED}: `dice >= baseline + 0.01`") == 3
    huge = marked(*(made_reviews.review(f"e-{n}", text="a long title " * 90) for n in range(30)))
    assert "and " in huge.splitlines()[-1] and huge.splitlines()[-1].endswith(" more")


@pytest.mark.parametrize("title", [title for title in hostile.titles()[::19] if "\ud800" not in title])
def test_nobodys_text_is_more_than_text(title: str) -> None:
    review = made_reviews.review(text=title, many=2, arms=("high",), problem=True)
    text = marked(review)
    page = hostile.Page(text)
    assert page.comments == [" ledger-review "]
    ours = [f"https://github.com/lab/project/blob/{COMMIT}/" in link for link in page.links]
    assert all(ours) and len(ours) <= 2
    # the diagram is ours, and its language is a fence of ours
    charts = text.split("```mermaid\n")
    assert len(charts) == 2
    rest = charts[0] + charts[1].partition("```")[2]
    found = [each for each in hostile.active(rest, plain=PLAIN) if not each.startswith("link ")]
    assert not found
    assert "\x1b" not in terminal.render(document([review]), total=80, colour=True).replace("\x1b[2m", "").replace(
        "\x1b[22m", ""
    )


def test_it_is_the_same_text_every_time() -> None:
    first, again = (marked(made_reviews.review(many=8, arms=("high", "low"))) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("path", "web", "leads"),
    [
        ("plots/loss curve#1.png", WEB, f"https://github.com/lab/project/blob/{COMMIT}/plots/loss%20curve%231.png"),
        ("é(1).png", WebAddress(host=Host.GITLAB, url="https://git.lab.org/a/b/c"), f"https://git.lab.org/a/b/c/-/blob/{COMMIT}/%C3%A9%281%29.png"),
        ("a/../b.png", WEB, None),
        ("/etc/a.png", WEB, None),
        ("a.png", None, None),
        ("a.png", WebAddress(host=Host.GITHUB, url="http://github.com/lab/project"), None),
        ("a.png", WebAddress(host=Host.GITHUB, url="https://github.com/lab/pro)ject"), None),
        ("a.png", WebAddress(host=Host.GITHUB, url="https://ada:pw@github.com/lab/project"), None),
    ],
)  # fmt: skip
def test_pictures_lead_to_their_commit_or_nowhere(path: str, web: WebAddress | None, leads: str | None) -> None:
    assert address(Picture(path=path, commit=COMMIT), web) == leads
    assert address(Picture(path=path, commit="main"), web) is None


def test_the_example_in_the_documents_is_what_it_prints() -> None:
    text = (Path(__file__).parents[2] / "docs/review.md").read_text(encoding="utf-8")
    assert f"````markdown\n{marked(made_reviews.example())}````\n" in text
