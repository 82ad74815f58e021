"""What many arms say together, on an experiment's page: the pairs that they tried, and what its metric depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.tried import State
from ledger.analysis.importance import Importance
from ledger.report import coverage, html, importance
from ledger.report.blocks import Block, Items, Prose, Table
from ledger.report.site import shell
from ledger.report.site.bounds import Room
from ledger.report.site.shell import Site
from ledger.report.svg.importance import importance as bars
from ledger.report.svg.pairs import pairs

if TYPE_CHECKING:
    from markupsafe import Markup

# how many of what was never tried are named
_NAMED: Final = 8
# characters of a picture, and of the tables beside it
_PICTURE: Final = 40_000
_TABLES: Final = 8_000


def tried(found: Coverage | None, name: str, site: Site) -> Markup:
    """The sentence, the picture, and some of what was never tried."""
    if found is None:
        return shell.markup("")
    said = coverage.sentence(found)
    svg = pairs(found, said, each=False)
    drawn = svg is not None and len(svg) <= _PICTURE
    blocks = [*_never(found, name, site), *([] if drawn else [coverage.by_parameters(found)])]
    picture = f'<div class="wide answered">{svg}</div>' if drawn else ""
    return shell.markup(_body([Prose(text=said)], "") + picture + _body(blocks, "What was tried"))


def _never(found: Coverage, name: str, site: Site) -> Iterator[Block]:
    missing = found.combinations.count(State.MISSING, State.MISSING)
    if not missing:
        return
    of = found.combinations.listed(State.MISSING, State.MISSING)
    shown = [coverage.named(found, one) for one in islice(of, _NAMED)]
    more = missing - len(shown)
    rest = f"and {more:,} more" + (f": `ledger coverage {name} --limit {missing}` lists all" if site.code else "")
    yield Prose(text="Never tried together:")
    yield Items(items=(*shown, *([rest] if more else [])), near=True)


def depends(found: Importance | None, site: Site) -> Markup:
    """The sentence, the picture and the table; outsiders are not told of the code."""
    if found is None:
        return shell.markup("")
    svg = bars(found)
    picture = "" if svg is None else f'<div class="wide answered">{svg}</div>'
    kinds = Table | Items if site.code else Table
    others = [block for block in importance.document(found).blocks if isinstance(block, kinds)]
    return shell.markup(_body([Prose(text=importance.sentence(found))], "") + picture + _body(others, "What matters"))


def _body(blocks: Sequence[Block], title: str) -> str:
    return html.body(Room(_TABLES).fitting(blocks), title)
