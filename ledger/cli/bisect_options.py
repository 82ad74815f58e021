"""The options of `ledger bisect`."""

from __future__ import annotations

from typing import Annotated

from ledger.cli.declared import Argument, Option

Metric = Annotated[str, Argument(metavar="METRIC", help="The metric that fell, or rose if lower is better.")]
Good = Annotated[str, Argument(metavar="GOOD", help="A revision at which it was good.")]
Bad = Annotated[str, Argument(metavar="BAD", help="A later revision at which it is bad.")]
Paths = Annotated[
    list[str] | None,
    Option("--path", metavar="PATH", help="Search the versions of this data; repeatable. Default: what changed."),
]
Commits = Annotated[bool, Option("--commits", help="Search commits, with everything in them, instead.")]
Higher = Annotated[bool, Option("--higher-is-better", help="A fall of the metric is bad.")]
Lower = Annotated[bool, Option("--lower-is-better", help="A rise of the metric is bad.")]
Seeds = Annotated[str | None, Option(metavar="LIST", help="The first seeds, such as 0..4; default: derived ones.")]
Budget = Annotated[int | None, Option(metavar="N", min=2, max=1000, help="At most N trainings to search; default: 60.")]
Confidence = Annotated[str | None, Option(metavar="SHARE", help="Stop at this probability; default: 0.95.")]
PriorOf = Annotated[
    str | None, Option(metavar="PRIOR", help="flat, or files: suspect additions by their size. Default: files.")
]
Skip = Annotated[list[str] | None, Option(metavar="REV", help="Never try this version; repeatable.")]
Evaluation = Annotated[list[str] | None, Option(metavar="PATH", help="Evaluation data; repeatable.")]
EvaluationAt = Annotated[
    str | None, Option(metavar="REV", help="Measure every version on these data as at GOOD or BAD; default: BAD.")
]
Fresh = Annotated[
    int | None,
    Option("--confirm", metavar="N", min=0, max=100, help="Confirm with N fresh seeds per arm; default: 5; 0: none."),
]
Name = Annotated[str | None, Option(metavar="NAME", help="The experiment's name; default: made from the ends.")]
DryRun = Annotated[bool, Option("--dry-run", help="Show the versions and the expected cost; run nothing.")]
