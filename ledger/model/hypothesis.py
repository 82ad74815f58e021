"""`hypothesis.md`: the plan as front matter, the hypothesis in prose below it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from ledger.errors import FormatError, LedgerError, NewerError
from ledger.model import bounds, names, prediction_parser
from ledger.model.formats import front_matter, yaml12
from ledger.model.formats import replicates as axes
from ledger.model.frozen import frozen
from ledger.model.prediction import Prediction
from ledger.model.replicates import Replicates

SCHEMA = 1

TREATMENT = "treatment"
BASELINE = "baseline"

BASE = "base"
"""What an arm's `at` says for the commit that its plan was forked from."""


@frozen
class Variant:
    """One arm: parameter overrides on one code state, or an arm of another experiment in its role.

    `at`: code and parameters of the plan's base (`BASE`), or of the commit with this full id, instead of the branch's.
    `experiment`: the trials of that experiment's arm `arm` stand for this one, which has none of its own (`filling` in
    `repo/targets.py`: where that plan has no treatment, the default is its leading arm).
    """

    name: str
    at: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    experiment: str | None = None
    arm: str = TREATMENT

    @property
    def filled_by(self) -> str | None:
        """What commands call the arm that fills this one: `other`, or `other:hi` where it is not the treatment."""
        if self.experiment is None or self.arm == TREATMENT:
            return self.experiment
        return f"{self.experiment}:{self.arm}"


@frozen
class Plan:
    """What is fixed before the first trial. `base` is the full id of the commit that was forked from.

    `seeds_from`: what the seeds are derived from (`--seeds hashed:5`): see `ledger.model.seeds`.
    """

    title: str
    name: str
    author: str
    created: datetime
    base: str
    parent: str | None = None
    predictions: tuple[Prediction, ...] = ()
    variants: tuple[Variant, ...] = ()
    replicates: Replicates
    seeds_from: str | None = None
    evaluation: tuple[str, ...] = ()
    alpha: float = 0.05
    looks: int = 1
    failures: str | float = "inconclusive"
    deterministic: tuple[str, ...] = ()
    exploratory: bool = False
    tags: tuple[str, ...] = ()

    @property
    def predicted(self) -> tuple[str, ...]:
        """The arms that the predictions are about, in their order, without those that they compare with."""
        return tuple(dict.fromkeys(p.metric.variant or TREATMENT for p in self.predictions))

    @property
    def leading(self) -> str:
        """The arm that stands for the experiment where none is named: the treatment; in a plan without one the first
        that a prediction is about, else the first but the baseline.
        """
        names = [v.name for v in self.variants]
        if TREATMENT in names:
            return TREATMENT
        about = [name for name in self.predicted if name in names]
        return [*about, *(name for name in names if name != BASELINE), TREATMENT][0]

    @property
    def on_branch(self) -> Variant | None:
        """The arm whose results and parameters the branch shows: the leading one where it runs the branch as it is.

        None where it has parameters of its own and is not the treatment: on the branch they would be every arm's.
        """
        arm = self.variant(self.leading)
        if arm is None or (arm.name != TREATMENT and (arm.params or arm.at or arm.experiment)):
            return None
        return arm

    def variant(self, name: str) -> Variant | None:
        """The declared arm of that name."""
        return next((v for v in self.variants if v.name == name), None)

    def commit_of(self, variant: Variant) -> str | None:
        """The commit whose code and parameters an arm runs; None for the branch, whose tip moves."""
        return self.base if variant.at == BASE else variant.at


@frozen
class Hypothesis:
    """The whole file: the plan and the prose."""

    plan: Plan
    body: str


BODY = """\
## Hypothesis

{title}

## Why

<!-- What makes you expect this? What have you seen, read or tried before? -->

## Method

<!-- What changes, what stays as it is, and what would make you change your mind? -->
"""


def parse(text: str) -> Hypothesis:
    """The hypothesis that `text` holds. Raises FormatError, which names the key and says what is wrong."""
    front, body = front_matter.split(text)
    try:
        # the line of `---` goes first, so that the lines of an error are the file's
        document = yaml12.loads_untrusted(f"\n{front}")
    except yaml12.YamlError as error:
        raise FormatError(f"the front matter is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise FormatError("the front matter is not a mapping of keys to values")
    return Hypothesis(plan=_plan(document), body=body)


def render(hypothesis: Hypothesis) -> str:
    """The text of the file; `parse` is the inverse."""
    return f"---\n{yaml12.dumps(to_mapping(hypothesis.plan))}---\n{hypothesis.body}"


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys by which two front matters differ, in the order of the documents."""
    return [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key)]


def to_mapping(plan: Plan) -> dict[str, Any]:
    """The plan as it is written in the front matter, keys in the order of the documents."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "title": plan.title,
        "name": plan.name,
        "author": plan.author,
        "created": plan.created.isoformat(timespec="seconds"),
        "base": plan.base,
    }
    if plan.parent is not None:
        document["parent"] = plan.parent
    if plan.predictions:
        document["predictions"] = [str(p) for p in plan.predictions]
    document["variants"] = {v.name: _variant_mapping(v) for v in plan.variants}
    document["replicates"] = axes.to_mapping(plan.replicates)
    if plan.seeds_from is not None:
        document["seeds_from"] = plan.seeds_from
    if plan.evaluation:
        document["evaluation"] = list(plan.evaluation)
    document |= {"alpha": plan.alpha, "looks": plan.looks, "failures": plan.failures}
    if plan.deterministic:
        document["deterministic"] = list(plan.deterministic)
    document["exploratory"] = plan.exploratory
    document["tags"] = list(plan.tags)
    return document


