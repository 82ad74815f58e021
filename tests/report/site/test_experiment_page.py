"""The page of one experiment over made-up values: what comes first, what outsiders see, and how much it holds."""

from __future__ import annotations

import gzip
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import hostile
import pytest
from made_coverage import of
from made_reviews import COMMIT, failed, review
from test_overview import brief

from ledger.analysis.ablation.answer import Ablation, KnownGroup, group_effects, whole
from ledger.analysis.ablation.design import Ablated, Design, wanted
from ledger.analysis.answers import Shown
from ledger.analysis.review import Review
from ledger.analysis.site.page import ExperimentPage, Hidden, Image, Images, Patch
from ledger.model.hypothesis import Hypothesis
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.site import File
from ledger.report.site import experiment
from ledger.report.site.shell import Site

SITE = Site(title="Lab")
OUTSIDE = Site(title="Lab", code=False)
PNG = b"\x89PNG\r\n\x1a\n of whatever is in it"


def made(about: Review, *, outcome: str | None = "supported", **more: Any) -> ExperimentPage:
    """All that the page of a reviewed experiment shows; `more` of it than a review has."""
    found = about.experiment
    assert found is not None
    trials = tuple(one.record for one in about.failed)
    found = replace(found, trials=trials)
    judged = () if outcome is None or found.verdict is None else found.verdict.predictions
    shown = Shown(experiment=found, present={}, commits={one.trial.id: COMMIT for one in trials})
    usual: dict[str, Any] = {
        "title": found.plan.title,
        "author": found.plan.author,
        "outcome": outcome,
        "judged": judged,
    }
    known = brief(found.name, **usual, trials=len(trials), failed=len(trials), missing=3)
    return ExperimentPage(brief=known, shown=shown, review=replace(about, experiment=found), **more)


def text_of(one: ExperimentPage, site: Site = SITE) -> str:
    """The page."""
    return experiment.files(one, site)[0].content.decode()


