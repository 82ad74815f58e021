"""Options and arguments that several commands share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, TypeVar

import typer

from ledger.errors import LedgerError
from ledger.model.parameters import Value, parse_values
from ledger.repo.axes import Asked, Seeds
from ledger.report.documents import PAGES, Format

T = TypeVar("T")

AsFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, md, csv or html.")]
AsPage = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, md or html (one page).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; its shape is fixed.")]
SeedsOption = Annotated[
    str | None,
    typer.Option(
        metavar="N|LIST",
        help="How many seeds, from the present one on; which (0,3,7 or 0..4); hashed:5, which nobody can pick.",
    ),
]
Over = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=LIST", help="An axis of independent replicates, with its values: seed=0..9; repeatable."),
]
Folds = Annotated[
    str | None,
    typer.Option(metavar="K|KEY=LIST", help="The folds of a cross-validation: how many, or which (fold=0..4)."),
]
Splits = Annotated[
    str | None,
    typer.Option(metavar="N|KEY=LIST", help="Random splits or samples of the data: how many, or which."),
]
Independent = Annotated[
    str | None,
    typer.Option(metavar="KEY=LIST", help="An axis named like folds or splits that is neither."),
]
ReshuffledBy = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="The parameter of which each value makes new folds: seed."),
]
Retype = Annotated[
    bool, typer.Option("--retype", help="A parameter may become another kind of value: a text where a number was.")
]
Guard = Annotated[
    bool,
    typer.Option("--guard/--no-guard", help="In CSV, put ' before a text that a spreadsheet would take for a formula."),
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="TIME", help="End a trial that takes longer: 90 (s), 30m, 2h."),
]
Part = Annotated[
    str | None,
    typer.Argument(metavar="[EXP[:ARM]]", help="An experiment, an arm or a trial of one; else the current experiment."),
]
Experiment = Annotated[
    str | None, typer.Argument(metavar="[EXP]", help="An experiment's name, or the beginning of one; else the current.")
]


def format_of(text: str, known: Sequence[Format] = tuple(Format)) -> Format:
    """The format that was asked for, one of those `known`. Raises LedgerError."""
    if text not in known:
        raise LedgerError(f"--format {text} is none of {', '.join(known)}", hint="--format md")
    return Format(text)


def page_of(text: str) -> Format:
    """The format of a document that was asked for. Raises LedgerError."""
    return format_of(text, PAGES)


def axis(text: str, option: str = "--over") -> tuple[str, tuple[Value, ...]]:
    """A parameter with its values, from `fold=0..4`. Raises LedgerError, which names the option."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest:
        example = {"--vary": "--vary train.lr=0.01,0.1", "--over": "--over seed=0..9, --over noise=0,1"}.get(
            option, f"{option} 5, {option} fold=0..4"
        )
        raise LedgerError(f"{option} {text!r} is not KEY=LIST", hint=example)
    return name.strip(), parse_values(rest)


def once(option: str, pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The pairs as a mapping. Raises LedgerError where two have one name: neither is meant to be lost."""
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise LedgerError(f"{option} is given twice for {name}", hint="leave one of them out")
        found[name] = value
    return found


def seeds(text: str | None) -> Seeds | None:
    """The seeds that were asked for: how many, `hashed:` so many, or which. Raises LedgerError."""
    if text is None:
        return None
    if not text.strip():
        raise LedgerError("--seeds is empty", hint="how many seeds, --seeds 5, or which: --seeds 0,3,7")
    word, colon, number = text.strip().partition(":")
    hashed = bool(colon) and word == "hashed"
    if hashed and not number.isdecimal():
        raise LedgerError(f"--seeds {text} is not hashed:N", hint="--seeds hashed:5")
    if hashed or text.strip().isdecimal():
        count = int(number if hashed else text)
        if not 1 <= count <= 1000:
            raise LedgerError(f"--seeds {count} is not from 1 to 1000", hint="--seeds 5, or which seeds: --seeds 0,3,7")
        return Seeds(count=count, hashed=hashed)
    return Seeds(values=parse_values(text))


def axes_of(
    over: list[str] | None, folds: str | None, splits: str | None, independent: str | None, reshuffled_by: str | None
) -> Asked:
    """The axes of the replicates that the options ask for. Raises LedgerError."""
    return Asked(
        over=once("--over", (axis(text) for text in over or ())),
        folds=parts(folds, "--folds"),
        splits=parts(splits, "--splits"),
        independent={} if independent is None else dict([axis(independent, "--independent")]),
        reshuffled_by=reshuffled_by,
    )


def parts(text: str | None, option: str) -> dict[str, tuple[Value, ...]] | int:
    """Folds or splits, from `fold=0..4` or from their number alone. Raises LedgerError, which names the option."""
    if text is None:
        return {}
    if text.strip().isdecimal():
        count = int(text)
        if not 2 <= count <= 1000:
            raise LedgerError(
                f"{option} {count} is not from 2 to 1000", hint=f"{option} 5, or which: {option} fold=0..4"
            )
        return count
    name, values = axis(text, option)
    return {name: values}


def whole_numbers(text: str | None, option: str) -> tuple[int, ...]:
    """Whole numbers, from `3,5,10` or `2..20`; none where nothing is given. Raises LedgerError."""
    found = () if text is None else parse_values(text)
    if any(isinstance(value, bool) or not isinstance(value, int) for value in found):
        raise LedgerError(f"{option} {text!r} is not a list of whole numbers", hint=f"{option} 3,5,10")
    return tuple(value for value in found if isinstance(value, int))


def duration(text: str) -> float:
    """Seconds, from `90`, `1.5m`, `2h` or `1d`. Raises LedgerError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    seconds = 0.0 if found is None else float(found[1]) * {"m": 60, "min": 60, "h": 3600, "d": 86400}.get(found[2], 1)
    if seconds <= 0:
        raise LedgerError(f"--timeout {text!r} is no length of time", hint="--timeout 90 (seconds), 30m, 2h")
    return seconds
