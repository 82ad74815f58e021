"""Making a plan from what `ledger new` was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from datetime import datetime
from typing import Any, TypeVar

from ledger.analysis import traps
from ledger.analysis.designs import planned
from ledger.analysis.outlook import RECENT, outlook
from ledger.errors import FormatError, LedgerError
from ledger.model import kinds, names, prediction_parser, replicates, seeds
from ledger.model.experiment import Experiment
from ledger.model.formats import metrics, paramfiles
from ledger.model.frozen import frozen
from ledger.model.grid import grid
from ledger.model.hypothesis import BASE, BASELINE, TREATMENT, Plan, Variant
from ledger.model.listing import listed
from ledger.model.parameters import flatten, format_value, identical, near_misses
from ledger.model.pipeline import inside
from ledger.model.prediction import Prediction
from ledger.model.replicates import Axis, Replicates
from ledger.repo import unseen
from ledger.repo.axes import Asked, Seeds, declared, seed_parameter
from ledger.repo.code import Code, ParameterKey
from ledger.repo.ledger import Ledger
from ledger.repo.targets import filler
from ledger.report.power import note

T = TypeVar("T")


@frozen
class Request:
    """What `ledger new` was asked for. `start`: a revision or an experiment; `overrides` are written on the branch.

    `places` are the revisions at which variants run, by their names. `retype`: a parameter may become another kind of
    value.
    """

    title: str
    name: str | None = None
    predictions: Sequence[str] = ()
    baseline: str | None = None
    start: str | None = None
    overrides: Mapping[str, Any] | None = None
    variants: Mapping[str, Mapping[str, Any]] | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    vary: Mapping[str, tuple[Any, ...]] | None = None
    seeds: Seeds | None = None
    axes: Asked = field(default_factory=Asked)
    repeats: int | None = None
    evaluation: Sequence[str] = ()
    alpha: float | None = None
    looks: int | None = None
    tags: Sequence[str] = ()
    switch: bool = True
    retype: bool = False


@frozen
class Origin:
    """What identifies an experiment: its title and name, whose it is, and where and when it was forked."""

    title: str
    name: str
    author: str
    base: str
    parent: str | None
    created: datetime


def with_plain_names(ledger: Ledger, request: Request, code: Code) -> Request:
    """The request with every parameter under its one name, and every place by the full id of its commit.

    Raises LedgerError where a parameter is set twice, or is none, and where a place is no commit with a pipeline.
    """
    places = {name: _commit(ledger, name, revision) for name, revision in request.places.items()}

    def plain(option: str, given: Mapping[str, T] | None, code: Code = code) -> dict[str, T]:
        found: dict[str, T] = {}
        for name, value in (given or {}).items():
            known = code.plain(name)
            if known in found:
                raise LedgerError(f"{option} is given twice for {known}", hint="leave one of them out")
            found[known] = value
        return found

    return replace(
        request,
        overrides=plain("-S", request.overrides),
        variants={
            name: plain(f"--variant {name}", params, ledger.code.at(places[name]) if name in places else code)
            for name, params in (request.variants or {}).items()
        },
        places=places,
        vary=plain("--vary", request.vary),
        axes=request.axes.plain(code),
    )


def _commit(ledger: Ledger, variant: str, revision: str) -> str:
    """The full id of the commit at which a variant is to run."""
    found = ledger.git.commit(revision)
    if found is None:
        raise LedgerError(
            f"--variant {variant}: {revision} is no commit here", hint="git log --all, git tag; or git fetch brings it"
        )
    if not ledger.code.has_pipeline(found):
        raise LedgerError(f"--variant {variant}: there is no dvc.yaml at {revision}", hint="name a commit that has one")
    return found


def make_plan(ledger: Ledger, request: Request, code: Code, origin: Origin) -> Plan:
    """The plan that was asked for, with parameters under their plain names.

    Raises LedgerError for what no stage would notice, or cannot be compared.
    """
    predictions = tuple(prediction_parser.parse(text) for text in request.predictions)
    variants = _variants(ledger, request, code, predictions)
    check_predictions(ledger, predictions, variants, origin.name)
    source = seeds.source(origin.base, origin.title, [str(p) for p in predictions])
    points = declared(ledger, code, seeds=request.seeds, source=source, axes=request.axes, repeats=request.repeats)
    arms = [Variant(name=TREATMENT, params=request.overrides or {}), *variants]
    check_parameters(ledger, code, points, arms)
    if not request.retype:
        check_kinds(ledger, code, points.axes, arms)
    return Plan(
        title=origin.title,
        name=origin.name,
        author=origin.author,
        created=origin.created.replace(microsecond=0),
        base=origin.base,
        parent=origin.parent,
        predictions=predictions,
        variants=variants,
        replicates=points,
        seeds_from=source if request.seeds is not None and request.seeds.hashed else None,
        evaluation=tuple(dict.fromkeys(check_evaluation(code, path) for path in request.evaluation)),
        alpha=0.05 if request.alpha is None else check_alpha(request.alpha),
        looks=request.looks or 1,
        exploratory=not predictions,
        tags=tuple(dict.fromkeys(names.check_tag(tag) for tag in request.tags)),
    )


def check_evaluation(code: Code, path: str) -> str:
    """A path on which both sides must be evaluated alike. Raises LedgerError where nothing pins its content."""
    known = [*(o.path for o in code.pipeline.outputs()), *code.data, *code.pipeline.sources(), *code.files]
    plain = path.rstrip("/")
    if plain not in known and not any(inside(file, plain) for file in code.files):
        near = near_misses(plain, known)
        raise LedgerError(
            f"the evaluation {path} is no output, no data and no file of the pipeline",
            hint=f"did you mean {' or '.join(near)}?" if near else "name what the last stage evaluates on",
        )
    return plain


def check_alpha(alpha: float) -> float:
    """The alpha itself. Raises LedgerError where it is none to decide by."""
    if not 0 < alpha < 0.5:
        raise LedgerError(f"an alpha of {alpha:g} is not between 0 and 0.5", hint="0.05 is usual")
    return alpha


def _variants(ledger: Ledger, request: Request, code: Code, predictions: Sequence[Prediction]) -> tuple[Variant, ...]:
    variants = []
    if request.baseline is not None:
        variants.append(_filled(ledger, request.baseline))
    elif any(p.reference == BASELINE for p in predictions):
        variants.append(Variant(name=BASELINE, at=BASE))
    combinations = grid(request.vary) if request.vary else {}
    based = any(v.at == BASE for v in variants)
    about = {p.metric.variant for p in predictions}
    held = {name for name, params in combinations.items() if name not in about and _holds(code, request, params)}
    if _has_treatment(request, predictions) or (held and not based):
        variants.append(Variant(name=TREATMENT))
    for name, params in (request.variants or {}).items():
        names.check_variant(name)
        if name in (BASELINE, TREATMENT):
            raise LedgerError(
                f"the variant {name} is not declared with --variant",
                hint="-S sets the treatment's parameters",
            )
        variants.append(Variant(name=name, at=request.places.get(name), params=params))
    for name, params in combinations.items():
        # what the branch has already is the treatment, or else the baseline
        if name in held:
            continue
        if any(variant.name == name for variant in variants):
            raise LedgerError(f"--variant and --vary both make an arm {name}", hint="give the variant another name")
        variants.append(Variant(name=name, params=params))
    return tuple(variants)


def _filled(ledger: Ledger, text: str) -> Variant:
    """The baseline that another experiment's arm fills: the one that has the trials, where that is filled itself."""
    target = ledger.target(text)
    if target.experiment is None:
        raise LedgerError(f"--baseline {text} is a git revision, not an experiment", hint=f"fork there: --from {text}")
    if target.trial is not None:
        arm = text.rpartition("/")[0]
        raise LedgerError(f"--baseline {text} is one trial, and a baseline is an arm", hint=f"--baseline {arm}")
    named = Variant(name=BASELINE, experiment=target.experiment.name, arm=target.variant)
    end = filler(ledger, named, f"--baseline {text}")
    assert end.experiment is not None
    return replace(named, experiment=end.experiment.name, arm=end.variant)


