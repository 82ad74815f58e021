"""`ledger report`: one or several experiments as a single file, for people who have neither git nor the site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.analysis.site.brief import children
from ledger.analysis.site.page import ExperimentPage
from ledger.repo import output_file, targets
from ledger.repo.ledger import Ledger
from ledger.repo.models import reading as models
from ledger.repo.models.beside import by_experiment
from ledger.repo.site import briefs, reading
from ledger.report.site import report as page
from ledger.report.site import shell


def report(
    ledger: Ledger,
    experiments: Sequence[str],
    *,
    title: str | None = None,
    code: bool = True,
    output: Path | None = None,
) -> bytes:
    """The report on these experiments, each once, or on the one that is checked out. It is HTML, in UTF-8.

    `title`: by default that of the only experiment; `code`: whether it shows code, paths and commands. `output`: the
    file that is to hold it. Raises LedgerError where an experiment cannot be found or read, where it may not be
    written there, or where libraries are missing.
    """
    shell.require()
    if output is not None:
        output_file.place(ledger, output)
    named = [targets.whole(ledger, text) for text in experiments] or [targets.part(ledger, None).experiment]
    return page.page(_read(ledger, list(dict.fromkeys(one.name for one in named)), code=code), title=title, code=code)


def _read(ledger: Ledger, names: Sequence[str], *, code: bool) -> list[ExperimentPage]:
    known = {one.name: one for one in briefs.read(ledger)}
    below = children(known.values())
    made = by_experiment(models.versions(ledger))
    return [reading.read(ledger, name, known, below.get(name, ()), made.get(name, ()), code=code) for name in names]
