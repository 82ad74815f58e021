"""`hypothesis.md`: the plan as front matter, the hypothesis in prose below it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ledger.errors import FormatError, LedgerError, NewerError
from ledger.model import bounds, names, prediction_parser
from ledger.model.formats import confirms, data_changes, front_matter, searches, yaml12
from ledger.model.formats import replicates as axes
from ledger.model.formats import variants as arms
from ledger.model.frozen import frozen
from ledger.model.plan import Plan, Search, of_search
from ledger.model.prediction import Prediction
from ledger.model.replicates import REPEAT, Replicates
from ledger.model.search import TUNE

SCHEMA = 1


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


# the history of one plan is looked at by several questions, and a plan may be long
@lru_cache(maxsize=16)
def parse(text: str) -> Hypothesis:
    """The hypothesis that `text` holds. Raises FormatError, which names the key and says what is wrong."""
    if len(text) > bounds.MAX_PROSE:
        raise FormatError(f"it has {len(text):,} characters, of which at most {bounds.MAX_PROSE:,} are read")
    document, body = front_matter.read(text)
    return Hypothesis(plan=_plan(document), body=body)


def render(hypothesis: Hypothesis) -> str:
    """The text of the file; `parse` is the inverse."""
    return front_matter.joined(to_mapping(hypothesis.plan), hypothesis.body)


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
    if plan.confirms is not None:
        document["confirms"] = confirms.to_mapping(plan.confirms)
    if plan.predictions:
        document["predictions"] = [str(p) for p in plan.predictions]
    if plan.groups:
        document["groups"] = {path: data_changes.group_mapping(one) for path, one in plan.groups.items()}
    if plan.search is None:
        document["variants"] = {v.name: arms.to_mapping(v) for v in plan.variants}
        document["replicates"] = axes.to_mapping(plan.replicates)
    else:
        document["search"] = searches.to_mapping(plan.search)
        if plan.search.kind == TUNE:
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
    # imported late: it brings OpenSSL, and few plans are told apart
    import hashlib

    text = yaml12.dumps(to_mapping(plan))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plan(document: Mapping[str, Any]) -> Plan:
    schema = document.get("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise FormatError(f"`schema` is {schema!r}, not a number")
    if schema > SCHEMA:
        raise NewerError(f"schema {schema!r} is newer than this version of ledger reads ({SCHEMA})")
    given, seeds_from = _search(document), None
    if document.get("seeds_from") is not None:
        seeds_from = front_matter.text(document, "seeds_from")
    evaluation = front_matter.texts(document, "evaluation")
    if given is not None and given.kind != TUNE:
        variants, points = of_search(given, seeds_from, evaluation)
    else:
        variants = () if given is not None else arms.from_mapping(document.get("variants"))
        points = _replicates(document.get("replicates") or {})
    plan = Plan(
        title=front_matter.text(document, "title"),
        name=_checked(names.check_name, front_matter.text(document, "name"), "name"),
        author=front_matter.text(document, "author"),
        created=front_matter.moment(document, "created"),
        base=front_matter.commit(document, "base"),
        parent=front_matter.text(document, "parent") if document.get("parent") is not None else None,
        confirms=confirms.from_mapping(document.get("confirms")),
        predictions=tuple(
            _checked(_prediction, text, f"predictions[{number}]")
            for number, text in enumerate(front_matter.texts(document, "predictions"))
        ),
        groups=data_changes.read_groups(document.get("groups")),
        variants=variants,
        replicates=points,
        seeds_from=seeds_from,
        search=given,
        evaluation=evaluation,
        alpha=front_matter.number(document, "alpha", 0.05, low=0.0, high=0.5),
        looks=int(front_matter.number(document, "looks", 1, low=1, high=1_000_000)),
        failures=_failures(document.get("failures", "inconclusive")),
        deterministic=front_matter.texts(document, "deterministic"),
        exploratory=bool(document.get("exploratory", False)),
        tags=front_matter.texts(document, "tags"),
    )
    _check_samples(plan)
    return plan


def _check_samples(plan: Plan) -> None:
    sampled = {axis.name for axis in plan.replicates.axes if axis.keep is not None}
    for variant in plan.variants:
        twice = [path for path, change in variant.data.items() if path in sampled and change.keep is not None]
        if twice:
            key = f"variants.{variant.name}.data.{twice[0]}.keep"
            raise FormatError(f"`{key}`: every replicate draws a sample of {twice[0]} already")


@functools.lru_cache(1000)
def _prediction(text: str) -> Prediction:
    # a sweep predicts the same of each of its experiments
    return prediction_parser.parse(text)


def _search(document: Mapping[str, Any]) -> Search | None:
    if document.get("search") is None:
        return None
    given = searches.from_mapping(document["search"])
    tuned = given.kind == TUNE
    for key in ("variants", "predictions", *(() if tuned else ("replicates",))):
        if document.get(key):
            raise FormatError(f"`{key}` cannot stand beside `search`, from which the trials follow")
    if given.kind != TUNE and document.get("seeds_from") is None and given.axis != REPEAT:
        raise FormatError("`search` needs `seeds_from`, from which its seeds follow")
    return given


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
