"""`ledger log`: the history of experiments."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, pager, passed_over, terminal
from ledger.cli.declared import Option
from ledger.model.experiment import STATUSES
from ledger.ops.log import wished
from ledger.repo.index.rows import Wished
from ledger.report import experiments as report
from ledger.report.documents import Format, table
from ledger.report.shapes import experiments as shapes


def log(
    limit: Annotated[int | None, Option("-n", metavar="N", min=1, help="Only the latest N.")] = None,
    graph: Annotated[bool, Option("--graph", help="Draw which experiment refines which.")] = False,
    author: Annotated[
        str | None,
        Option("--author", metavar="PATTERN", help="Only those whose author's name or email matches."),
    ] = None,
    since: Annotated[
        str | None,
        Option("--since", metavar="DATE", help="Only those started since: 2026-11-01, or as in git: 2 weeks ago."),
    ] = None,
    tag: Annotated[list[str] | None, Option("--tag", metavar="TAG", help="Only with this tag; repeatable.")] = None,
    outcome: Annotated[
        str | None,
        Option("--outcome", metavar="OUTCOME", help="Only supported, refuted, inconclusive or none."),
    ] = None,
    status: Annotated[
        str | None,
        Option("--status", metavar="STATUS", help=f"Only {', '.join(STATUSES[:-1])} or {STATUSES[-1]}."),
    ] = None,
    grep: Annotated[
        str | None,
        Option("--grep", metavar="PATTERN", help="Only those whose hypothesis, notes or verdict match."),
    ] = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """List the experiments, newest first, one per line.

    Patterns are Python's regular expressions and ignore case. Options combine: an experiment must match all of them.

    Example: ledger log --outcome supported --grep "batch norm"
    """
    as_format = options.format_of(form)
    with console.opened() as ledger:
        asked = wished(
            ledger.git, author=author, since=since, tags=tag or (), outcome=outcome, status=status, grep=grep
        )
        found = ledger.entries(asked, limit)
        if json:
            console.answer_json([shapes.log(e, *report.headline_value(e, ledger.settings)) for e in found])
        elif found:
            made = report.log(found, ledger.settings, now=console.now(), graph=graph)
            if as_format is Format.TEXT:
                pager.answer("\n".join(report.fitted(made, terminal.bound())), ledger.git)
            else:
                console.answer(table(made, as_format, guard=guard))
        elif asked == Wished():
            console.say('no experiments yet: ledger new "what you expect" begins one')
        else:
            console.say("no experiment matches: ledger log lists all")
        for problem in (problem for entry in found for problem in entry.problems):
            console.say(f"warning: skipped: {problem}")
        passed_over.warn_unreadable(ledger)
    return 0
