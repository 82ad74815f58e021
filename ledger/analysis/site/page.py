"""All that the page of one experiment shows, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from ledger.analysis.ablation.answer import Ablation
from ledger.analysis.answers import Shown
from ledger.analysis.bands import Bands
from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.importance import Importance
from ledger.analysis.matrix.answer import Matrix
from ledger.analysis.review import Review
from ledger.analysis.site.brief import Brief
from ledger.analysis.tuning.state import TuneState
from ledger.model.frozen import frozen
from ledger.model.models import ModelVersion
from ledger.model.remarks import Remark


@frozen
class Image:
    """A picture that one trial of an arm drew; `kind`: png, jpg, gif or webp."""

    arm: str
    trial: str
    kind: str
    data: bytes


class Hidden(StrEnum):
    """Why a page does not show a picture: what may hold a script is not shown at all."""

    SVG = "svg"
    HTML = "html"
    NOT_HERE = "not here"
    LARGE = "large"
    OTHER = "other"
    TOO_MANY = "too many"


@frozen
class Images:
    """The pictures of an experiment by path, an image an arm; `left_out`: why others are not shown, by path."""

    shown: Mapping[str, tuple[Image, ...]] = field(default_factory=dict)
    left_out: Mapping[str, Hidden] = field(default_factory=dict)


@frozen
class Patch:
    """What changed in a file, as git's hunks; `cut`: how many more lines of it are not shown."""

    path: str
    text: str
    cut: int = 0


@frozen
class ExperimentPage:
    """One experiment with all that its page shows.

    `shown` is what `show` says of it, `review` what `review` does. `curves` are those that `plot` draws, `series` all
    other numbers that trials wrote step by step, `notes` say which trials lack some. `logs`: the last lines that
    trials printed, by id, where this clone keeps them. `answers`: those of a search, an ablation or a matrix.
    `tried`: which pairs of parameters its arms have tried, `depends`: what its metric depends on; None of few arms.
    `models`: the versions of models that come from it. `absent`: the md5s of what it would show and this clone lacks.
    `children`: the experiments that refine it, and `parent` the one that it refines, as far as the site has them.
    """

    brief: Brief
    shown: Shown
    review: Review
    curves: Bands | None = None
    series: Bands | None = None
    notes: tuple[Remark, ...] = ()
    patches: tuple[Patch, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    images: Images = Images()
    absent: tuple[str, ...] = ()
    answers: tuple[Ablation | Bisection | Matrix | TuneState, ...] = ()
    tried: Coverage | None = None
    depends: Importance | None = None
    models: tuple[ModelVersion, ...] = ()
    parent: Brief | None = None
    children: tuple[Brief, ...] = ()