def _has_treatment(request: Request, predictions: Sequence[Prediction]) -> bool:
    """Whether something tells a treatment from what it is forked from or asks for it, or there is no other arm."""
    asked = request.overrides or any(p.metric.variant is None for p in predictions)
    return bool(asked) or not (request.variants or request.vary)


def _holds(code: Code, request: Request, params: Mapping[str, Any]) -> bool:
    """Whether the branch has these parameters as it begins."""
    own = {**{name: value for name, (_, value) in code.names.items()}, **(request.overrides or {})}
    return all(key in own and identical(own[key], value) for key, value in params.items())


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
                hint=f"declare it with --variant {p.metric.variant}:parameter=value; there is {', '.join(declared)}",
            )
        if p.metric.variant is None and TREATMENT not in declared:
            own = [v.name for v in variants if v.name != BASELINE]
            raise LedgerError(
                f"the prediction {p} is about the treatment, which the plan does not declare",
                hint=f"name the arm: {p.metric.name}[{own[0]}]; there is {', '.join(own)}" if own else None,
            )
        if p.reference == name:
            raise LedgerError(f"the prediction {p} compares the experiment with itself", hint="compare with baseline")
        if p.reference not in (None, BASELINE) and ledger.find(p.reference or "") is None:
            near = near_misses(p.reference or "", list(ledger.snapshot.sources))
            raise LedgerError(
                f"the prediction {p} compares with {p.reference}, which is no experiment here",
                hint=f"did you mean {' or '.join(near)}?" if near else "compare with baseline",
            )


