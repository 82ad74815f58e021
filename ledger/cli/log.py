"""`ledger log`: the history of experiments."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import typer

from ledger.cli import console, options, pager
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import verdict
from ledger.model.experiment import STATUSES
from ledger.repo.index.rows import NONE, Wished
from ledger.report import experiments as report
from ledger.report import shapes
from ledger.report.tables import Format, table
from ledger.report.text import columns, cut_apart

# the words of git's approximate dates (its date.c)
_DATE_WORDS = re.compile(
    r"(?:(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|last|ago|and|at|yesterday|today|now|noon|midnight|tea"
    r"|(?:second|minute|hour|day|week|fortnight|month|year)s?|\d{1,2}:\d\d(?::\d\d)?|(?:\d{1,2})?[ap]m|[+-]\d{4}|never"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?:[ .,]+|$))+",
    re.IGNORECASE,
)
OUTCOMES = (verdict.SUPPORTED, verdict.REFUTED, verdict.INCONCLUSIVE, NONE)


def log(
    limit: Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="The latest N alone.")] = None,
    graph: Annotated[bool, typer.Option("--graph", help="Draw which experiment refines which.")] = False,
    author: Annotated[
        str | None, typer.Option("--author", metavar="PATTERN", help="Whose name or address matches, in any case.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Begun since then: 2026-11-01, or as git: 2 weeks ago."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="With this tag; repeatable.")] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="OUTCOME", help="supported, refuted, inconclusive or none.")
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help=f"{', '.join(STATUSES[:-1])} or {STATUSES[-1]}.")
    ] = None,
    grep: Annotated[
        str | None,
        typer.Option("--grep", metavar="PATTERN", help="In hypothesis, notes or verdict, in any case; a pattern."),
    ] = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """List the experiments, newest first, one a line.

    Patterns are Python's regular expressions. Of several options all must hold.

    Example: ledger log --outcome supported --grep "batch norm"
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise LedgerError(f"--outcome {outcome} is none of {', '.join(OUTCOMES)}", hint="--outcome supported")
    if status is not None and status not in STATUSES:
        raise LedgerError(f"--status {status} is none of {', '.join(STATUSES)}", hint="--status recorded")
    with console.opened() as ledger:
        wished = Wished(
            author=_pattern("--author", author),
            since=None if since is None else _moment(since, ledger.git),
            tags=tuple(tag or ()),
            outcome=outcome,
            status=status,
            grep=_pattern("--grep", grep),
        )
        found = ledger.entries(wished, limit)
        if json:
            console.answer_json([shapes.log(e, *report.headline_value(e, ledger.settings)) for e in found])
        elif found:
            rows = report.log(found, ledger.settings, now=console.now(), graph=graph)
            if options.format_of(form) is Format.TEXT:
                total = console.bound()
                if total is not None:
                    names = cut_apart([name for _, name, *_ in rows], max(16, total * 2 // 5))
                    rows = [(state, name, *rest) for name, (state, _, *rest) in zip(names, rows, strict=True)]
                lines = columns(rows, head=report.LOG_HEAD, right=(4, 5), flexible=2, total=total)
                pager.answer("\n".join(lines), ledger.git)
            else:
                console.answer(table(rows, report.LOG_HEAD, options.format_of(form), guard=guard))
        elif wished == Wished():
            console.say('no experiments yet: ledger new "what you expect" begins one')
        else:
            console.say("no experiment is so: ledger log lists all")
        for entry in found:
            for problem in entry.problems:
                console.say(f"warning: passed over: {problem}")
        console.warn_unreadable(ledger)
    return 0


def _pattern(option: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise LedgerError(
            f"{option} {text!r} is no regular expression: {error}",
            hint="a backslash before ( [ + * ? . means the letter",
        ) from None


def _moment(text: str, git: Git) -> datetime:
    """A day or a moment; in this machine's zone where it names none."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        pass
    # git takes whatever it does not understand for the present moment, or leaves it out
    if not _DATE_WORDS.fullmatch(text.strip()) or not any(c.isalpha() for c in text):
        raise LedgerError(f"--since {text!r} is no date", hint="2026-11-01, or as git has it: yesterday, 2 weeks ago")
    return git.approximate_date(text)
