"""The options of `ledger coverage`."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.coverage.combinations import STRONGEST
from ledger.cli.declared import Argument, Option

Targets = Annotated[
    list[str] | None, Argument(metavar="EXP", help="Experiments, arms (NAME:VARIANT) or trials; default: all.")
]
Strength = Annotated[
    int | None,
    Option("-t", metavar="T", min=1, max=STRONGEST, help="Combinations of this many parameters; default: 2."),
]
Chosen = Annotated[str | None, Option("--where", metavar="EXPR", help="Only trials for which EXPR is true.")]
Keep = Annotated[list[str] | None, Option("--keep", metavar="PATTERN", help="Only these parameters; repeatable.")]
Drop = Annotated[list[str] | None, Option("--drop", metavar="PATTERN", help="Leave out these parameters; repeatable.")]
Bins = Annotated[
    list[str] | None,
    Option("--bins", metavar="[KEY=]N|EDGES", help="Bins of numbers: 5, lr=5, lr=0.001,0.01,0.1 or lr=each."),
]
Exclude = Annotated[
    list[str] | None,
    Option("--exclude", metavar="EXPR", help="What may not be combined: 'opt = adam and lr > 0.1'."),
]
Complete = Annotated[
    int | None,
    Option("--complete", metavar="N", min=1, help="Propose at most N configurations that close the gaps."),
]
Limit = Annotated[int | None, Option("--limit", "-n", metavar="N", min=0, help="List at most N missing combinations.")]
