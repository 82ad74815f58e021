"""`ledger trust`: let what came from somebody else run here."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, terminal
from ledger.cli.declared import Argument, Option
from ledger.cli.trust_question import agreed
from ledger.errors import LedgerError
from ledger.model.trust import TrustDone
from ledger.ops import trust as trusting
from ledger.repo.ledger import Ledger
from ledger.report import trust as report
from ledger.report.shapes import trust as shapes
from ledger.report.text import revealed


def trust(
    experiment: Annotated[
        str | None, Argument(metavar="[EXP]", help="An experiment or a revision; default: the current one.")
    ] = None,
    remote: Annotated[
        str | None,
        Option(metavar="NAME", help="Trust everything on this remote's branches, now and later."),
    ] = None,
    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask.")] = False,
    revoke: Annotated[bool, Option("--revoke", help="Stop trusting it.")] = False,
    json: options.AsJson = False,
) -> int:
    """Allow somebody else's code to run here: show what would run, then ask.

    What you commit on this machine, and what your main branch has, is trusted. Trust is kept outside the repository,
    for exactly what was shown: when code, plan, parameters or DVC's configuration change, ledger run asks for it again.

    Example: ledger trust focal-loss
    """
    if experiment is not None and remote is not None:
        raise LedgerError(f"{experiment} and --remote cannot be combined", hint=f"ledger trust --remote {remote}")
    with console.opened() as ledger:
        if remote is not None:
            return _remote(ledger, remote, yes=yes, revoke=revoke, json=json)
        target = ledger.target(ledger.experiment(None).name if experiment is None else experiment)
        if revoke:
            return _told(trusting.revoke(ledger, target), json=json)
        shown = trusting.would_run(ledger, target)
        if not json:
            console.answer(report.foreign(shown, total=terminal.bound()))
        elif shown.states and not yes:
            console.answer_json(shapes.foreign(shown, trusted=False))
        if shown.states:
            if not (
                yes or agreed(revealed(f"trust {shown.name}?"), f"ledger trust {shown.name} --yes, once it is read")
            ):
                return 1
            done = trusting.trust(ledger, shown, now=console.now())
            if not json:
                return _told(done, json=False)
    if json and (yes or not shown.states):
        console.answer_json(shapes.foreign(shown, trusted=True))
    return 0


def _remote(ledger: Ledger, remote: str, *, yes: bool, revoke: bool, json: bool) -> int:
    if revoke:
        return _told(trusting.revoke_remote(ledger, remote), json=json)
    asked = f"trust everything on the branches of {remote} ({ledger.trust.bases.url(remote)}), now and later?"
    if not (yes or agreed(revealed(asked), f"ledger trust --remote {remote} --yes")):
        return 1
    return _told(trusting.trust_remote(ledger, remote), json=json)


def _told(done: TrustDone, *, json: bool) -> int:
    console.report(lambda: report.done(done), lambda: shapes.done(done), json=json)
    return 0
