"""`ledger review`: what a reviewer has to know of one experiment, or of all that a pull request touches.

Reading only, and git alone: no command of a pipeline is run, no cache and no file of the work tree is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.review import Against, Review, WebAddress
from ledger.analysis.web_address import web_address
from ledger.errors import LedgerError
from ledger.model import names
from ledger.repo import targets
from ledger.repo.ledger import Ledger
from ledger.repo.review import remote, touched
from ledger.repo.review.git_alone import Reviewing
from ledger.repo.review.reading import read
from ledger.repo.sources import Source

# how many are read whole; a pull request that rewrites a whole folder touches hundreds
_WHOLE = 20


def reviews(
    ledger: Ledger, text: str | None, against: str | None, environment: Mapping[str, str]
) -> tuple[Review, ...]:
    """The review of the experiment that is named; without a name those of all that HEAD touches since it parted from a
    revision, or where none is given that of the branch that is checked out.

    Of many that are touched all beyond twenty are named alone. `environment`: the variables by which CI says where the
    repository is on the web. Raises LedgerError where there is no such experiment or revision, or nothing is asked for.
    """
    ledger = Reviewing(ledger.git)
    web = web_address(remote.address(ledger.git), environment)
    own = ledger.name_of(ledger.snapshot.head[0])
    if text is not None or (against is None and own is not None):
        name, source = _named(ledger, own or "" if text is None else text)
        return (read(ledger, name, source, touched.against(ledger, against, source.tip), web),)
    main = ledger.snapshot.main or "main"
    asked = touched.range_of(ledger, main if against is None else against)
    found = tuple(
        _one(ledger, one, asked.against, web, whole=number < _WHOLE)
        for number, one in enumerate(touched.touched(ledger, asked))
    )
    if against is None and not found:
        hint = f"ledger review EXP, or --against {main.removeprefix('refs/heads/')}"
        raise LedgerError("no experiment is checked out", hint=hint)
    return found


def _named(ledger: Ledger, text: str) -> tuple[str, Source]:
    """The experiment that an argument names, with what speaks for it, also where its plan cannot be read."""
    for name in names.candidates(text, prefix=ledger.settings.branch_prefix):
        source = touched.source_of(ledger, name)
        if source is not None:
            return name, source
    name = targets.whole(ledger, text).name
    found = touched.source_of(ledger, name)
    assert found is not None
    return name, found


def _one(ledger: Ledger, one: touched.Touched, against: Against, web: WebAddress | None, *, whole: bool) -> Review:
    if one.source is not None and whole:
        return read(ledger, one.name, one.source, against, web)
    strange = one.source is None and not one.deleted
    return Review(
        name=one.name,
        experiment=None,
        against=against,
        settings=ledger.settings,
        web=web,
        deleted=one.deleted,
        left_out=one.source is not None,
        unreadable=touched.NO_NAME if strange else None,
    )
