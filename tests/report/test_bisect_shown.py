"""A bisection in sentences, as a table, as pictures and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import vl_convert

from ledger.analysis.bisection.answer import Bisection, ConfirmedStep, Fate, SearchedVersion
from ledger.analysis.bisection.ends import FixedEvaluation, MetricDifference
from ledger.analysis.bisection.nature import Effect, GroupChange, Judgement, Nature
from ledger.model.finding import Answer
from ledger.model.settings import Settings
from ledger.report import bisect, bisect_words, terminal
from ledger.report import json as as_json
from ledger.report.plots import picture, terminal_versions, versions
from ledger.report.plots.levels import levels
from ledger.report.text import width
from ledger.stats.contrast import paired
from ledger.stats.ratio import Ratio

SETTINGS = Settings()


def change(difference: float, *noise: float) -> MetricDifference:
    """A difference with the noise of its pairs; without any, a number alone."""
    if not noise:
        return MetricDifference(difference=difference)
    contrast = paired([difference + each for each in noise], [0.0] * len(noise))
    return MetricDifference(difference=contrast.estimate, contrast=contrast)


def version(number: int, *values: float, posterior: float | None = 0.001) -> SearchedVersion:
    state = Fate.TRIED if values else Fate.UNTRIED
    return SearchedVersion(
        name=f"{number:07x}", commit=f"{number:040x}", subject=f"week {number}", values=values, state=state,
        posterior=posterior if number else None,
    )  # fmt: skip


NOISE = (-0.01, 0.0, 0.01)
HISTORY = tuple(
    version(number, *values, posterior=0.97 if number == 12 else 0.001)
    for number, values in enumerate([(0.63, 0.64), *[()] * 10, (0.62,), (0.55, 0.54), *[()] * 12, (0.56,)])
)
STEP = Bisection(
    experiment="bisect-dice",
    metric="dice",
    sign=1,
    paths=("data/raw",),
    versions=HISTORY,
    answer=Answer.STEP,
    places=(12,),
    posterior=0.97,
    drift=0.02,
    none=0.01,
    gap=change(-0.08, *NOISE),
    step=change(-0.081, *NOISE),
    trainings=6,
    budget=60,
    confidence=0.95,
)
CONFIRMED = ConfirmedStep(
    before=11,
    after=12,
    change=change(-0.09, *NOISE),
    p_value=0.002,
    share=Ratio(estimate=0.88, interval=(0.7, 1.05)),
)


def shown(found: Bisection) -> str:
    return terminal.render(bisect.document(found, SETTINGS), total=80, colour=False)


def test_the_addition_is_named_with_how_much_and_how_sure() -> None:
    text = shown(STEP)
    first = 'dice fell by 0.081 (90% interval 0.064 to 0.098) with 000000c "week 12" (probability 97%)'
    assert text.splitlines()[0] == first
    assert "22 more, not tried and at most 5% each" in text
    assert all(width(line) <= 80 for line in text.splitlines()[1:])


def test_a_loss_rises() -> None:
    text = bisect_words.answer(replace(STEP, metric="loss", sign=-1, step=change(0.2, *NOISE)))
    assert text.startswith("loss rose by 0.200 (90% interval 0.183 to 0.217) with 000000c")


def test_versions_that_cannot_run_make_the_answer_a_set() -> None:
    failed = tuple(replace(each, state=Fate.FAILED) if at == 11 else each for at, each in enumerate(HISTORY))
    text = shown(replace(STEP, versions=failed, places=(11, 12)))
    assert "with one of 000000b or 000000c (probability 97%): no version between them can run" in text
    assert "! 000000b cannot run: a trial failed there (ledger run bisect-dice --again tries again)" in text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            replace(STEP, answer=Answer.DRIFT, places=(), drift=0.96),
            (
                "gradual: dice fell by 0.080 (90% interval 0.063 to 0.097) bit by bit or with several additions; "
                "no single addition explains it (probability 96%)"
            ),
        ),
        (
            replace(STEP, answer=Answer.NONE, places=(), gap=change(-0.001, -0.005, 0.0, 0.005)),
            "no change of dice is seen: a fall of more than 0.0095 is unlikely (under 5%)",
        ),
        (
            replace(STEP, answer=Answer.NONE, places=(), gap=change(0.05, *NOISE)),
            "no fall of dice is seen: the last version is better by 0.050 (90% interval 0.033 to 0.067)",
        ),
        (
            replace(STEP, answer=Answer.OPEN, places=(11, 12)),
            (
                "open: the budget of 60 trainings is spent; most likely 000000c (97%) or 000000b (0.1%); gradual 2%, "
                "no change 1%"
            ),
        ),
        (
            replace(STEP, answer=Answer.OPEN, places=tuple(range(1, 11)), posterior=0.01),
            (
                "open: the budget of 60 trainings is spent; it may be any of 10 versions (1% together), gradual 2%, "
                "no change 1%"
            ),
        ),
        (
            replace(STEP, answer=Answer.OPEN, places=(), posterior=None, versions=(
                replace(HISTORY[0], state=Fate.FAILED), *HISTORY[1:]
            )),
            "no answer: 0000000, an end of the search, cannot run",
        ),
        (
            replace(STEP, answer=None, places=(), posterior=None),
            "no answer yet: the ends have not both been tried yet",
        ),
    ],
)  # fmt: skip
def test_other_answers_say_no_more_than_they_know(found: Bisection, expected: str) -> None:
    assert bisect_words.answer(found) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Ratio(estimate=0.2, interval=(0.1, 0.3)), "most of the gap comes from the evaluation set: 20%"),
        (Ratio(estimate=0.9, interval=(0.7, 1.1)), "most of the gap remains on a fixed evaluation set: 90%"),
        (
            Ratio(estimate=0.6, interval=(0.3, 0.9)),
            "how much of the gap comes from the evaluation set is undecided: 60%",
        ),
        (
            Ratio(estimate=0.6, interval=None),
            "the drop is not distinguishable from zero, so a share of it has no bounds",
        ),
        (None, "the share cannot be estimated"),
    ],
)
def test_what_is_said_of_the_evaluation_set_follows_its_interval(share: Ratio | None, expected: str) -> None:
    found = FixedEvaluation(
        paths=("data/test",),
        at_bad=True,
        whole=change(-0.08, *NOISE),
        fixed=change(-0.016, *NOISE),
        other=None,
        share=share,
    )
    whole, fixed, said = bisect_words.evaluation(found, "dice")
    assert whole == "each end on its own data/test: dice fell by 0.080 (90% interval 0.063 to 0.097)"
    assert fixed == "both on the one at BAD: dice fell by 0.016 (90% interval -0.001 to 0.033)"
    assert said.startswith(expected)


def test_what_is_confirmed_is_said_with_the_share_that_it_explains() -> None:
    text = shown(replace(STEP, confirmation=CONFIRMED))
    moved = "dice fell by 0.090 (90% interval 0.073 to 0.107) from 000000b to 000000c"
    assert f"  confirmed on 3 fresh seeds: {moved} (p = 0.002)" in text
    assert "  without it the newest version regains 88% (90% interval 70% to 105%) of the drop" in text


def test_what_is_not_confirmed_is_not_called_so() -> None:
    lines = bisect_words.confirmation(
        replace(CONFIRMED, p_value=0.2, share=Ratio(estimate=0.3, interval=None)), "dice", HISTORY
    )
    assert lines[0].startswith("not confirmed on 3 fresh seeds")
    assert lines[1].endswith("a share of it has no bounds")


def test_what_several_may_have_done_is_to_be_searched_by_halves() -> None:
    said = bisect_words.note(replace(STEP, answer=Answer.DRIFT, places=()))
    assert said[0].endswith("ledger bisect dice 0000000 000000b and ledger bisect dice 000000b 0000019")


def test_a_share_below_one_leaves_other_causes() -> None:
    half = replace(CONFIRMED, share=Ratio(estimate=0.5, interval=(0.3, 0.7)))
    assert bisect_words.confirmation(half, "dice", HISTORY)[1].endswith("of the drop; the rest has other causes")


def test_what_was_corrected_since_is_no_cause_of_what_is_bad_now() -> None:
    (said,) = bisect_words.note(replace(STEP, overtaken=20))
    assert '0000014 "week 20" changed or removed all that it brought' in said
    assert "(ledger bisect dice 0000014 0000019 continues from there)" in said


def group(name: str, effect: Effect, *, own: bool = False) -> GroupChange:
    return GroupChange(group=name, own=own, change=change(-0.05, *NOISE), adjusted=0.01, effect=effect)


@pytest.mark.parametrize(
    ("nature", "groups", "expected"),
    [
        (
            Nature.BAD,
            [("c", Effect.HARMED, True), ("a", Effect.HARMED, False)],
            "bad: it harms dice in its own group c",
        ),
        (
            Nature.DIFFERENT,
            [("c", Effect.HELPED, True), ("a", Effect.HARMED, False)],
            "different rather than bad: it helps its own group c, and harms a",
        ),
        (Nature.UNDECIDED, [("a", Effect.HARMED, False)], "the evaluation group of the addition is unknown"),
        (
            Nature.UNDECIDED,
            [("c", Effect.HARMED, True), ("a", Effect.UNCLEAR, False)],
            "no other group is harmed beyond the noise",
        ),
        (Nature.UNDECIDED, [("c", Effect.HARMED, True), ("a", Effect.HELPED, False)], "it helps a"),
        (
            Nature.UNDECIDED,
            [("c", Effect.UNCLEAR, True), ("a", Effect.HARMED, False)],
            "its effect on its own group c is not distinguishable from zero",
        ),
    ],
)
def test_bad_or_only_different(nature: Nature, groups: list[tuple[str, Effect, bool]], expected: str) -> None:
    found = Judgement(nature=nature, groups=tuple(group(name, effect, own=own) for name, effect, own in groups))
    assert expected in bisect_words.judgement(found, "dice")
    table = shown(replace(STEP, judgement=found))
    assert "-0.050 (90% interval -0.067 to -0.033)" in table


def test_the_shape_of_json() -> None:
    data = json.loads(as_json.render(bisect.document(replace(STEP, confirmation=CONFIRMED), SETTINGS).data))
    assert data["answer"]["kind"] == "step"
    assert (data["answer"]["version"], data["answer"]["credible"]) == ("000000c", ["000000c"])
    assert data["versions"][12]["mean"] == pytest.approx(0.545)
    assert data["confirmation"]["share"] == {"estimate": 0.88, "interval": [0.7, 1.05]}
    assert (data["path"], data["evaluation"], data["trainings"], data["budget"]) == ("data/raw", None, 6, 60)


def test_the_lines_of_the_picture() -> None:
    (line,) = levels(STEP)
    assert [x for x, _ in line] == [-0.4, 11.5, 11.5, 25.4]
    assert [y for _, y in line] == pytest.approx([0.63, 0.63, 0.55, 0.55])
    assert len(levels(replace(STEP, places=(11, 12)))) == 2
    ((start, end),) = levels(replace(STEP, answer=Answer.DRIFT, places=()))
    assert start[1] > end[1]
    assert levels(replace(STEP, answer=Answer.OPEN, places=())) == []


def test_the_picture_holds_every_trial_and_the_posterior() -> None:
    fresh = tuple(replace(each, fresh=(0.6, 0.61)) if at == 11 else each for at, each in enumerate(HISTORY))
    found = replace(STEP, versions=(*fresh[:-2], replace(fresh[-2], state=Fate.FAILED), fresh[-1]))
    svg = picture.draw(versions.chart(found, SETTINGS, "dice"), "svg", "dice").decode()
    spec = json.loads(picture.draw(versions.chart(found, SETTINGS, "dice"), "json", "dice"))
    tables = list(spec["datasets"].values())
    dots = next(table for table in tables if "kind" in table[0])
    assert sorted(row["y"] for row in dots if row["kind"] == "fresh") == [0.6, 0.61]
    assert len([row for row in dots if row["kind"] == "search"]) == 6
    assert next(table for table in tables if "p" in table[0])[11]["p"] == 0.97
    assert "cross: the version cannot run" in svg and "diamond" in svg
    assert "000000c" in svg
    assert vl_convert.svg_to_png(svg)


@pytest.mark.parametrize("total", [40, 80, 160])
def test_the_picture_fits_the_terminal(total: int) -> None:
    text = terminal_versions.versions(STEP, SETTINGS, "dice over data/raw", total=total, colour=False)
    assert all(width(line) <= total for line in text.splitlines())
    assert "000000c" in text
    assert "█" in text and "•" in text


def test_without_any_trial_there_is_an_empty_picture() -> None:
    none = replace(STEP, answer=None, places=(), versions=tuple(replace(each, values=()) for each in HISTORY))
    assert "versions of data/raw, oldest first" in terminal_versions.versions(
        none, SETTINGS, "dice", total=80, colour=False
    )
    assert picture.draw(versions.chart(none, SETTINGS, "dice"), "svg", "dice")
