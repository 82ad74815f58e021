"""`ledger archive`: put a finished branch away under its tag."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import change_shapes, console, options
from ledger.ops.archive import archive as put_away
from ledger.ops.archive import bring_back


def archive(
    experiment: Annotated[str, typer.Argument(metavar="EXP", help="An experiment's name, or the beginning of one.")],
    force: Annotated[bool, typer.Option("--force", help="Although it has no verdict.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring the branch back.")] = False,
    json: options.AsJson = False,
) -> int:
    """Put a finished branch away: a tag holds its tip, and every command still finds the experiment.

    Its checkpoints stay: dvc gc --all-commits follows tags.

    Example: ledger archive focal-loss
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        if undo:
            # no tag was made for its tip
            deleted = chosen.deleted
            branch = bring_back(ledger, chosen)
            if json:
                console.answer_json(change_shapes.brought_back(chosen.name, branch))
            else:
                console.answer(f"the branch {branch} is back: it is where {'a run left it' if deleted else 'it was'}")
                if deleted:
                    console.say("note: no tag holds what came after that run, such as a verdict: git reflog may")
            return 0
        done = put_away(ledger, chosen, force=force)
    if json:
        console.answer_json(change_shapes.archived(chosen.name, done))
        return 0
    console.answer(f"archived {chosen.name}: the tag {done.tag} holds what {done.branch} was")
    if done.remote is not None:
        remote = done.remote.partition("/")[0]
        console.say(f"{done.remote} is as it was: git push {remote} --delete {done.branch} takes it away there")
    console.say(f"ledger archive {chosen.name} --undo brings it back")
    return 0
