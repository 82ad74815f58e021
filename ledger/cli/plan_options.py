"""Options for the arms and replicates of a plan, and what they are evaluated on."""

from __future__ import annotations

from typing import Annotated

from ledger.cli.declared import Option

Predict = Annotated[
    list[str] | None, Option(metavar="PREDICTION", help='Such as "dice >= baseline + 0.01"; repeatable.')
]
From = Annotated[
    str | None,
    Option("--from", metavar="REV", help="Fork from this experiment, arm, trial or revision instead of HEAD."),
]
Baseline = Annotated[
    str | None, Option(metavar="EXP", help="Another experiment or an arm (NAME:VARIANT) in the baseline's role.")
]
Set = Annotated[
    list[str] | None, Option("-S", "--set", metavar="KEY=VALUE", help="A parameter of the treatment; repeatable.")
]
Variants = Annotated[
    list[str] | None,
    Option(
        metavar="NAME:[@REV,]KEY=VALUE,…",
        help="Another arm: parameters, any revision, or other data (PATH@REV, PATH-GROUP, PATH=GROUP); repeatable.",
    ),
]
Groups = Annotated[
    list[str] | None,
    Option(
        metavar="PATH=GROUPING", help="The groups of a path's files: data/raw=site, 'data/raw={site}/**'; repeatable."
    ),
]
Vary = Annotated[
    list[str] | None, Option(metavar="KEY=LIST", help="One arm per value; one per combination if repeated.")
]
Seeds = Annotated[
    str | None,
    Option(
        metavar="N|LIST",
        help="How many seeds, from the current one on; which (0,3,7 or 0..4); or hashed:5, which nobody can choose.",
    ),
]
Over = Annotated[
    list[str] | None,
    Option(
        metavar="KEY=LIST",
        help="An axis of independent replicates: seed=0..9; samples of data: data/raw=0.9*5; repeatable.",
    ),
]
Folds = Annotated[
    str | None, Option(metavar="K|KEY=LIST", help="The folds of a cross-validation: how many, or which (fold=0..4).")
]
Splits = Annotated[
    str | None, Option(metavar="N|KEY=LIST", help="Random splits or samples of the data: how many, or which.")
]
Independent = Annotated[
    str | None, Option(metavar="KEY=LIST", help="An axis that is neither folds nor splits despite its name.")
]
ReshuffledBy = Annotated[
    str | None, Option(metavar="KEY", help="The parameter whose every value makes new folds: seed.")
]
Repeats = Annotated[
    int | None, Option(metavar="N", min=1, help="Repeat each trial N times, for a pipeline without a seed.")
]
Evaluation = Annotated[
    list[str] | None, Option(metavar="PATH", help="What both sides must be evaluated on; repeatable.")
]
Name = Annotated[str | None, Option(metavar="NAME", help="Its name; default: made from the hypothesis.")]
Alpha = Annotated[str | None, Option(metavar="LEVEL", help="The significance level; default: 0.05.")]
Looks = Annotated[int | None, Option(metavar="N", min=1, max=1_000_000, help="Looks planned before the last trial.")]
Tags = Annotated[list[str] | None, Option(metavar="WORD", help="A tag to find it by; repeatable.")]
Retype = Annotated[bool, Option("--retype", help="Let a parameter change type: a string where a number was.")]
