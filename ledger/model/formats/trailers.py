"""Messages of commits, with the trailers that make `git log` searchable: written and read here alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ledger.model.patterns import pattern

EXPERIMENT: Final = "Ledger-Experiment"
TRIAL: Final = "Ledger-Trial"
VARIANT: Final = "Ledger-Variant"
REPLICATE: Final = "Ledger-Replicate"
STATUS: Final = "Ledger-Status"
METRIC: Final = "Ledger-Metric"
RUN: Final = "Ledger-Run"
OUTCOME: Final = "Ledger-Outcome"
VOID: Final = "Ledger-Void"
LANDED: Final = "Ledger-Landed"
TIP: Final = "Ledger-Tip"
# in a trial commit: the plan that the trial ran under
PLAN: Final = "Ledger-Plan"
# in an amendment: a trial that had begun, and was not on the branch
KNOWN: Final = "Ledger-Known"
# in an amendment: that it does nothing but correct the names of metrics
CORRECTS: Final = "Ledger-Corrects"
# in a commit that was made anew on another clone's: the one that it stands for, of which a tag holds the line
REPLAYED: Final = "Ledger-Replayed"

# GitHub's and GitLab's keywords before what may be the number, the name or the address of an issue
_CLOSING: Final = pattern(
    r"\b((?:clos|fix|resolv|implement)(?:e|es|ed|ing|s)?):?(\s+(?=[\w./-]*[#!]\d|GH-\d|https?://|[A-Z]+-\d))",
    re.IGNORECASE,
)
_SKIPPING: Final = pattern(r"\[((?:skip|no)[ -](?:ci|actions|release)|ci[ -]skip|actions[ -]skip)\]", re.IGNORECASE)


def compose(*paragraphs: str, trailers: Iterable[tuple[str, str]]) -> str:
    """The message with its trailers last; paragraphs that are empty are left out.

    A line break in a trailer would end git's trailer block, so that values are written as one line.
    """
    block = "\n".join(f"{key}: {' '.join(value.split())}".rstrip() for key, value in trailers)
    return "\n\n".join([*(text.strip() for text in paragraphs if text.strip()), block]) + "\n"


def having(*told: tuple[str, str | None]) -> tuple[str, ...]:
    """The options of `git log` for commits that have all of these trailers; None for any value."""
    return (*(f"--grep=^{key}: {'' if value is None else value + '$'}" for key, value in told), "--all-match")


def inert(title: str) -> str:
    """A title as a part of a commit's subject: in one line, and without the words by which a host acts on a commit.

    `closes #12` would close an issue once the commit is on the main branch, `[skip ci]` keep checks from running.
    """
    said = _CLOSING.sub(r"\1 –\2", " ".join(title.split()))
    return _SKIPPING.sub(r"(\1)", said)


def read(message: str) -> list[tuple[str, str]]:
    """The trailers of a message in their order: what its last paragraph says, as git has it."""
    lines = message.rstrip().rpartition("\n\n")[2].splitlines()
    return [(key, value) for key, colon, value in (line.partition(": ") for line in lines) if colon]


def value(message: str, key: str) -> str | None:
    """The first value of a trailer, None where the message has none."""
    return next(iter(values(message, key)), None)


def values(message: str, key: str) -> tuple[str, ...]:
    """All values of a trailer in their order."""
    return tuple(value for name, value in read(message) if name == key)
