"""What `new` and `amend` make of the replicates that they are asked for: which parameters, which values, of what kind.

A parameter whose name sounds like folds or splits is asked about: such values are not independent, and which rule
fits them is nothing that a name can say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any

from ledger.errors import LedgerError
from ledger.model.data_change import plain_path
from ledger.model.frozen import frozen
from ledger.model.near_misses import did_you_mean
from ledger.model.replicates import FOLD, REPEAT, SEED, SPLIT, Axis, Replicates
from ledger.model.seeds import derived_seeds
from ledger.model.settings import Settings
from ledger.model.trial_names import by_last_word, last_word
from ledger.repo.asked_arms import data_paths, is_data

if TYPE_CHECKING:
    from ledger.repo.code import Code
    from ledger.repo.ledger import Ledger

_AXES_HINT = "give each axis once, and each value once: --seeds 0,3,7 --folds fold=0..4"

SEED_NAMES = ("seed", "random_seed", "random_state", "rng_seed")


@frozen
class Seeds:
    """The seeds that were asked for: so many from the parameter's present value on, or these values.

    `hashed`: how many, derived from the base, the title and the predictions.
    """

    count: int | None = None
    hashed: bool = False
    values: tuple[Any, ...] = ()


Values = Mapping[str, tuple[Any, ...]]


@frozen
class AskedAxes:
    """The axes that were asked for by name and values, or by a number of values alone, and of what kind they are.

    `independent` are those whose names sound like folds and that are none. `reshuffled_by`: the parameter of which
    each value makes new folds. `samples`: by path of data, the share that a sample keeps and how many are drawn.
    """

    over: Values = field(default_factory=dict)
    folds: Values | int = field(default_factory=dict)
    splits: Values | int = field(default_factory=dict)
    independent: Values = field(default_factory=dict)
    samples: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    reshuffled_by: str | None = None

    def plain(self, code: Code, declared: Collection[str] = ()) -> AskedAxes:
        """The same with every parameter under its one name; an axis, those `declared` first, goes by its last word.

        Raises LedgerError where one is given twice, or is none.
        """
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for option in ("over", "folds", "splits", "independent"):
            given = getattr(self, option)
            if isinstance(given, int):
                name = _named(code, FOLD if option == "folds" else SPLIT)
                given = {name: _counted(code, name, given, f"--{option}")}
            found[option] = {}
            for name, values in given.items():
                known = name if name == REPEAT else _whole(code, name, declared)
                if known in seen:
                    raise LedgerError(f"--{option} is given twice for {known}", hint="leave one of them out")
                seen.add(known)
                counted = name == REPEAT and len(values) == 1 and type(values[0]) is int and values[0] > 0
                found[option][known] = tuple(range(values[0])) if counted else values
        by = self.reshuffled_by
        by = by if by is None else _whole(code, by, declared)
        return AskedAxes(**found, samples={_held(code, p): s for p, s in self.samples.items()}, reshuffled_by=by)

    def axes(self, known: Replicates | None = None) -> list[Axis]:
        """The axes, those of plain names. What `known` declares keeps its kind. Raises LedgerError for unclear ones."""
        kinds = {axis.name: axis for axis in (known or Replicates()).axes}
        made = []
        for name, values in self.over.items():
            before = kinds.get(name)
            axis = _axis(name, values, before.kind if before else None, before.reshuffled_by if before else None)
            if axis.unclear:
                raise _unclear(name, values)
            made.append(axis)
        assert not isinstance(self.folds, int) and not isinstance(self.splits, int)
        made += [_axis(name, values, FOLD) for name, values in self.folds.items()]
        made += [_axis(name, values, SPLIT) for name, values in self.splits.items()]
        made += [_axis(name, values, SEED) for name, values in self.independent.items()]
        made += [_axis(path, tuple(range(draws)), SPLIT, keep=share) for path, (share, draws) in self.samples.items()]
        return made

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


def declared(
    ledger: Ledger, code: Code, *, seeds: Seeds | None, source: str, axes: AskedAxes, repeats: int | None
) -> Replicates:
    """The replicates of a new plan; hashed seeds are derived from `source`.

    Raises LedgerError for what is not a grid, or no replication.
    """
    made = []
    if seeds is not None:
        seed = seed_parameter(ledger.settings, code)
        made.append(_axis(seed, _seeds(code, seed, seeds, source)))
    if REPEAT in axes.over:
        raise LedgerError(f"{REPEAT} is not a parameter", hint="--repeats 5")
    made += axes.axes()
    if repeats is not None and made:
        raise LedgerError(
            "repeats are for a pipeline without a seed: repeating a seed gives the same numbers and no new evidence",
            hint="leave --repeats out, or the seeds",
        )
    if repeats is not None:
        made.append(_axis(REPEAT, tuple(range(repeats))))
    return _grid(made, axes.reshuffled_by)


def amended(
    settings: Settings, code: Code, known: Replicates, *, seeds: Seeds | None, source: str, asked: AskedAxes
) -> Replicates:
    """The replicates of a plan with those axes changed or added. Raises LedgerError as `declared` does."""
    names = [axis.name for axis in known.axes]
    asked = asked.plain(code, names)
    new = {axis.name: axis for axis in asked.axes(known)}
    if seeds is not None:
        own = [name for name in names if last_word(name) in SEED_NAMES]
        seed = own[0] if len(own) == 1 else seed_parameter(settings, code)
        if seed in new:
            raise LedgerError(f"--seeds and another option both give {seed}", hint="leave one of them out")
        new[seed] = _axis(seed, _seeds(code, seed, seeds, source))
    made = [new.pop(name, axis) for name, axis in zip(names, known.axes, strict=True)]
    return _grid([*made, *new.values()], asked.reshuffled_by)


def _grid(made: list[Axis], reshuffled_by: str | None) -> Replicates:
    folds = [axis.name for axis in made if axis.kind == FOLD]
    if reshuffled_by is not None and not folds:
        raise LedgerError(
            "--reshuffled-by needs folds, and none are declared",
            hint="--folds fold=0..4 --reshuffled-by seed --seeds 3",
        )
    try:
        if reshuffled_by is not None:
            made = [replace(axis, reshuffled_by=reshuffled_by) if axis.kind == FOLD else axis for axis in made]
        return Replicates(axes=tuple(made))
    except ValueError as error:
        raise LedgerError(f"the replicates: {error}", hint=_AXES_HINT) from None


def _held(code: Code, path: str) -> str:
    """The path of data that samples are drawn of. Raises LedgerError where neither git nor DVC holds it."""
    path = plain_path(path)
    if not is_data(code, path):
        raise LedgerError(
            f"neither git nor DVC holds {path}, of which samples are to be drawn",
            hint=did_you_mean(path, data_paths(code), f"git add {path}, or dvc add {path}"),
        )
    return path


def _whole(code: Code, name: str, declared: Collection[str]) -> str:
    """The one name of a parameter that is, or may become, an axis, of its own or its last word."""
    if name not in code.names:
        name = by_last_word(name, declared) or by_last_word(name, code.names) or name
    try:
        return code.plain(name)
    except LedgerError:
        if is_data(code, name.rstrip("/")):
            raise LedgerError(
                f"{name} is a path, not a parameter, so it takes no values",
                hint=f"--over {name.rstrip('/')}=0.9*5 draws five samples of 90% of its files",
            ) from None
        raise


def _seeds(code: Code, seed: str, given: Seeds, source: str) -> tuple[Any, ...]:
    if given.hashed:
        return derived_seeds(source, given.count or 0)
    values = given.values
    present = code.names[seed][1]
    whole = isinstance(present, int) and not isinstance(present, bool)
    if given.count is not None:
        if not whole:
            raise LedgerError(
                f"the seed parameter {seed} is {present!r}, not a whole number",
                hint="give the seeds: --seeds 0,1,2",
            )
        values = tuple(range(present, present + given.count))
    strange = [value for value in values if isinstance(value, bool) or not isinstance(value, int)]
    if whole and strange:
        raise LedgerError(
            f"--seeds gives {strange[0]!r}, but the seed parameter {seed} is a whole number ({present})",
            hint="how many seeds, --seeds 5, or which: --seeds 0,3,7",
        )
    return values


def _axis(
    name: str,
    values: tuple[Any, ...],
    kind: str | None = None,
    reshuffled_by: str | None = None,
    keep: float | None = None,
) -> Axis:
    """An axis of those values. Raises LedgerError where they are none."""
    try:
        return Axis(name=name, values=values, kind=kind, reshuffled_by=reshuffled_by, keep=keep)
    except ValueError as error:
        raise LedgerError(f"the replicates: {error}", hint=_AXES_HINT) from None


def _unclear(name: str, values: tuple[Any, ...]) -> LedgerError:
    shown = f"{name}={','.join(map(str, values))}"
    return LedgerError(
        f"{name} sounds like parts of one data set, which are not independent: say what its values are",
        hint=f"--folds {shown} for a cross-validation (--reshuffled-by seed where each seed makes new folds), "
        f"--splits {shown} for random splits, --independent {shown} for neither",
    )


def _named(code: Code, kind: str) -> str:
    """The one parameter that is named like the folds or the splits."""
    found = [name for name in code.names if kind in last_word(name).lower()]
    exact = [name for name in found if last_word(name) == kind]
    chosen = exact if len(exact) == 1 else found
    if len(chosen) != 1:
        several = f"several parameters look like the {kind}: {', '.join(found)}"
        raise LedgerError(
            several if found else f"no parameter of the pipeline looks like the {kind}",
            hint=f"say which, with its values: --{kind}s {found[0] if found else f'my_{kind}'}=0..4",
        )
    return chosen[0]


def _counted(code: Code, name: str, count: int, option: str) -> tuple[int, ...]:
    """So many values from the present one on. Raises LedgerError where folds would not be counted from 0 or 1."""
    present = code.names[name][1]
    plain = isinstance(present, int) and not isinstance(present, bool)
    if not plain or (option == "--folds" and present not in (0, 1)):
        raise LedgerError(
            f"{name} is {present!r}, which does not say what the first of {count} is",
            hint=f"give the values: {option} {name}=0..{count - 1}",
        )
    return tuple(range(present, present + count))


def seed_parameter(settings: Settings, code: Code) -> str:
    """The parameter of the pipeline that is its seed. Raises LedgerError if none or several look like it."""
    found = likely_seed(settings, code)
    if found is None:
        raise LedgerError(
            "no parameter of the pipeline looks like a seed",
            hint="name it in ledger.yaml (seed: train.my_seed), or repeat without one: --repeats 5",
        )
    return found


def likely_seed(settings: Settings, code: Code) -> str | None:
    """The same, None where no parameter looks like it. Raises LedgerError if several do."""
    if settings.seed is not None:
        return code.plain(settings.seed)
    known = code.names
    found = [n for wanted in SEED_NAMES for n in known if last_word(n) == wanted]
    exact = [n for n in found if n in SEED_NAMES]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]
    if not found:
        return None
    raise LedgerError(
        f"several parameters look like the seed: {', '.join(found)}",
        hint=f"say which in ledger.yaml: seed: {found[0]}",
    )
