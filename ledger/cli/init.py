"""`ledger init`: set up a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.analysis.review import Host
from ledger.cli import console
from ledger.cli.declared import Option, misused
from ledger.dvc.script import Script
from ledger.git.git import open_repository
from ledger.ops.init import set_up
from ledger.report import set_up as report


def init(
    command: Annotated[
        str | None, Option("--cmd", metavar="COMMAND", help="Wrap a script as a one-stage pipeline.")
    ] = None,
    metrics: Annotated[
        list[str] | None, Option(metavar="FILE", help="A metrics file that it writes; repeatable.")
    ] = None,
    outs: Annotated[
        list[str] | None, Option(metavar="PATH", help="Another output, such as a model; repeatable.")
    ] = None,
    deps: Annotated[list[str] | None, Option(metavar="PATH", help="Another file that it reads; repeatable.")] = None,
    params: Annotated[
        list[str] | None, Option(metavar="FILE", help="Its parameter file, if not found by name; repeatable.")
    ] = None,
    ci: Annotated[
        Host | None, Option("--ci", help="Add workflows that verify pull requests and comment on them.")
    ] = None,
    force: Annotated[bool, Option("--force", help="With --ci: overwrite workflows that differ.")] = False,
) -> int:
    """Set up this repository: DVC if needed, experiments/, ledger.yaml, and a pipeline around a bare script.

    Example: ledger init --cmd "python train.py" --metrics metrics.json --outs model.pkl
    """
    script = None
    if command is not None:
        script = Script(
            command=command,
            metrics=tuple(metrics or ()),
            outs=tuple(outs or ()),
            dependencies=tuple(deps or ()),
            parameters=tuple(params or ()),
        )
    elif metrics or outs or deps or params:
        raise misused("init", "--metrics, --outs, --deps and --params go with --cmd")
    if force and ci is None:
        raise misused("init", "--force needs --ci")
    told = report.set_up(set_up(open_repository(Path.cwd()), script, ci, force=force))
    console.answer(told.answer)
    for note in told.notes:
        console.say(f"warning: {note}")
    return 0
