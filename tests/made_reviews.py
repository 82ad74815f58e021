"""Reviews of experiments that never ran, of any size and with any text of other people's in every place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ledger.analysis.datasets.additions import Step
from ledger.analysis.diff import CodeChange, Diff, InputChange, ValueChange
from ledger.analysis.metric_changes import metric_change
from ledger.analysis.problems import Check, Kind, Problem
from ledger.analysis.review import (
    Against,
    ArmResults,
    CheckResult,
    CheckState,
    Failed,
    Host,
    Picture,
    Review,
    Unattributed,
    WebAddress,
)
from ledger.model import remarks
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.lockfile import Pinned
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Plan, Variant
from ledger.model.prediction_parser import parse
from ledger.model.remarks import Remark
from ledger.model.replicates import Axis, Point, Replicates
from ledger.model.settings import Settings
from ledger.model.trial import Failure, Trial
from ledger.model.verdict import Amendment, Judged, Verdict
from ledger.model.void import Void

WHEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
WEB = WebAddress(host=Host.GITHUB, url="https://github.com/lab/project")
COMMIT = "0123456789abcdef0123456789abcdef01234567"

Sides = dict[str, tuple[float, ...]]

DICE: Sides = {"baseline": (0.591, 0.588, 0.597, 0.584, 0.595), "treatment": (0.613, 0.615, 0.609, 0.61, 0.621)}
LATENCY: Sides = {"baseline": (12.1, 11.9, 12.4, 12.0, 12.2), "treatment": (12.4, 12.1, 12.2, 12.5, 12.3)}


def points(values: tuple[float, ...]) -> dict[Point, float]:
    """The values by seed."""
    return {(("seed", seed),): value for seed, value in enumerate(values)}


def by_seed(values: tuple[float, ...]) -> dict[str, float]:
    """The values by the name of their replicate."""
    return {f"seed-{seed}": value for seed, value in enumerate(values)}


def diff(
    name: str,
    arm: str = "treatment",
    *,
    metrics: dict[str, Sides] | None = None,
    text: str = "train.lr",
    many: int = 1,
) -> Diff:
    """A comparison with the baseline, with `many` differences of each kind, all named by the text."""
    found = {"dice": DICE, "latency_ms": LATENCY} if metrics is None else metrics
    names = [text if n == 0 else f"{text} {n}" for n in range(many)]
    confounded = (Remark.of(remarks.Kind.THINGS_DIFFER, things=("parameters", text)),)
    return Diff(
        a=f"{name}:baseline",
        b=name if arm == "treatment" else f"{name}:{arm}",
        params=tuple(ValueChange(name=n, a=text, b=0.3) for n in names),
        data=tuple(
            InputChange(
                path=n,
                a=Pinned(md5="a" * 32, size=1000, nfiles=3),
                b=Pinned(md5="b" * 32, size=2000, nfiles=9),
                files=Step(brought=(f"{n}/1.png", text), removed=(), changed=()),
            )
            for n in names
        ),
        code=tuple(CodeChange(path=n, change="changed", lines_added=3, lines_removed=1, patch="") for n in names),
        environment=tuple(ValueChange(name=n, a="1.0", b=text) for n in names),
        metrics=tuple(
            metric_change(metric, points(sides["baseline"]), points(sides.get(arm, sides["treatment"])))
            for metric, sides in found.items()
        ),
        warnings=confounded,
        confounded=confounded,
    )


def failed(name: str, text: str, number: int) -> Failed:
    """A trial that failed, with the text in all that it printed."""
    trial = Trial(
        experiment=name, variant="treatment", point=(("seed", number),), attempt=1, status="failed",
        fingerprint="f" * 32, code=COMMIT, started=WHEN, seconds=1.0,
        error=Failure(stage=text, exit_code=1, tail=f"Traceback {number}\n  {text}\n{text}\n"),
    )  # fmt: skip
    return Failed(record=Recorded(trial=trial, path=f"experiments/{name}/trials/x.yaml"), commit=COMMIT)


def review(
    name: str = "focal-loss",
    *,
    text: str = "Focal loss improves Dice on small lesions",
    metric: str = "dice",
    many: int = 1,
    arms: tuple[str, ...] = (),
    problem: bool = False,
) -> Review:
    """A review with everything in it, `many` of each thing, and the text wherever one can stand."""
    metrics: dict[str, Sides] = {metric: DICE, "latency_ms": LATENCY}
    metrics |= {f"{text} {n}": {"baseline": (1.0, 2.0, 4.0), "treatment": (2.0, 3.0, 3.0)} for n in range(many - 1)}
    predictions = ("dice >= baseline + 0.01", "latency_ms within 5% of baseline")
    variants = ("baseline", "treatment", *arms)
    plan = Plan(
        title=text, name=name, author=f"Ada {text} <ada@example.org>", created=WHEN, base=COMMIT,
        predictions=tuple(map(parse, predictions)), variants=tuple(Variant(name=arm) for arm in variants),
        replicates=Replicates(axes=(Axis(name="seed", values=(0, 1, 2, 3, 4)),)), tags=(text, "loss"),
    )  # fmt: skip
    judged = (
        Judged(text=predictions[0], outcome="supported", estimate=0.0226, interval=(0.0164, 0.0288), confidence=0.9,
               p_value=0.0031, test="paired t", n=5, n_baseline=5),
        Judged(text=predictions[1], outcome="inconclusive", n=5, n_baseline=5,
               remarks=(Remark(kind="", text=text),)),
    )  # fmt: skip
    verdict = Verdict(
        outcome="inconclusive", predictions=judged, warnings=(), amendments=(), looks=1, alpha=0.05,
        reasons=(Remark(kind="", text=text),) if problem else (),
    )  # fmt: skip
    experiment = Experiment(
        name=name, branch=f"refs/heads/exp/{name}", tip=COMMIT,
        hypothesis=Hypothesis(plan=plan, body=f"## Hypothesis\n\n{text}\n\n## Why\n\n" + f"{text} because.\n\n" * many),
        trials=(), notes=f"## Monday\n\n- {text}\n" * many, verdict=verdict, landed=False, problems=(),
    )  # fmt: skip
    trials = [failed(name, text, number) for number in range(many)]
    wrong = Problem(kind=Kind.SUBMODULE, experiment=name, trial=text, facts=(("path", text),))
    return Review(
        name=name,
        experiment=experiment,
        against=Against(name=text, commit=COMMIT),
        settings=Settings(),
        recomputed=verdict,
        agrees=True,
        changed=diff(name, metrics=metrics, text=text, many=many),
        others=tuple(diff(name, arm, metrics=metrics, text=text) for arm in arms),
        arms=tuple(
            ArmResults(
                name=arm,
                declared=5,
                succeeded=5,
                failed=0,
                values={m: by_seed(sides.get(arm, (1.0, 2.0))) for m, sides in metrics.items()},
            )
            for arm in variants
        ),
        checks=(
            CheckResult(
                name=Check.RECORDS,
                proves="every record is whole",
                state=CheckState.PROBLEM if problem else CheckState.PASSED,
                found=(wrong,) * many if problem else (),
            ),
            CheckResult(name=Check.DATA, proves="the caches hold every checkpoint", state=CheckState.NOT_ASKED),
        ),
        unattributed=(
            Unattributed(a=f"{name}:baseline", b=text, remarks=(Remark(kind="", text=f"both differ: {text}"),)),
        ),
        failed=tuple(trials),
        voided=tuple(
            Recorded(trial=one.record.trial, path="x", void=Void(by=text, when=WHEN, why=text)) for one in trials
        ),
        amendments=(
            Amendment(date="2026-11", changed=("tags",), after_results=True, before={"tags": text}, after={"tags": 1}),
        )
        * many,
        warnings=(Remark(kind="", text=f"on one set only: {text}"),),
        pictures=tuple(Picture(path=f"plots/{text} {n}.png", commit=COMMIT) for n in range(many)),
        reproduce=(f"ledger pull {name}", f"ledger reproduce {name}:treatment/seed-0"),
        web=WEB,
    )  # fmt: skip


def example() -> Review:
    """A review as one stands in a pull request; `docs/review.md` shows it."""
    whole = review()
    assert whole.experiment is not None and whole.recomputed is not None and whole.changed is not None
    plan = replace(whole.experiment.plan, author="Ada Lovelace <ada@example.org>", tags=())
    supported = replace(
        whole.recomputed.predictions[1], outcome="supported", estimate=0.18, interval=(-0.071, 0.431), confidence=0.9,
        p_value=0.0021, test="paired t", remarks=(),
    )  # fmt: skip
    verdict = replace(whole.recomputed, outcome="supported", predictions=(whole.recomputed.predictions[0], supported))
    body = "## Why\n\nSmall lesions are few pixels, so that cross-entropy hardly sees them."
    experiment = replace(whole.experiment, hypothesis=Hypothesis(plan=plan, body=body), notes="", verdict=verdict)
    changed = replace(
        whole.changed,
        params=(
            ValueChange(name="train.loss", a="cross-entropy", b="focal"),
            ValueChange(name="train.gamma", a=None, b=2.0),
        ),
        data=(),
        code=(CodeChange(path="src/loss.py", change="changed", lines_added=21, lines_removed=2, patch=""),),
        environment=(),
    )
    out_of_memory = failed("focal-loss", "train", 3)
    error = Failure(stage="train", exit_code=1, tail="RuntimeError: CUDA out of memory")
    lost = replace(
        out_of_memory, record=replace(out_of_memory.record, trial=replace(out_of_memory.record.trial, error=error))
    )
    return replace(
        whole,
        experiment=experiment,
        against=Against(name="main", commit=COMMIT),
        recomputed=verdict,
        changed=changed,
        unattributed=(
            Unattributed(
                a="focal-loss:baseline",
                b="focal-loss",
                remarks=(Remark.of(remarks.Kind.THINGS_DIFFER, things=("parameters", "code")),),
            ),
        ),
        failed=(lost,),
        voided=(),
        amendments=(),
        warnings=(Remark.of(remarks.Kind.ONE_EVALUATION_SET),),
        pictures=(Picture(path="plots/loss.png", commit=COMMIT),),
        reproduce=(
            "ledger pull focal-loss",
            "ledger trust focal-loss",
            "ledger reproduce focal-loss:treatment/seed-0",
            f"git switch --detach {COMMIT}",
            "dvc pull",
            "dvc repro --force",
        ),
    )
