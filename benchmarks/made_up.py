"""What one made-up experiment says: its plan, parameters, records, results and verdict, as `ledger` itself writes them.

Everything follows from the experiment's number and one seed. The pipeline is real to git, DVC and `ledger verify`; the
numbers are drawn, not trained, so running it again gives others.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.analysis.arms import ArmValues
from ledger.analysis.judge import judge
from ledger.model import environment as environments
from ledger.model import prediction_parser, replicates
from ledger.model import trial as trials
from ledger.model.environment import Environment
from ledger.model.experiment import Experiment
from ledger.model.fingerprint import fingerprint as computed
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import Pinned
from ledger.model.hypothesis import Hypothesis
from ledger.model.pipeline import Pipeline
from ledger.model.plan import BASELINE, TREATMENT, Plan, Variant
from ledger.model.replicates import Axis, Point, Replicates
from ledger.model.settings import Settings
from ledger.model.trial import Failure, StageRun, Trial
from ledger.model.verdict import Verdict
from ledger.model.verdict_file import front_matter
from ledger.report import verdict as report
from ledger.report.remarks import worded

Params = dict[str, dict[str, Any]]

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(minutes=40)

AUTHORS = (
    "Ada Lovelace <ada@example.org>",
    "Grace Hopper <grace@example.org>",
    "Zoë Đặng <zoe@example.org>",
)

TRAIN = """\
import json, random, yaml

params = yaml.safe_load(open("params.yaml"))
random.seed(json.dumps(params))
json.dump({"accuracy": random.random()}, open("metrics.json", "w"))
open("model.pt", "w").write(str(random.random()))
"""

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [seed, model, train]
    outs: [model.pt]
    metrics:
      - metrics.json: {cache: false}
"""

# what trials write step by step, where they do, with the columns beside the steps
CURVES = {"curve.csv": ("accuracy", "loss"), "training.csv": ("grad_norm", "weight_norm", "learning_rate")}

# eight parameters that vary; `train.epochs` does not
CHOICES: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "model": {
        "layers": (2, 4, 8, 12),
        "width": (64, 128, 256, 512),
        "dropout": (0.0, 0.1, 0.2, 0.5),
        "activation": ("relu", "gelu", "silu"),
    },
    "train": {
        "lr": (0.0001, 0.0003, 0.001, 0.003, 0.01),
        "batch_size": (16, 32, 64, 128),
        "optimizer": ("sgd", "adam", "adamw"),
        "weight_decay": (0.0, 1e-05, 0.0001, 0.01),
    },
}

BODY = """\
## Hypothesis

{title}

## Why

Run {number} of the sweep over {topic}. Earlier runs went up with it, and fell where it was left alone; nobody has
looked at it together with the other {count} parameters.

## Method

One state of the parameters, {trials} seeds. An interval below the threshold would change my mind.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One experiment before it is in git: all of it that does not depend on commits. `parent` is its number."""

    number: int
    name: str
    topic: str
    author: str
    created: datetime
    params: Params
    metrics: tuple[dict[str, float], ...]
    environment: Environment
    parent: str | None
    against_parent: bool
    exploratory: bool
    failing: bool

    @property
    def trials(self) -> int:
        """How many trials it has."""
        return len(self.metrics)