def _repeated_seeds(ledger: Ledger, plan: Plan) -> list[str]:
    """That repeats of a pipeline with a seed all have the same one."""
    if not any(axis.name == replicates.REPEAT for axis in plan.replicates.axes):
        return []
    try:
        seed = seed_parameter(ledger, ledger.code.at(plan.base))
    except LedgerError:
        return []
    return [f"the pipeline has a seed, {seed}, which is the same in every repeat: --seeds varies it"]


def _unknown_metrics(ledger: Ledger, plan: Plan, recent: Sequence[Experiment]) -> list[str]:
    """Metrics that are predicted and that nobody has seen: in the base's metrics files, or where git does not hold
    these in the trials of the experiments that began last.
    """
    if plan.predictions and not ledger.code.at(plan.base).pipeline.metric_files():
        return ["dvc.yaml names no metrics file, so nothing that is predicted will be measured"]
    known, lacking = _metrics_at(ledger, plan.base), f"no metrics file has {{}} at {plan.base[:10]}"
    if known is None:
        known = {name for experiment in recent for record in experiment.trials for name in record.trial.metrics}
        lacking = "none of the latest trials has {}"
    found = []
    aliases = ledger.settings.aliases
    known = {aliases.now(name) for name in known}
    for name in dict.fromkeys(aliases.now(p.metric.name) for p in plan.predictions):
        # a key that two files share is written file:key
        if known and name not in known and aliases.now(name.rpartition(":")[2]) not in known:
            near = near_misses(name, sorted(known))
            guess = (
                f"did you mean {' or '.join(near)}?"
                if near
                else f"there {'is' if len(known) == 1 else 'are'} {listed(sorted(known), 6)}"
            )
            found.append(f"{lacking.format(name)}: {guess}")
    return found


def _metrics_at(ledger: Ledger, commit: str) -> set[str] | None:
    """The names in the metrics files of a commit, None where git does not hold them all or one cannot be read."""
    known: set[str] = set()
    for path in ledger.code.at(commit).pipeline.metric_files():
        text = ledger.git.objects.text(commit, path)
        if text is None:
            return None
        try:
            known |= metrics.parse(path, text)[0].keys()
        except FormatError:
            return None
    return known


def remarks(ledger: Ledger, plan: Plan) -> tuple[str, ...]:
    """What the author may want to know before the first trial: doubtful metrics, and what the replicates can see."""
    known = ledger.recent(RECENT) if plan.predictions else ()
    found = [*_unknown_metrics(ledger, plan, known), *_repeated_seeds(ledger, plan)]
    count = len(plan.replicates.points())
    if plan.predictions and count == 1:
        alone = "one replicate gives no estimate of the noise, so the verdict would be inconclusive: --seeds 5"
        return (*found, alone)
    design, n = planned(plan.replicates)
    if plan.predictions and n < design.fewest:
        parts = plan.replicates.parts_axis
        return (*found, f"one {parts.kind if parts else 'replicate'} gives no estimate of the noise")
    for p in plan.predictions:
        seen = outlook(known, p, plan.replicates, alpha=plan.alpha / plan.looks)
        if seen is not None:
            found.append(note(seen, n, plan.replicates))
    return tuple(found)
