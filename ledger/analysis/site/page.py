"""All that the page of one experiment shows, as one value."""

from __future__ import annotations

from ledger.analysis.answers import Shown
from ledger.analysis.review import Review
from ledger.analysis.site.brief import Brief
from ledger.model.frozen import frozen


@frozen
class ExperimentPage:
    """One experiment with all that its page shows.

    `shown` is what `show` says of it, `review` what `review` does. `children`: the experiments that refine it, and
    `parent` the one that it refines, as far as the site has them.
    """

    brief: Brief
    shown: Shown
    review: Review
    parent: Brief | None = None
    children: tuple[Brief, ...] = ()