def digest(plan: Plan) -> str:
    """Sixteen hexadecimal digits that are others for every other front matter; the prose does not count."""
    text = yaml12.dumps(to_mapping(plan))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _variant_mapping(variant: Variant) -> dict[str, Any]:
    known = {
        "at": variant.at,
        "params": dict(variant.params) or None,
        "experiment": variant.experiment,
        "variant": variant.arm if variant.arm != TREATMENT else None,
    }
    return {key: value for key, value in known.items() if value is not None}


def _plan(document: Mapping[str, Any]) -> Plan:
    schema = document.get("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise FormatError(f"`schema` is {schema!r}, not a number")
    if schema > SCHEMA:
        raise NewerError(f"schema {schema!r} is newer than this version of ledger reads ({SCHEMA})")
    return Plan(
        title=front_matter.text(document, "title"),
        name=_checked(names.check_name, front_matter.text(document, "name"), "name"),
        author=front_matter.text(document, "author"),
        created=front_matter.moment(document, "created"),
        base=front_matter.commit(document, "base"),
        parent=front_matter.text(document, "parent") if document.get("parent") is not None else None,
        predictions=tuple(
            _checked(_prediction, text, f"predictions[{number}]")
            for number, text in enumerate(front_matter.texts(document, "predictions"))
        ),
        variants=_variants(document.get("variants")),
        replicates=_replicates(document.get("replicates") or {}),
        seeds_from=front_matter.text(document, "seeds_from") if document.get("seeds_from") is not None else None,
        evaluation=front_matter.texts(document, "evaluation"),
        alpha=front_matter.number(document, "alpha", 0.05, low=0.0, high=0.5),
        looks=int(front_matter.number(document, "looks", 1, low=1, high=1_000_000)),
        failures=_failures(document.get("failures", "inconclusive")),
        deterministic=front_matter.texts(document, "deterministic"),
        exploratory=bool(document.get("exploratory", False)),
        tags=front_matter.texts(document, "tags"),
    )


@functools.lru_cache(1000)
def _prediction(text: str) -> Prediction:
    # a sweep predicts the same of each of its experiments
    return prediction_parser.parse(text)


def _variants(value: object) -> tuple[Variant, ...]:
    if value is None:
        return (Variant(name=TREATMENT),)
    if not isinstance(value, dict) or not value:
        raise FormatError("`variants` is not a mapping of names to arms")
    return tuple(_variant(str(name), arm or {}) for name, arm in value.items())


def _variant(name: str, arm: object) -> Variant:
    _checked(names.check_variant, name, f"variants.{name}")
    if not isinstance(arm, dict) or set(arm) - {"at", "params", "experiment", "variant"}:
        raise FormatError(f"`variants.{name}` may hold `at:`, `params:`, `experiment:` and its `variant:` only")
    at = arm.get("at")
    if at not in (None, BASE, "branch") and not bounds.is_full_id(at):
        raise FormatError(
            f"`variants.{name}.at` is {at!r}; it may be `base`, `branch` or the full id of a commit (git rev-parse)"
        )
    params = arm.get("params") or {}
    if not isinstance(params, dict):
        raise FormatError(f"`variants.{name}.params` is not a mapping of parameters to values")
    experiment = arm.get("experiment")
    if experiment is not None and (not isinstance(experiment, str) or params or at):
        raise FormatError(f"`variants.{name}.experiment` is another experiment's name, and stands alone")
    other = arm.get("variant")
    if other is not None and (experiment is None or not isinstance(other, str)):
        raise FormatError(f"`variants.{name}.variant` is an arm of the `experiment` that is named beside it")
    if other is not None:
        _checked(names.check_variant, other, f"variants.{name}.variant")
    return Variant(
        name=name,
        at=at if at != "branch" else None,
        params={str(key): value for key, value in params.items()},
        experiment=experiment,
        arm=other or TREATMENT,
    )


def _replicates(value: object) -> Replicates:
    if not isinstance(value, dict):
        raise FormatError("`replicates` is not a mapping of axes to values")
    try:
        return axes.from_mapping(value)
    except ValueError as error:
        raise FormatError(f"`replicates`: {error}") from None


def _failures(value: object) -> str | float:
    if value in ("inconclusive", "worst"):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise FormatError(f"`failures` is {value!r}; it may be `inconclusive`, `worst` or a number")


def _checked(check: Any, value: str, key: str) -> Any:
    try:
        return check(value)
    except LedgerError as error:
        raise FormatError(f"`{key}`: {error.message}") from None
