"""`ledger review`: what a reviewer has to know of one experiment, or of all that a pull request touches.

Reading only, and git alone: no command of a pipeline is run, no cache and no file of the work tree is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.review import Against, Review, WebAddress
from ledger.analysis.web_address import web_address
from ledger.model import names
from ledger.repo import targets
from ledger.repo.ledger import Ledger
from ledger.repo.review import remote, touched
from ledger.repo.review.reading import read

# so many are read whole; a pull request that rewrites a whole folder touches hundreds
_WHOLE = 20


def review(ledger: Ledger, text: str, against: str | None, environment: Mapping[str, str]) -> Review:
    """The review of one experiment, by default against the main branch. Raises LedgerError where there is none of it.

    `environment`: the variables by which CI says where the repository is on the web.
    """
    prefix = ledger.settings.branch_prefix
    known = ((name, touched.source_of(ledger, name)) for name in names.candidates(text, prefix=prefix))
    name, source = next(((name, found) for name, found in known if found is not None), (text, None))
    if source is None:
        name = targets.whole(ledger, text).name
        source = touched.source_of(ledger, name)
        assert source is not None
    return read(ledger, name, source, touched.against(ledger, against, source.tip), _web(ledger, environment))


def current(ledger: Ledger, environment: Mapping[str, str]) -> Review:
    """The review of the experiment whose branch is checked out. Raises LedgerError where there is none."""
    name = ledger.name_of(ledger.snapshot.head[0])
    if name is None or touched.source_of(ledger, name) is None:
        name = ledger.current().name
    return review(ledger, name, None, environment)


def reviews(ledger: Ledger, against: str, environment: Mapping[str, str]) -> tuple[Review, ...]:
    """The reviews of all experiments that HEAD touches since it parted from a revision; none where it touches none.

    Beyond twenty they are named alone. Raises LedgerError where there is no such revision.
    """
    asked = touched.range_of(ledger, against)
    web = _web(ledger, environment)
    return tuple(
        _one(ledger, one, asked.against, web, whole=number < _WHOLE)
        for number, one in enumerate(touched.touched(ledger, asked))
    )


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


def _web(ledger: Ledger, environment: Mapping[str, str]) -> WebAddress | None:
    return web_address(remote.address(ledger.git), environment)
