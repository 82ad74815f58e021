"""The options of `ledger bisect`."""

from __future__ import annotations

from typing import Annotated

import typer

Metric = Annotated[str, typer.Argument(metavar="METRIC", help="The metric that fell, or rose if lower is better.")]
Good = Annotated[str, typer.Argument(metavar="GOOD", help="A revision at which it was good.")]
Bad = Annotated[str, typer.Argument(metavar="BAD", help="A later revision at which it is bad.")]
Paths = Annotated[
    list[str] | None,
    typer.Option("--path", metavar="PATH", help="Search the versions of this data; repeatable. Default: what changed."),
]
Commits = Annotated[bool, typer.Option("--commits", help="Search the commits, with all that they hold, instead.")]
Higher = Annotated[bool, typer.Option("--higher-is-better", help="A fall of the metric is bad.")]
Lower = Annotated[bool, typer.Option("--lower-is-better", help="A rise of the metric is bad.")]
Seeds = Annotated[
    str | None, typer.Option(metavar="LIST", help="The first seeds, such as 0..4; default: derived ones.")
]
Budget = Annotated[
    int | None, typer.Option(metavar="N", min=2, max=1000, help="At most N trainings to search; default: 60.")
]
Confidence = Annotated[str | None, typer.Option(metavar="SHARE", help="Stop at this probability; default: 0.95.")]
PriorOf = Annotated[
    str | None, typer.Option(metavar="PRIOR", help="flat, or files: suspect additions by their size. Default: files.")
]
Skip = Annotated[list[str] | None, typer.Option(metavar="REV", help="Never try this version; repeatable.")]
Evaluation = Annotated[list[str] | None, typer.Option(metavar="PATH", help="Evaluation data; repeatable.")]
EvaluationAt = Annotated[
    str | None, typer.Option(metavar="REV", help="Measure every version on these data as at GOOD or BAD; default: BAD.")
]
Fresh = Annotated[
    int | None,
    typer.Option(
        "--confirm", metavar="N", min=0, max=100, help="Confirm with N fresh seeds per arm; default: 5; 0: none."
    ),
]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="The experiment's name; default: made from the ends.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the versions and the expected cost; run nothing.")]
