"""Beginning an experiment: its branch, its hypothesis file, and the parameters that are its treatment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.errors import LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import names, prediction, replicates
from ledger.model.experiment import directory
from ledger.model.hypothesis import BASELINE, TREATMENT, Hypothesis, Plan, Variant
from ledger.model.parameters import near_misses
from ledger.model.prediction import Prediction
from ledger.model.replicates import Axis, Replicates
from ledger.store.code import Code, edited
from ledger.store.git import RefChange, call
from ledger.store.ledger import Ledger

_AXES_HINT = "each axis once, each value once: --seeds 0,3,7 --over fold=0..4"

SEED_NAMES = ("seed", "random_seed", "random_state", "rng_seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seeds that were asked for: so many from the parameter's present value on, or these values."""

    count: int | None = None
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What `ledger new` was asked for. `start`: a revision or an experiment; `overrides` are written on the branch."""

    title: str
    name: str | None = None
    predictions: Sequence[str] = ()
    baseline: str | None = None
    start: str | None = None
    overrides: Mapping[str, Any] | None = None
    variants: Mapping[str, Mapping[str, Any]] | None = None
    seeds: Seeds | None = None
    over: Mapping[str, tuple[Any, ...]] | None = None
    repeats: int | None = None
    tags: Sequence[str] = ()
    switch: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The experiment as it was begun. `remarks` say what the author may want to know."""

    plan: Plan
    branch: str
    start: str
    commit: str
    switched: bool
    remarks: tuple[str, ...]


def create(ledger: Ledger, request: Request, *, now: datetime) -> Created:
    """Begin an experiment. Raises LedgerError, and then the repository is as it was."""
    title = names.check_title(request.title)
    author = ledger.git.identity()
    with ledger.place.locked():
        name = _free_name(ledger, request.name, title)
        base, start, parent = _start(ledger, request.start)
        code = ledger.code.at(base)
        plan = _plan(ledger, request, code, title=title, name=name, author=author, base=base, parent=parent, now=now)
        texts = edited(code.texts, {code.locate(key): value for key, value in (request.overrides or {}).items()})
        changed = {path: text for path, text in texts.items() if text != code.texts[path]}
        branch = ledger.branch_of(name)
        if request.switch:
            _refuse_overlap(ledger, changed)
        hypothesis = Hypothesis(plan=plan, body=hypotheses.BODY.format(title=title))
        files = {f"{directory(name)}/hypothesis.md": hypotheses.render(hypothesis)} | changed
        git = ledger.git
        entries = {
            path: (code.files[path].mode if path in code.files else "100644", git.blob(text.encode()))
            for path, text in files.items()
        }
        commit = git.commit_tree(git.tree(base, entries), [base], _message(plan, request))
        if not git.move([RefChange(ref=branch, old=None, new=commit)], f"ledger new: {name}"):
            raise LedgerError(f"the branch {branch.removeprefix('refs/heads/')} was made meanwhile", hint="try again")
        if request.switch:
            _switch(ledger, branch, commit)
    ledger.refresh()
    return Created(
        plan=plan,
        branch=branch.removeprefix("refs/heads/"),
        start=start,
        commit=commit,
        switched=request.switch,
        remarks=tuple(_remarks(plan)),
    )


def _message(plan: Plan, request: Request) -> str:
    lines = [f"new: {plan.title}", ""]
    lines += [f"predicts {p}" for p in plan.predictions]
    lines += [f"sets {key} = {value}" for key, value in (request.overrides or {}).items()]
    return "\n".join([*lines, "", f"Ledger-Experiment: {plan.name}"]).replace("\n\n\n", "\n\n") + "\n"


# --- the name and the place


def _free_name(ledger: Ledger, wanted: str | None, title: str) -> str:
    name = names.check_name(wanted) if wanted is not None else names.slug(title)
    if not name:
        raise LedgerError(f"no name can be made from the title {title!r}", hint="give one: --name focal-loss")
    _refuse_blocked(ledger)
    taken = _taken(ledger, name)
    if taken is not None:
        numbered = (f"{name[:58].rstrip('-')}-{n}" for n in itertools.count(2))
        free = next(other for other in numbered if _taken(ledger, other) is None)
        raise LedgerError(f"the name {name} is taken by {taken}", hint=f"another one: --name {free}")
    return name


