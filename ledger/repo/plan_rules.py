"""What a plan may ask for; `new`, `amend` and `run` refuse the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ledger.analysis import traps
from ledger.errors import LedgerError
from ledger.model import kinds
from ledger.model.formats import paramfiles
from ledger.model.near_misses import did_you_mean
from ledger.model.parameters import flatten
from ledger.model.pipeline import inside
from ledger.model.plan import BASE, BASELINE, TREATMENT, Variant
from ledger.model.prediction import Metric, Prediction
from ledger.model.replicates import Axis, Replicates
from ledger.model.typed_values import format_value
from ledger.repo import unseen
from ledger.repo.code import Code, ParameterKey
from ledger.repo.ledger import Ledger


def check_evaluations(code: Code, paths: Iterable[str]) -> tuple[str, ...]:
    """The paths on which both sides must be evaluated alike, each once. Raises LedgerError as for each of them."""
    return tuple(dict.fromkeys(_check_evaluation(code, path) for path in paths))


def _check_evaluation(code: Code, path: str) -> str:
    """A path on which both sides must be evaluated alike. Raises LedgerError where nothing pins its content."""
    known = [*(o.path for o in code.pipeline.outputs()), *code.data, *code.pipeline.sources(), *code.files]
    plain = path.rstrip("/")
    if plain not in known and not any(inside(file, plain) for file in code.files):
        raise LedgerError(
            f"the evaluation {path} is neither an output, nor data, nor a file of the pipeline",
            hint=did_you_mean(plain, known, "name what the last stage evaluates on"),
        )
    return plain


def check_alpha(alpha: float) -> float:
    """The alpha itself. Raises LedgerError where it is none to decide by."""
    if not 0 < alpha < 0.5:
        raise LedgerError(f"an alpha of {alpha:g} is not between 0 and 0.5", hint="0.05 is usual")
    return alpha


def check_parameters(ledger: Ledger, code: Code, points: Replicates, variants: Sequence[Variant]) -> None:
    """Raise LedgerError where an axis or a variant sets a parameter that no stage reads, or both set the same.

    Variants run `code`, but for those at a commit.
    """
    for variant in variants:
        with _own_code(ledger, code, variant) as own:
            _check_parameters(ledger, own, points, variant.params)


def _check_parameters(ledger: Ledger, code: Code, points: Replicates, params: Mapping[str, Any]) -> None:
    unseen.refuse_dates(code)
    axes = axes_of(code, points)
    for key, value in params.items():
        if code.locate(key) in axes:
            raise LedgerError(
                f"{key} is an axis of the replicates, so no variant can set it", hint="choose one of the two"
            )
        if traps.holds_a_date(value):
            raise unseen.no_date(key)
        ledger.code.require_tracked(code, key, value)
    for axis in points.axes:
        if any(map(traps.holds_a_date, axis.values)):
            raise unseen.no_date(axis.name)
        if axis.is_parameter:
            ledger.code.require_tracked(code, axis.name, axis.values[-1])


def check_kinds(ledger: Ledger, code: Code, axes: Sequence[Axis], variants: Sequence[Variant]) -> None:
    """Raise LedgerError where an axis or a variant makes of a parameter another kind of value than it has."""
    varied = [(axis.name, value) for axis in axes if axis.is_parameter for value in axis.values]
    # the axes are checked on the branch's code, also where no variant is new
    for variant in (Variant(name=TREATMENT), *variants):
        with _own_code(ledger, code, variant) as own:
            present = {name: value for name, (_, value) in own.names.items()}
            for name, value in [*variant.params.items(), *varied]:
                _refuse_two_readings(own, name)
                kinds.refuse_another(present, own.plain(name), value)


@contextmanager
def _own_code(ledger: Ledger, code: Code, variant: Variant) -> Iterator[Code]:
    """The code that a variant runs; what is wrong on another commit than that of `code` names the variant."""
    if variant.at in (None, BASE):
        yield code
        return
    commit = str(variant.at)
    try:
        yield ledger.code.at(commit)
    except LedgerError as error:
        raise LedgerError(f"the variant {variant.name}, at {commit[:10]}: {error.message}", hint=error.hint) from None


def _refuse_two_readings(code: Code, name: str) -> None:
    """Raise LedgerError where DVC reads a parameter otherwise than programs may: what is set would be of DVC's kind."""
    file, key = code.locate(name)
    other = paramfiles.other_reading(file, code.texts[file], key)
    if other is not None:
        ours = flatten(paramfiles.parse(file, code.texts[file]))[key]
        raise LedgerError(
            f"{name} in {file} is {format_value(other)} to programs that read YAML 1.1, as PyYAML does, and "
            f"{format_value(ours)} to DVC, which reads YAML 1.2",
            hint=f"write {format_value(other)} there, or a text in quotes, and commit it; --retype sets it regardless",
        )


def axes_of(code: Code, points: Replicates) -> dict[ParameterKey, str]:
    """The axes by the file and key of their parameter. Raises LedgerError where two mean the same one."""
    found: dict[ParameterKey, str] = {}
    for name in points.parameters:
        at = code.locate(name)
        if at in found:
            raise LedgerError(f"the axes {found[at]} and {name} are the same parameter", hint="leave one of them out")
        found[at] = name
    return found


def check_predictions(
    ledger: Ledger, predictions: Sequence[Prediction], variants: Sequence[Variant], name: str
) -> None:
    """Raise LedgerError where a prediction is about a variant or an experiment that there is not, or about itself."""
    declared = [v.name for v in variants]
    for variant in variants:
        if variant.experiment is not None and variant.experiment == name:
            raise LedgerError(f"the variant {variant.name} is filled by its own experiment", hint="name another one")
        if variant.filled_by is not None:
            ledger.target(variant.filled_by)
    for p in predictions:
        if p.metric.variant is not None and p.metric.variant not in declared:
            raise LedgerError(
                f"the prediction {p} is about the variant {p.metric.variant}, which is not declared",
                hint=f"known: {', '.join(declared)}; another: --variant {p.metric.variant}:parameter=value",
            )
        if p.metric.variant is None and TREATMENT not in declared:
            own = [v.name for v in variants if v.name != BASELINE]
            raise LedgerError(
                f"the prediction {p} is about the treatment, which the plan does not declare",
                hint=f"name the arm: {p.metric.name}[{own[0]}]; known: {', '.join(own)}" if own else None,
            )
        if p.of_variant and p.reference not in declared:
            raise LedgerError(
                f"the prediction {p} compares with the variant {p.reference}, which is not declared",
                hint=f"known: {', '.join(declared)}; another: --variant {p.reference}:parameter=value",
            )
        if p.of_variant:
            continue
        if p.reference != BASELINE and p.reference in declared:
            raise LedgerError(
                f"the prediction {p} compares with {p.reference}, which is a variant of this plan, not an experiment",
                hint=f"write {Metric(name=p.metric.name)}[{p.reference}] instead",
            )
        if p.reference == name:
            raise LedgerError(f"the prediction {p} compares the experiment with itself", hint="compare with baseline")
        if p.reference not in (None, BASELINE) and ledger.find(p.reference or "") is None:
            raise LedgerError(
                f"the prediction {p} compares with {p.reference}, which is not an experiment here",
                hint=did_you_mean(p.reference or "", list(ledger.snapshot.sources), "compare with baseline"),
            )