def read(text: str) -> str:
    """What a reader sees of it, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


# --- what comes first


def test_question_and_verdict_come_first_then_what_weakens_it() -> None:
    page = text_of(made(review(problem=True)))
    order = [
        "<h1>Focal loss improves Dice",
        "dice is 0.0226 higher than the baseline&#39;s (90% interval +0.0164 to +0.0288, n = 5); at least 0.01 higher",
        "Problems were found when the record was checked.",
        'class="judged"',
        'class="contents"',
        'id="doubts"',
        'id="results"',
        'id="changes"',
        'id="trials"',
        'id="checks"',
        'id="reproduce"',
        'id="facts"',
    ]
    places = [page.find(each) for each in order]
    assert places == sorted(places) and -1 not in places
    assert "not confirmatory: Focal loss" in read(page)
    assert re.findall(r"<h1", page) == ["<h1"]
    contents = re.findall(r'<li><a href="#([a-z]+)">', page)
    assert contents == re.findall(r'<section id="([a-z]+)"', page)


def test_a_hypothesis_that_says_but_its_title_is_no_section() -> None:
    about = review()
    found = about.experiment
    assert found is not None

    def body(text: str) -> str:
        changed = replace(found, hypothesis=Hypothesis(plan=found.plan, body=text), notes="# Notes\n")
        return text_of(made(replace(about, experiment=changed)))

    assert 'id="hypothesis"' not in body(f"# Hypothesis\n\n{found.plan.title}\n\n# Why\n\n<!-- why? -->\n")
    assert 'id="notes"' not in body("x")
    said = body("# Hypothesis\n\nLesions are **small**.\n\n# Why\n\nThey are few.\n")
    assert re.findall(r"<h2[^>]*>Hypothesis</h2>\s*(<div class=\"prose\">)?<p>Lesions", said)
    assert "<h2>Why</h2>" in said or "<h3>Why</h3>" in said


def test_trials_that_failed_stand_above_the_others_with_what_they_printed() -> None:
    page = text_of(made(review(many=3)))
    section = page[page.index('<section id="trials"') :]
    assert section.index("3 trials failed") < section.index("Traceback 2") < section.index("3 voided")
    assert section.index("3 voided") < section.index("<table")


def test_what_a_trial_printed_is_shown_as_a_terminal_had_it() -> None:
    logs = {"treatment/seed-0": "epoch 1\repoch 2\r\n\x1b[31mred\x1b[0m <b>\n", "treatment/seed-1": " \n"}
    page = text_of(made(review(), logs=logs))
    assert "Last lines of 1 log<" in page
    assert "<code>epoch 2\nred &lt;b&gt;\n</code>" in page


def test_an_experiment_without_a_verdict_says_what_it_waits_for() -> None:
    about = review()
    found = about.experiment
    assert found is not None
    page = read(text_of(made(replace(about, experiment=replace(found, verdict=None), recomputed=None), outcome=None)))
    assert ": 1 trial has run, 1 of them failed; 3 declared ones have no result yet." in page
    assert "Predicted: dice &gt;= baseline + 0.01" in page


def test_before_a_verdict_trials_that_are_not_collected_are_not_said_to_be_lacking() -> None:
    about = replace(review(), warnings=(Remark.of(Kind.NOT_RUN, side="focal-loss:baseline"),))
    assert "focal-loss:baseline has not run yet" in read(text_of(made(about)))
    assert "has not run yet" not in read(text_of(made(about, outcome=None)))


def test_the_arms_of_a_grid_stand_beside_each_other() -> None:
    about = review(arms=("lr-1", "lr-2", "lr-3"))
    found = about.experiment
    assert found is not None
    record = about.failed[0].record
    done = replace(record.trial, status="succeeded", error=None)
    trials = tuple(
        replace(record, trial=replace(done, variant=f"lr-{n}", metrics={"dice": 0.5 + n / 10})) for n in (1, 2, 3)
    )
    plan = replace(found.plan, predictions=(), exploratory=True)
    page = made(replace(about, experiment=replace(found, verdict=None, hypothesis=Hypothesis(plan=plan, body=""))))
    present = {one.trial.variant: done.fingerprint for one in trials}
    shown = replace(page.shown, experiment=replace(page.shown.experiment, trials=trials), present=present)
    results = read(text_of(replace(page, shown=shown)).split('<section id="results"')[1].split("</section>")[0])
    assert [f"lr-{n} 1 0.{5 + n}" in results for n in (1, 2, 3)] == [True] * 3, results


def ablation(adds: dict[str, float]) -> Ablation:
    """What leaving each site out has done, over three seeds."""
    groups = tuple(adds)
    found = Ablated(
        path="data/raw",
        design=Design.LEAVE_OUT,
        groups=groups,
        worth={str(sorted(each)): each for each in wanted(Design.LEAVE_OUT, groups)},
        seeds={},
    )
    values: dict[str, dict[Point, float]] = {
        arm: {(("seed", seed),): sum(adds[group] for group in each) + seed * 1e-3 * len(arm) for seed in range(3)}
        for arm, each in found.worth.items()
    }
    about = {group: KnownGroup(name=group, title="", files=7) for group in groups}
    effects = group_effects(found, values, {}, sign=1, empty=None, about=about)
    return Ablation(
        experiment="sites", metric="dice", sign=1, path="data/raw", word="site", design=Design.LEAVE_OUT, drawn=False,
        empty=None, whole=whole(found, values), groups=effects, trainings=9, failed=(), missing=(),
    )  # fmt: skip


def test_an_ablation_begins_with_its_answer() -> None:
    page = read(text_of(made(review(), outcome=None, answers=(ablation({"site-a": 0.1, "site-c": -0.1}),))))
    assert ": site-c harms dice" in page[: page.index("Results")]
    # after the head of the section
    results = page[page.index("Results", page.index("What this does not show")) :]
    assert "adds: the metric with all groups" in results and "site-c harms dice" not in results


def test_an_answer_is_drawn_beside_its_sentence_above_all_else() -> None:
    one = made(review(), outcome=None, answers=(ablation({"site-a": 0.1, "site-c": -0.1}),))
    page = text_of(one)
    order = ["site-c harms dice", '<figure class="answered">', "<title>dice: what each site of data/raw adds</title>"]
    places = [page.find(each) for each in [*order, "▲ helps, ■ harms", 'class="contents"']]
    assert places == sorted(places) and -1 not in places
    nothing = replace(
        one, answers=tuple(replace(each, groups=()) for each in one.answers if isinstance(each, Ablation))
    )
    assert 'class="answered"' not in text_of(nothing)


# --- pictures


def test_pictures_are_files_by_their_content_side_by_side() -> None:
    images = Images(
        shown={"plots/x.png": tuple(Image(arm=a, trial=f"{a}/seed-0", kind="png", data=PNG) for a in ("base", "new"))},
        left_out={"roc.svg": Hidden.SVG},
    )
    files = experiment.files(made(review(), images=images), SITE)
    (kept,) = [file for file in files if file.path.startswith("images/")]
    assert kept == File(path=kept.path, content=PNG) and re.fullmatch(r"images/[0-9a-f]{16}\.png", kept.path)
    page = files[0].content.decode()
    assert page.count(f'<img src="../{kept.path}"') == 2
    assert "roc.svg: SVG may hold scripts" in page
    outside = text_of(made(review(), images=images), OUTSIDE)
    assert "plots/" not in outside and "roc.svg" not in outside and "1 picture not shown" in outside


# --- outsiders


def test_outsiders_see_nothing_of_code_paths_commands_logs_or_commits() -> None:
    about = review(text="src/secret.py", problem=True)
    assert about.changed is not None
    found = about.experiment
    assert found is not None
    # a title is for all who read the page
    plan = replace(found.plan, title="Focal loss", author="Ada <ada@example.org>", tags=())
    warnings = (
        Remark.of(Kind.CODE_UNTOLD, why=f"the code is not in this clone: {COMMIT[:10]}"),
        Remark.of(Kind.SIDE_CHANGED, side="focal-loss", code=COMMIT[:10]),
        Remark.of(Kind.ONE_EVALUATION_SET),
    )
    assert found.verdict is not None
    verdict = replace(found.verdict, predictions=found.verdict.predictions[:1], reasons=())
    about = replace(
        about,
        experiment=replace(found, hypothesis=Hypothesis(plan=plan, body="Small."), notes="", verdict=verdict),
        warnings=warnings,
        unattributed=(),
        amendments=(),
        recomputed=None,
        voided=(),
        changed=replace(about.changed, a=f"base {COMMIT[:10]}", params=(), metrics=()),
        others=(),
    )
    patches = (Patch(path="src/secret.py", text="@@ -1 +1 @@\n-a\n+b"),)
    logs = {"treatment/seed-0": "printed by src/secret.py"}
    one = made(about, patches=patches, logs=logs)
    inside, outside = text_of(one), text_of(one, OUTSIDE)
    for secret in (COMMIT[:7], "secret", "printed by", "Traceback", "ledger pull", "ada@example.org"):
        assert secret not in outside
    for told in (COMMIT[:7], "src/secret.py", "printed by", "Traceback", "ledger pull"):
        assert told in inside
    assert "for this evaluation set only" in outside
    assert "Problems were found when the record was checked." in outside


# --- whatever it holds


class Page(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "text",
    [
        "<script>window.pwned=1</script>",
        "\"'><img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "</title></pre></code></details>",
        "\u202ereversed \x1b[31m",
        *hostile.ATTACKS[:40:8],
    ],
)
def test_what_others_write_is_text(text: str) -> None:
    images = Images(
        shown={text: (Image(arm=text, trial=text, kind="png", data=PNG),)}, left_out={f"{text}.svg": Hidden.SVG}
    )
    patches = (Patch(path=text, text=f"@@ -1 +1 @@\n-{text}\n+{text}", cut=2),)
    page = text_of(made(review(text=text, many=2, problem=True), images=images, patches=patches, logs={text: text}))
    for tag, attributes in Page(page).found:
        assert tag not in ("iframe", "object", "embed", "form", "style", "base")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("href", "src"):
            assert "script:" not in (attributes.get(name) or "")
        if tag == "script":
            assert re.fullmatch(r"\.\./assets/[a-z-]+\.js", attributes["src"] or "")
        if tag == "img":
            assert re.fullmatch(r"\.\./images/[0-9a-f]{16}\.png", attributes["src"] or "")
    assert "\u202e" not in page and "\x1b" not in page


def test_a_page_stays_small_and_says_what_it_leaves_out() -> None:
    chance = random.Random(0)

    def noise(size: int) -> str:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=size))

    about = review(text=noise(80), many=3000, problem=True)
    found = about.experiment
    assert found is not None
    about = replace(
        about,
        experiment=replace(
            found, hypothesis=Hypothesis(plan=found.plan, body=noise(5_000_000)), notes=noise(5_000_000)
        ),
        failed=tuple(failed("focal-loss", noise(900), number) for number in range(1000)),
    )
    patches = tuple(Patch(path=f"src/{n}.py", text=noise(1000), cut=7) for n in range(40))
    logs = {f"treatment/seed-{n}": noise(4000) for n in range(100)}
    page = text_of(made(about, patches=patches, logs=logs))
    assert len(gzip.compress(page.encode(), 9)) < 150_000
    for said in ("more characters", "more, not shown", "more lines: git diff", "more logs: <code>ledger show"):
        assert said in page


def test_what_was_tried_is_drawn_as_far_as_a_page_has_room() -> None:
    few = of([{"p.a": 1, "p.b": 1}, {"p.a": 2, "p.b": 2}, {"p.a": 3, "p.b": 3}])
    text = text_of(made(review(), tried=few))
    assert "3 of 9 pairs tried (33.3%), in 3 trials." in read(text)
    assert text.count('class="combination missing"') == 2, "one shape, and the legend"
    assert "Never tried together: p.a=1, p.b=2" in read(text)
    rows = [{f"p.x{at}": n * at % 10 for at in range(12)} for n in range(1, 40)]
    many = text_of(made(review(), tried=of(rows)))
    assert "combination tried" not in many and "<table" in many[many.index('id="tried"') :]
    assert re.search(r"ledger coverage \S+ --limit \d+", many) and len(many) < len(text) + 30_000
    outside = text_of(made(review(), tried=of(rows)), OUTSIDE)
    assert "pairs tried" in outside and "ledger coverage" not in outside
