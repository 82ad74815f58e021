"""Parse the replicates: seeds, folds, splits and other axes."""

from __future__ import annotations

import re

from ledger.cli.values import once
from ledger.errors import LedgerError
from ledger.model.parameters import Value
from ledger.model.typed_values import parse_values
from ledger.repo.axes import AskedAxes, Seeds

# a path, the share of its files that a sample keeps, and how many samples are drawn
_SAMPLES = re.compile(r"([^=]+)=(0?\.\d+|[01]\.0*)\*([1-9]\d{0,3})")


def axis(text: str, option: str = "--over") -> tuple[str, tuple[Value, ...]]:
    """A parameter with its values, from `fold=0..4`. Raises LedgerError, which names the option."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest:
        example = {"--vary": "--vary train.lr=0.01,0.1", "--over": "--over seed=0..9, --over noise=0,1"}.get(
            option, f"{option} 5, {option} fold=0..4"
        )
        raise LedgerError(f"{option} {text!r} is not KEY=LIST", hint=example)
    return name.strip(), parse_values(rest)


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
) -> AskedAxes:
    """The axes of the replicates that the options ask for. Raises LedgerError."""
    drawn = [found for found in map(_SAMPLES.fullmatch, over or ()) if found is not None]
    return AskedAxes(
        over=once("--over", (axis(text) for text in over or () if _SAMPLES.fullmatch(text) is None)),
        samples=once("--over", ((one[1], (float(one[2]), int(one[3]))) for one in drawn)),
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
