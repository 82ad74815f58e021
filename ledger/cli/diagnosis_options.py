"""Options of the commands that make an experiment to answer a question."""

from __future__ import annotations

from typing import Annotated

from ledger.cli.declared import Argument, Option

Metric = Annotated[str, Argument(metavar="METRIC", help="The metric in question.")]
Known = Annotated[str | None, Argument(metavar="[EXP]", help="Show the answer of this experiment again; run nothing.")]
Higher = Annotated[bool, Option("--higher-is-better", help="More of the metric is better.")]
Lower = Annotated[bool, Option("--lower-is-better", help="Less of the metric is better.")]
Seeds = Annotated[str | None, Option(metavar="N|LIST", help="5, hashed:5, or which seeds: 0,3,7; default: 5.")]
Start = Annotated[str | None, Option("--from", metavar="REV", help="The code to train, instead of HEAD's.")]
Jobs = Annotated[int | None, Option("-j", "--jobs", metavar="N", min=1, help="Trials in parallel.")]
Name = Annotated[str | None, Option(metavar="NAME", help="The experiment's name; default: made from the data.")]
DryRun = Annotated[bool, Option("--dry-run", help="Show what it would train and how long; run nothing.")]
Output = Annotated[str | None, Option("-o", "--output", metavar="FILE", help="Draw it: a .png, .svg, .html or .json.")]