def make(number: int, *, count: int, seed: int, parent: Made | None, kind: Mapping[str, bool]) -> Made:
    """The experiment of that number with `count` trials; a child has two parameters other than its parent's."""
    luck = random.Random(f"{seed}:{number}")
    topic = luck.choice([key for keys in CHOICES.values() for key in keys])
    params: Params = {group: {key: luck.choice(c) for key, c in keys.items()} for group, keys in CHOICES.items()}
    params["train"]["epochs"] = 30
    if parent is not None:
        drawn, params = params, {group: dict(values) for group, values in parent.params.items()}
        for group, key in (("model", luck.choice(list(CHOICES["model"]))), ("train", "lr")):
            params[group][key] = drawn[group][key]
    return Made(
        number=number,
        name=name_of(number, topic),
        topic=topic,
        author=luck.choice(AUTHORS),
        created=BEGIN + number * BETWEEN,
        params=params,
        metrics=tuple(_metrics(params, luck, with_latency=number % 2 == 0) for _ in range(count)),
        environment=ENVIRONMENTS[number * len(ENVIRONMENTS) // (number + 1000)],
        parent=None if parent is None else parent.name,
        against_parent=kind.get("against_parent", False) and parent is not None,
        exploratory=kind.get("exploratory", False),
        failing=kind.get("failing", False),
    )


def name_of(number: int, topic: str) -> str:
    """`dropout-00042`."""
    return f"{topic.replace('_', '-')}-{number:05d}"


def _metrics(params: Params, luck: random.Random, *, with_latency: bool) -> dict[str, float]:
    model, train = params["model"], params["train"]
    level = 0.88 + 0.004 * model["layers"] ** 0.5 - 0.02 * abs(model["dropout"] - 0.1) + 0.01 * (train["lr"] < 0.005)
    accuracy = level + luck.gauss(0, 0.006)
    found = {"accuracy": accuracy, "f1": accuracy - abs(luck.gauss(0.004, 0.002)), "loss": 1.3 * (1 - accuracy)}
    if with_latency:
        found["latency_ms"] = 0.9 * model["layers"] + model["width"] / 100 + luck.gauss(0, 0.3)
    return {name: round(value, 6) for name, value in found.items()}


def _environment(python: str, packages: Mapping[str, str]) -> Environment:
    return Environment(
        python=python,
        implementation="CPython",
        platform="Linux-6.1-x86_64-glibc2.36",
        cpu="AMD EPYC 7543 32-Core Processor",
        cores=16,
        memory_gb=128,
        gpus=("NVIDIA A100-SXM4-40GB",),
        gpu_driver="550.54.15",
        packages={f"package-{n:02d}": f"1.{n}.0" for n in range(60)} | dict(packages),
    )


ENVIRONMENTS = (
    _environment("3.11.7", {"torch": "2.3.1", "numpy": "1.26.4"}),
    _environment("3.12.4", {"torch": "2.5.1", "numpy": "2.1.3"}),
    _environment("3.12.4", {"torch": "2.6.0", "numpy": "2.2.1"}),
)


# --- the files


def plan_of(made: Made, base: str) -> Plan:
    """The plan, on the commit that the experiment is forked from."""
    threshold = round(sum(values["accuracy"] for values in made.metrics) / made.trials, 2)
    said = [f"accuracy >= {threshold + (-0.01, 0.0, 0.01)[made.number // 2 % 3]:.2f}"]
    if made.number % 4 == 0:
        said.append(f"latency_ms <= {3 + made.params['model']['layers']}")
    variants = [Variant(name=TREATMENT)]
    if made.against_parent:
        said = ["accuracy >= baseline + 0.005"]
        variants.insert(0, Variant(name=BASELINE, experiment=made.parent))
    group = "model" if made.topic in CHOICES["model"] else "train"
    return Plan(
        title=f"With {made.topic} at {made.params[group][made.topic]} the network is as good as it gets",
        name=made.name,
        author=made.author,
        created=made.created,
        base=base,
        parent=made.parent,
        predictions=() if made.exploratory else tuple(prediction_parser.parse(text) for text in said),
        variants=tuple(variants),
        replicates=Replicates(axes=(Axis(name="seed", values=tuple(range(made.trials))),)),
        exploratory=made.exploratory,
        tags=(made.topic.replace("_", "-"), ("pilot", "sweep", "paper")[made.number % 3]),
    )


def hypothesis_of(made: Made, plan: Plan) -> Hypothesis:
    """The hypothesis file with its prose."""
    count = sum(len(keys) for keys in CHOICES.values()) - 1
    body = BODY.format(title=plan.title, number=made.number, topic=made.topic, count=count, trials=made.trials)
    return Hypothesis(plan=plan, body=body)


def params_text(params: Params, seed: int) -> str:
    """`params.yaml`."""
    lines = [f"seed: {seed}"]
    for group, values in params.items():
        lines += [f"{group}:", *(f"  {key}: {yaml12.dumps(value).strip()}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def pipeline_text(steps: int) -> str:
    """`dvc.yaml`; with `steps`, of a pipeline that writes curves as long."""
    return PIPELINE + (
        "    plots:\n" + "".join(f"      - {name}: {{cache: false, x: step}}\n" for name in CURVES) if steps else ""
    )


def curve_texts(made: Made, seed: int, steps: int) -> dict[str, str]:
    """What a trial has written step by step: its accuracy and loss, and what one looks at when training fails."""
    luck = random.Random(f"{made.name}:{seed}:curve")
    found = {}
    for name, columns in CURVES.items() if steps else ():
        lines = [",".join(("step", *columns))]
        for step in range(steps):
            values = (0.9 - 0.5 * 0.93**step * (1 + place) + luck.gauss(0, 0.01) for place in range(len(columns)))
            lines.append(",".join([str(step), *(f"{value:.5f}" for value in values)]))
        found[name] = "\n".join(lines) + "\n"
    return found


def metrics_text(metrics: Mapping[str, float]) -> str:
    """`metrics.json`."""
    return json.dumps(metrics, indent=2) + "\n"


def trial_of(made: Made, seed: int, *, code: str, fingerprint: str) -> Trial:
    """The record of one trial; the first of an experiment that is `failing` failed."""
    started = made.created + timedelta(seconds=300 + 1500 * seed // made.trials)
    luck = random.Random(f"{made.name}:{seed}")
    seconds, memory = round(luck.uniform(60, 240), 3), round(luck.uniform(800, 2400), 1)
    failed = made.failing and seed == 0
    tail = 'Traceback (most recent call last):\n  File "train.py", line 4\nRuntimeError: the loss is nan\n'
    return Trial(
        experiment=made.name,
        variant=TREATMENT,
        point=(("seed", seed),),
        attempt=1,
        status=trials.FAILED if failed else trials.SUCCEEDED,
        fingerprint=fingerprint,
        code=code,
        started=started,
        seconds=seconds,
        params={"params.yaml": {"seed": seed, **made.params}},
        metrics={} if failed else made.metrics[seed],
        outs={} if failed else {"model.pt": model_of(made, seed)},
        stages={"train": StageRun(seconds=seconds, cached=False, peak_memory_mb=memory)},
        environment=environments.digest(made.environment),
        error=Failure(stage="train", exit_code=1, tail=tail.strip()) if failed else None,
    )


def model_of(made: Made, seed: int) -> Pinned:
    """A checkpoint that no cache holds."""
    return Pinned(md5=hashlib.md5(f"{made.name}:{seed}".encode()).hexdigest(), size=31_457_280)


def lock_text(made: Made, seed: int, steps: int = 0) -> str:
    """`dvc.lock`, as DVC lays it out."""
    written = {"metrics.json": metrics_text(made.metrics[seed]), **curve_texts(made, seed, steps)}
    texts = {path: text.encode() for path, text in sorted(written.items())}
    model = model_of(made, seed)
    params = params_text(made.params, seed).replace("\n", "\n        ").rstrip()
    return (
        "schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    deps:\n"
        + _locked("train.py", hashlib.md5(TRAIN.encode()).hexdigest(), len(TRAIN))
        + f"    params:\n      params.yaml:\n        {params}\n    outs:\n"
        + "".join(_locked(path, hashlib.md5(text).hexdigest(), len(text)) for path, text in texts.items())
        + _locked("model.pt", model.md5, model.size)
    )


def _locked(path: str, md5: str | None, size: int | None) -> str:
    return f"    - path: {path}\n      hash: md5\n      md5: {md5}\n      size: {size}\n"


def fingerprint_of(pipeline: Pipeline, params: Params) -> str:
    """The fingerprint of the treatment with these parameters."""
    code = TRAIN.encode()
    blob = hashlib.sha1(b"blob %d\0%s" % (len(code), code)).hexdigest()
    found = {"params.yaml": {"seed": 0, **params}}
    return computed(pipeline, sources={"train.py": blob}, parameters=found, axes={("params.yaml", "seed")})


def verdict_of(hypothesis: Hypothesis, records: Sequence[Trial]) -> tuple[Verdict, str]:
    """The verdict that the records give, and the text of `verdict.md`."""
    plan = hypothesis.plan
    points = plan.replicates.points()
    metrics: dict[str, dict[Point, float]] = {}
    for record in records:
        for name, value in record.metrics.items():
            metrics.setdefault(name, {})[record.point] = value
    arms = {TREATMENT: ArmValues(label=TREATMENT, declared=points, metrics=metrics, evaluation={})}
    verdict = replace(worded(judge(plan, arms)), fingerprints={TREATMENT: records[0].fingerprint})
    experiment = Experiment(
        name=plan.name,
        branch=None,
        tip=plan.base,
        hypothesis=hypothesis,
        trials=(),
        notes="",
        verdict=None,
        landed=False,
        problems=(),
    )
    said = f"What it shows holds for these seeds. Next: the same with {plan.tags[0]} changed once more."
    body = report.body(verdict, experiment, arms, Settings(), said)
    return verdict, f"---\n{yaml12.dumps(front_matter(verdict))}---\n{body}"


def label_of(trial: Trial) -> str:
    """`treatment seed=2, accuracy 0.6090`, as in the subjects of commits."""
    name = f"{trial.variant} {replicates.label(trial.point)}"
    if trial.error is not None:
        return f"{name}, {trial.status} in {trial.error.stage} (exit {trial.error.exit_code})"
    return f"{name}, accuracy {trial.metrics['accuracy']:.4f}"
