"""The first page: what was learned, what is open and what it would take, which models are in use."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import hostile
import pytest

from ledger.analysis.site.brief import Brief, children
from ledger.analysis.site.overview import best, trees
from ledger.analysis.site.replicates import replicates_to_tell
from ledger.model import gto
from ledger.model.finding import Answer, Finding
from ledger.model.models import Doubt, ModelTag, ModelVersion, Registered
from ledger.model.prediction_parser import parse
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.model.summary import Summary
from ledger.model.verdict import Judged
from ledger.report.remarks import sentence
from ledger.report.site import overview
from ledger.report.site.sentences import learned
from ledger.report.site.shell import Site
from ledger.stats.outlook import Question, needed

WHEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
SITE = Site(title="Lab")


def judged(text: str = "dice >= baseline + 0.01", outcome: str = "supported", **more: Any) -> Judged:
    """A prediction with its outcome."""
    usual = {"estimate": 0.021, "interval": (0.012, 0.03), "confidence": 0.9, "test": "paired t", "n": 5}
    return Judged(text=text, outcome=outcome, n_baseline=5, **{**usual, **more})


def brief(name: str = "focal-loss", *, day: int = 0, **more: Any) -> Brief:
    """An experiment in brief, concluded so many days later than others."""
    when = WHEN + timedelta(days=day)
    usual: dict[str, Any] = {
        "title": f"{name} improves Dice", "author": "Ada Lovelace <ada@example.org>", "tags": (), "status": "concluded",
        "outcome": None, "confirmatory": True, "exploratory": False, "found": None, "finding": None,
        "interpretation": "", "parent": None, "created": when,
        "concluded": when, "arm": "treatment", "predicted": ("dice",), "predictions": ("dice >= baseline + 0.01",),
        "judged": (), "better": {"dice": "higher"}, "leading": {}, "baseline": {}, "trials": 10, "failed": 0,
        "missing": 0, "problems": (),
    }  # fmt: skip
    return Brief(name=name, **{**usual, **more})


def page(*briefs: Brief, models: tuple[ModelVersion, ...] = (), unreadable: dict[str, str] | None = None) -> str:
    """The overview over these."""
    return overview.page(briefs, unreadable or {}, Settings(), SITE, models).content.decode()


def shown(text: str) -> str:
    """What a reader sees of it, in one line."""
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


# --- what was learned


def test_a_verdict_is_told_by_the_prediction_that_decided_it() -> None:
    held = judged("dice >= baseline")
    failed = judged("loss <= baseline + 0.01", "refuted", estimate=0.118, interval=(0.11, 0.126))
    said = learned(brief(outcome="refuted", judged=(held, failed)), Settings())
    assert said == (
        "loss is 0.1180 higher than the baseline's (90% interval +0.1100 to +0.1260, n = 5); "
        "at most 0.01 higher was predicted. 1 of 2 predictions held."
    )
    assert "predictions held" not in learned(brief(outcome="supported", judged=(held,)), Settings())


@pytest.mark.parametrize(("estimate", "said"), [(0.0, "the same as"), (-0.00001, "about the same as")])
def test_a_difference_that_rounds_to_none_is_none(estimate: float, said: str) -> None:
    one = judged("dice >= baseline", "inconclusive", estimate=estimate, interval=(-0.0053, 0.0053))
    assert learned(brief(outcome="inconclusive", judged=(one,)), Settings()).startswith(
        f"dice is {said} the baseline's (90%"
    )


def test_months_the_newest_first_with_how_many_of_each_kind() -> None:
    found = [brief("a", day=n, outcome="supported", judged=(judged(),)) for n in (0, 1)]
    late = brief("c", day=20, outcome="refuted", confirmatory=False, judged=(judged(outcome="refuted"),))
    text = page(*found, late)
    assert re.findall(r"<h3>(.*?)</h3>", text) == [
        "December 2026: 1 refuted (1 post hoc)",
        "November 2026: 2 supported",
    ]
    assert "Post hoc: what was predicted or measured was chosen after" in text
    assert "post hoc" not in page(*found).lower()


def test_it_stays_small_and_says_how_many_more_there_are() -> None:
    many = [brief(f"x{n}", day=-n, outcome="supported", judged=(judged(),)) for n in range(3000)]
    many += [brief(f"y{n}", day=-n, status="planned", trials=0) for n in range(3000)]
    text = page(*many)
    assert len(text) < 100_000
    assert "2,960 earlier verdicts in the table" in shown(text) and "2,980 more in the table" in shown(text)


def test_an_empty_ledger_says_how_to_begin() -> None:
    text = page()
    assert "ledger new" in text and "<section" not in text


def test_why_a_prediction_cannot_be_judged_is_said() -> None:
    why = Remark.of(Kind.ONE_TRIAL)
    one = judged("dice >= baseline", "inconclusive", estimate=None, interval=None, remarks=(why,))
    said = learned(brief(outcome="inconclusive", judged=(one,)), Settings())
    assert said == f"dice cannot be judged ({sentence(why)}); at least as high was predicted."
    # which files it is about is nothing for outsiders
    file = Remark(kind="", text="params.yaml differs", facts=(("path", "params.yaml"),))
    of_a_file = brief(outcome="inconclusive", judged=(replace(one, remarks=(file,)),))
    assert "params.yaml" not in learned(of_a_file, Settings())


def test_the_navigation_says_where_the_reader_is() -> None:
    text = page(brief(outcome="supported", judged=(judged(),)))
    assert re.findall(r'<a [^>]*aria-current="page"[^>]*>', text) == [
        '<a class="home" href="index.html" aria-current="page">'
    ]
    assert '<link rel="icon" type="image/png" href="assets/icon.png">' in text


def test_counts_link_to_exactly_these_experiments() -> None:
    text = page(brief(outcome="supported", judged=(judged(),)))
    assert 'href="table.html#outcome==supported"' in text


@pytest.mark.parametrize("title", hostile.ATTACKS)
def test_titles_are_text(title: str) -> None:
    one = brief(title=title, author=title, outcome="supported", judged=(judged(),))
    plain = page(brief(title="x", author="x", outcome="supported", judged=(judged(),)))
    tags = re.compile(r"<[a-z/][^>]*>")
    assert tags.findall(page(one)) == tags.findall(plain)


# --- what was learned beyond its numbers


def test_an_author_is_quoted_by_the_beginning_of_what_he_makes_of_it() -> None:
    said = "It does, *by more* than\n`0.01`, see [there](https://x.org).\n\n| a | b |\n|---|---|\n\nAnd so on."
    text = page(brief(outcome="supported", judged=(judged(),), interpretation=f"<!-- x -->\n\n{said}"))
    assert "<q>It does, by more than 0.01, see there.</q>" in text
    assert "<q>" not in page(brief(outcome="supported", judged=(judged(),), interpretation="<!-- y -->"))
    long = page(brief(outcome="supported", judged=(judged(),), interpretation="ever and " * 200))
    (quoted,) = re.findall(r"<q>(.*?)</q>", long)
    assert len(quoted) < 300 and quoted.endswith(" and…")


def test_a_search_says_what_it_has_found_and_one_without_an_answer_is_open() -> None:
    step = Finding(
        answer=Answer.STEP, version="at-3f2a9c1", posterior=0.98, credible=("at-3f2a9c1",), before=0.9, after=0.81,
        trainings=9, budget=60, confidence=0.95,
    )  # fmt: skip
    one = brief(found=step.stated, finding=step, confirmatory=None, predictions=())
    text = shown(page(one))
    assert "November 2026: 1 found by a search" in text
    assert "step at 3f2a9c1 dice fell from 0.9000 to 0.8100 with 3f2a9c1 (probability 98%)." in text
    assert "What is open" not in text and 'class="state found"' in page(one)
    unknown = replace(step, answer=Answer.OPEN, version=None, credible=(), before=None, after=None)
    text = shown(page(replace(one, finding=unknown, found="open")))
    assert "What was learned" not in text and "What is open" in text


def test_what_does_not_tell_is_open_until_it_is_put_away_and_stands_once() -> None:
    why: dict[str, Any] = {"outcome": "inconclusive", "judged": (judged(outcome="inconclusive"),)}
    text = page(brief(**why))
    assert text.count("focal-loss improves Dice") == 1 and 'id="learned"' not in text
    text = page(brief(**why, status="landed"))
    assert text.count("focal-loss improves Dice") == 1 and 'id="open"' not in text
    # a look round that predicted nothing has no question left
    text = page(brief(outcome="inconclusive", exploratory=True, confirmatory=False, predictions=()))
    assert 'id="open"' not in text and "Nothing was predicted, so nothing is supported or refuted." in text


def test_every_experiment_is_counted_once() -> None:
    refuted, late = brief("a", outcome="refuted"), brief("b", outcome="supported", confirmatory=False)
    many = [refuted, late, brief("c", status="planned"), brief("d", status="planned")]
    assert "4 experiments: 1 supported, 1 refuted, 2 planned (1 of the verdicts post hoc)" in shown(page(*many))


# --- what is open


def test_what_it_would_take_is_what_power_says() -> None:
    one = judged(outcome="inconclusive", estimate=0.02, interval=(-0.001, 0.041))
    # half of the interval is t(0.95, 4) = 2.132 standard errors of five pairs
    sd = 0.021 / 2.131847 * 5**0.5
    asked = needed(Question(margin=0.01, sd=sd, df=None, alpha=0.05, effect=0.02))
    assert asked is not None and replicates_to_tell(one, parse(one.text)) == asked == 32
    text = shown(page(brief(outcome="inconclusive", judged=(one,))))
    assert "The trials are inconclusive: dice is 0.020 higher" in text
    assert "If the true value is as measured, about 32 replicates instead of 5 would tell." in text


def test_a_difference_on_the_wrong_side_takes_as_many_to_refute() -> None:
    above, below = (
        judged(outcome="inconclusive", estimate=0.01 + d, interval=(0.01 + d - 0.02, 0.01 + d + 0.02))
        for d in (0.005, -0.005)
    )
    prediction = parse(above.text)
    assert replicates_to_tell(above, prediction) == replicates_to_tell(below, prediction)
    least = parse("dice <= baseline + 0.01")
    assert replicates_to_tell(above, least) == replicates_to_tell(above, prediction)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("dice >= baseline + 0.01", {"estimate": 0.01}),
        ("dice >= baseline + 0.01", {"interval": None}),
        ("dice >= baseline + 0.01", {"interval": (0.021, 0.021)}),
        ("dice >= baseline + 0.01", {"test": "corrected resampled t"}),
        ("dice >= baseline + 5%", {}),
        ("dice within 0.01 of baseline", {}),
    ],
)
def test_where_it_cannot_be_told_nothing_is_said(text: str, more: dict[str, Any]) -> None:
    assert replicates_to_tell(judged(text, "inconclusive", **more), parse(text)) is None


# --- what is best, and what followed from what


def test_the_best_is_set_by_means_that_are_better() -> None:
    def at(day: int, mean: float | None) -> Brief:
        summary = Summary(n=5, mean=mean, sd=0.01)
        return brief(f"x{day}", day=day, leading={"dice": summary})

    (found,) = best([at(3, 0.7), at(0, 0.6), at(1, 0.5), at(2, None), at(4, 0.7)], Settings(), 4)
    assert [(step.brief.name, step.value) for step in found.steps] == [("x0", 0.6), ("x3", 0.7)]
    assert found.experiments == 4
    text = page(at(0, 0.6))
    # one value has no course in time
    assert "0.6" in shown(text) and "<svg" not in text
    assert "<svg" in page(at(0, 0.6), at(1, 0.7))


def test_experiments_that_refine_each_other_in_a_circle_are_a_tree() -> None:
    a, b = brief("a", parent="b"), brief("b", day=1, parent="a")
    assert {name for tree in trees([a, b]) for name in tree.names} <= {"a", "b"}
    assert "</html>" in page(a, b)
    assert children([a, b]) == {"b": (a,), "a": (b,)}


# --- models


def version(
    name: str, *stages: str, experiment: str | None = "focal-loss", doubts: tuple[Doubt, ...] = ()
) -> ModelVersion:
    """A version of a model, `unet@v1.0.0`, with its stages."""
    parsed = gto.parse(name)
    assert parsed is not None
    tag = ModelTag(tag=name, oid="", name=parsed, commit="a", when=WHEN, by="Ada", message="")
    registered = Registered(
        model=parsed.model, version=parsed.version or "", tag=tag, active=True, deprecated=False,
        stages=dict.fromkeys(stages, tag),
    )  # fmt: skip
    return ModelVersion(registered=registered, experiment=experiment, state="supported", doubts=doubts)


def test_models_link_to_what_they_came_from() -> None:
    known = (
        version("unet@v1.0.0", "prod", doubts=(Doubt.VOIDED,)),
        version("other@v1.0.0", experiment=None),
        version("evil@v1.0.0", doubts=(Doubt.OTHER_METRICS,)),
    )
    text = page(brief(outcome="supported", judged=(judged(),)), models=known)
    section = text[text.index('id="models"') :]
    said = shown(section)
    assert "unet v1.0.0, prod: from focal-loss improves Dice supported" in said and "other v1.0.0 2026-11-20" in said
    assert "has been voided" in said
    # nothing that a tag claims against the record is linked
    assert section.count("experiments/focal-loss.html") == 1
    assert "evil v1.0.0evil v1.0.0: its tag claims different metrics" in said
    assert 'href="experiments/focal-loss.html"' in section
    assert 'id="models"' not in page(brief())
