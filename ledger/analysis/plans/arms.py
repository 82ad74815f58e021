"""The arms of a new plan: the baseline, the treatment, the variants that are named, and those that builders make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.errors import LedgerError
from ledger.model import names
from ledger.model.parameters import Value, identical
from ledger.model.plan import BASE, BASELINE, TREATMENT, Variant
from ledger.model.prediction import Prediction


def arms(
    predictions: Sequence[Prediction],
    *,
    baseline: Variant | None,
    overrides: Mapping[str, Value],
    named: Sequence[Variant],
    built: Sequence[Variant],
    branch: Mapping[str, Value],
) -> tuple[Variant, ...]:
    """The arms in their order, each parameter under its one name.

    `baseline` is one that another experiment fills; without it a prediction that compares with the baseline brings one
    at the base. There is a treatment where `overrides` set it, a prediction is about it, or there is no other arm. Of
    the `built` ones that which has the parameters of the `branch`, with the overrides, is the treatment or else the
    baseline, unless a prediction names it. Raises LedgerError where two arms would have one name.
    """
    if baseline is None and any(p.reference == BASELINE for p in predictions):
        baseline = Variant(name=BASELINE, at=BASE)
    about = {p.metric.variant for p in predictions}
    begun = {**branch, **overrides}
    held = [v for v in built if v.name not in about and _holds(begun, v.params)]
    based = baseline is not None and baseline.at == BASE
    asked = bool(overrides) or None in about or not (named or built)
    own = [Variant(name=TREATMENT)] if asked or (held and not based) else []
    for variant in named:
        _check_name(variant.name)
    found = [*([] if baseline is None else [baseline]), *own, *named]
    taken = {variant.name for variant in found}
    added = [v for v in built if v not in held]
    twice = [v.name for v in added if v.name in taken]
    if twice:
        raise LedgerError(f"--variant and --vary both make an arm {twice[0]}", hint="give the variant another name")
    return (*found, *added)


def _check_name(name: str) -> None:
    names.check_variant(name)
    if name in (BASELINE, TREATMENT):
        raise LedgerError(
            f"the variant {name} is not declared with --variant",
            hint="-S sets the treatment's parameters",
        )


def _holds(own: Mapping[str, Value], params: Mapping[str, Value]) -> bool:
    return all(key in own and identical(own[key], value) for key, value in params.items())