def _taken(ledger: Ledger, name: str) -> str | None:
    """What has the name already, None where it is free."""
    git, folder = ledger.git, directory(name)
    source = ledger.sources.get(name)
    if source is not None and source.branch is not None:
        return f"the branch {source.branch.removeprefix('refs/heads/').removeprefix('refs/remotes/')}"
    if source is not None:
        return f"{folder}/ on {ledger.main}"
    below = git.refs(f"{ledger.branch_of(name)}/")
    if below:
        return f"the branch {next(iter(below)).removeprefix('refs/heads/')}"
    ref, commit = git.head()
    if commit is not None and git.objects.folder(f"{commit}:{folder}"):
        return f"{folder}/ on {(ref or 'HEAD').removeprefix('refs/heads/')}"
    tags = git.refs(f"refs/tags/ledger/{name}")
    if tags:
        return f"the tag {next(iter(tags)).removeprefix('refs/tags/')}"
    return f"{folder} in the work tree" if (git.root / folder).exists() else None


def _refuse_blocked(ledger: Ledger) -> None:
    """Refuse where a branch named `exp` leaves no place for branches `exp/…`."""
    prefix = ledger.settings.branch_prefix
    for at in (i for i, character in enumerate(prefix) if character == "/"):
        branch = prefix[:at]
        if f"refs/heads/{branch}" in ledger.git.refs(f"refs/heads/{branch}"):
            raise LedgerError(
                f"the branch {branch} is in the way: git has no place for branches {prefix}NAME beside it",
                hint=f"git branch -m {branch} {branch}-old, or set another `branch_prefix` in ledger.yaml",
            )


def _start(ledger: Ledger, wanted: str | None) -> tuple[str, str, str | None]:
    """The commit to fork from, what to call it, and the experiment that it belongs to."""
    ref, commit = ledger.git.head()
    if commit is None:
        raise LedgerError(
            "there is no commit yet to fork from", hint="commit your pipeline first: git add -A && git commit"
        )
    if wanted is not None:
        target = ledger.target(wanted)
        if target.experiment is not None:
            return target.experiment.tip, f"{target.experiment.name}", target.experiment.name
        assert target.commit is not None
        return target.commit, wanted, ledger.name_of(f"refs/heads/{wanted}")
    if ref is None:
        raise LedgerError(
            f"HEAD is detached at {commit[:10]}, so it is not plain where to fork from",
            hint="say it: --from HEAD, or --from main",
        )
    name = ledger.name_of(ref)
    parent = None if name is None else ledger.find(name)
    if parent is not None and parent.outcome != "supported":
        outcome = parent.outcome or "not concluded"
        raise LedgerError(
            f"you are on the experiment {parent.name}, which is {outcome}: a fork of it would inherit its change",
            hint=f"--from {ledger.main or 'main'} to begin anew, --from {parent.name} to build on it all the same",
        )
    return commit, ref.removeprefix("refs/heads/"), None if parent is None else parent.name


def _refuse_overlap(ledger: Ledger, changed: Mapping[str, str]) -> None:
    dirty = {d.path for d in ledger.git.dirty()}
    overlap = sorted(dirty & set(changed))
    if overlap:
        raise LedgerError(
            f"{', '.join(overlap)} has uncommitted changes, and -S would write to it",
            hint="commit them first, or write the parameter by hand after ledger new",
        )


def _switch(ledger: Ledger, branch: str, commit: str) -> None:
    short = branch.removeprefix("refs/heads/")
    done = call(["switch", "--quiet", "--no-guess", short], cwd=ledger.git.root)
    # a hook may fail after the switch has been made: where HEAD is decides
    if ledger.git.head()[0] != branch:
        ledger.git.move([RefChange(ref=branch, old=commit, new=None)], "ledger new: taken back")
        said = done.stderr.decode(errors="replace").strip().removeprefix("error: ")
        raise LedgerError(
            f"git cannot switch to the new branch: {said}",
            hint="commit or stash the changes, or use --no-switch",
        )


# --- the plan


def _plan(
    ledger: Ledger,
    request: Request,
    code: Code,
    *,
    title: str,
    name: str,
    author: str,
    base: str,
    parent: str | None,
    now: datetime,
) -> Plan:
    predictions = tuple(prediction.parse(text) for text in request.predictions)
    variants = _variants(ledger, request, predictions)
    _check_predictions(ledger, predictions, variants, name)
    points = _replicates(ledger, request, code)
    axes = [axis.name for axis in points.axes if axis.name != replicates.REPEAT]
    overridden = dict(request.overrides or {})
    for variant in variants:
        overridden |= variant.params
    for key, value in overridden.items():
        if key in axes:
            raise LedgerError(
                f"{key} is an axis of the replicates, so no variant can set it", hint="choose one of the two"
            )
        ledger.code.require_tracked(code, key, value)
    for axis in points.axes:
        if axis.name != replicates.REPEAT:
            ledger.code.require_tracked(code, axis.name, axis.values[-1])
    return Plan(
        title=title,
        name=name,
        author=author,
        created=now.replace(microsecond=0),
        base=base,
        parent=parent,
        predictions=predictions,
        variants=variants,
        replicates=points,
        exploratory=not predictions,
        tags=tuple(dict.fromkeys(names.check_tag(tag) for tag in request.tags)),
    )


