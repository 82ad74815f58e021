"""An arm's data in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.model.bounds import is_full_id
from ledger.model.data_change import DataChange
from ledger.model.listing import listed
from ledger.model.plan import BASE, Variant

# as many digits as additions have in tables
_DIGITS = 8


def described(variant: Variant, subjects: Mapping[str, str] | None = None) -> str:
    """`data/raw as of 3f2a9c1d without site-c; cases as of the base`; "" where its data are those of its code.

    `subjects`: what to say of a commit beside its id.
    """
    return "; ".join(f"{path} {_words(change, subjects or {})}" for path, change in variant.data.items())


def _words(change: DataChange, subjects: Mapping[str, str]) -> str:
    said = []
    if change.at is not None:
        said.append("as of the base" if change.at == BASE else f"as of {_named(change.at, subjects)}")
    if change.groups:
        groups = listed([_named(group, subjects) for group in change.groups], 6)
        said.append(f"{'without' if change.without else 'only'} {groups}")
    if change.keep is not None:
        said.append(f"sampled at {change.keep * 100:g}% (draw {change.draw})")
    return " ".join(said)


def _named(name: str, subjects: Mapping[str, str]) -> str:
    short = name[:_DIGITS] if is_full_id(name) else name
    return f"{short} ({subjects[name]})" if name in subjects else short
