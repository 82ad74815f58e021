"""`ledger status`: where am I."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.answers import Overview
from ledger.cli import console, documents, options, passed_over
from ledger.cli.declared import Option
from ledger.ops.status import running
from ledger.ops.status import status as status_of
from ledger.report import status as report
from ledger.report.documents import Format


def status(
    experiment: options.Experiment = None,
    watch: Annotated[bool, Option("--watch", help="Follow the run in progress, from any terminal.")] = False,
    stop: Annotated[bool, Option("--stop", help="Stop the run in progress; keep what has finished.")] = False,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Show what the experiment declares, and what is done, running, failed, missing or unrecorded.

    Example: ledger status --watch
    """
    page = options.page_of(form)
    with console.opened() as ledger:
        if watch or stop:
            from ledger.cli import watch as watching
            from ledger.ops.stop import stop as stop_runs
            from ledger.report.progress import stopped

            experiment = running(ledger, experiment)
            if stop:
                console.answer(stopped(stop_runs(ledger.state_dir, experiment)))
                return 0
            watching.watch(ledger, experiment)
            ledger.refresh()
        found = status_of(ledger, experiment)
        if isinstance(found, Overview):
            documents.answer(report.overview(found, now=console.now()), page, json=json)
            passed_over.warn_unreadable(ledger)
        else:
            documents.answer(report.document(found, ledger.settings, now=console.now()), page, json=json)
    return 0