def _variants(ledger: Ledger, request: Request, predictions: Sequence[Prediction]) -> tuple[Variant, ...]:
    variants = []
    if request.baseline is not None:
        other = ledger.experiment(request.baseline)
        variants.append(Variant(name=BASELINE, experiment=other.name))
    elif any(p.reference == BASELINE for p in predictions):
        variants.append(Variant(name=BASELINE, at_base=True))
    variants.append(Variant(name=TREATMENT))
    for name, params in (request.variants or {}).items():
        names.check_variant(name)
        if name in (BASELINE, TREATMENT):
            raise LedgerError(
                f"the variant {name} is not declared with --variant",
                hint="-S sets the treatment's parameters",
            )
        variants.append(Variant(name=name, params=params))
    return tuple(variants)


def _check_predictions(
    ledger: Ledger, predictions: Sequence[Prediction], variants: Sequence[Variant], name: str
) -> None:
    declared = [v.name for v in variants]
    for p in predictions:
        if p.metric.variant is not None and p.metric.variant not in declared:
            raise LedgerError(
                f"the prediction {p} is about the variant {p.metric.variant}, which is not declared",
                hint=f"declare it with --variant {p.metric.variant}:parameter=value; there is {', '.join(declared)}",
            )
        if p.reference == name:
            raise LedgerError(f"the prediction {p} compares the experiment with itself", hint="compare with baseline")
        if p.reference not in (None, BASELINE) and ledger.find(p.reference or "") is None:
            near = near_misses(p.reference or "", list(ledger.sources))
            raise LedgerError(
                f"the prediction {p} compares with {p.reference}, which is no experiment here",
                hint=f"did you mean {' or '.join(near)}?" if near else "compare with baseline",
            )


def _replicates(ledger: Ledger, request: Request, code: Code) -> Replicates:
    axes = []
    if request.seeds is not None:
        seed = _seed_parameter(ledger, code)
        values = request.seeds.values
        present = code.names[seed][1]
        whole = isinstance(present, int) and not isinstance(present, bool)
        if request.seeds.count is not None:
            if not whole:
                raise LedgerError(
                    f"the seed parameter {seed} is {present!r}, no whole number",
                    hint="give the seeds: --seeds 0,1,2",
                )
            values = tuple(range(present, present + request.seeds.count))
        strange = [value for value in values if isinstance(value, bool) or not isinstance(value, int)]
        if whole and strange:
            raise LedgerError(
                f"--seeds gives {strange[0]!r}, but the seed parameter {seed} is a whole number ({present})",
                hint="how many seeds, --seeds 5, or which: --seeds 0,3,7",
            )
        axes.append(_axis(seed, values))
    for name, values in (request.over or {}).items():
        axes.append(_axis(name, values))
    if request.repeats is not None:
        axes.append(_axis(replicates.REPEAT, tuple(range(request.repeats))))
    try:
        return Replicates(axes=tuple(axes))
    except ValueError as error:
        raise LedgerError(f"the replicates: {error}", hint=_AXES_HINT) from None


def _axis(name: str, values: tuple[Any, ...]) -> Axis:
    try:
        return Axis(name=name, values=values, fold=name.rsplit(".", 1)[-1] == replicates.FOLD)
    except ValueError as error:
        raise LedgerError(f"the replicates: {error}", hint=_AXES_HINT) from None


def _seed_parameter(ledger: Ledger, code: Code) -> str:
    if ledger.settings.seed is not None:
        code.locate(ledger.settings.seed)
        return ledger.settings.seed
    known = code.names
    found = [n for wanted in SEED_NAMES for n in known if n.rsplit(":", 1)[-1].rsplit(".", 1)[-1] == wanted]
    exact = [n for n in found if n in SEED_NAMES]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]
    if not found:
        raise LedgerError(
            "no parameter of the pipeline looks like a seed",
            hint="name it in ledger.yaml (seed: train.my_seed), or repeat without one: --repeats 5",
        )
    raise LedgerError(
        f"several parameters look like the seed: {', '.join(found)}",
        hint=f"say which in ledger.yaml: seed: {found[0]}",
    )


def _remarks(plan: Plan) -> list[str]:
    remarks = []
    if plan.predictions and len(plan.replicates.points()) == 1:
        remarks.append("one replicate gives no estimate of the noise, so the verdict would be inconclusive: --seeds 5")
    return remarks
