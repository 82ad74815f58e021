"""The first page: what was learned lately, what is open, and how far the ledger has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.site import overview as asked
from ledger.analysis.site.brief import Brief
from ledger.model.frozen import frozen
from ledger.model.settings import Settings
from ledger.model.site import File
from ledger.model.verdict import INCONCLUSIVE
from ledger.report.numbers import number
from ledger.report.site import shell
from ledger.report.site.experiment import address
from ledger.report.site.sentences import found, lacking, learned
from ledger.report.site.shell import Site
from ledger.report.svg.best import best
from ledger.report.svg.lineage import Node, lineage

if TYPE_CHECKING:
    from markupsafe import Markup

# what the page shows of each: the table has all
_LEARNED: Final = 40
_OPEN: Final = 20
_METRICS: Final = 4
_NODES: Final = 80
_UNREADABLE: Final = 20


@frozen
class Line:
    """An experiment in one line: its page, its title, and one sentence."""

    address: str
    title: str
    state: str
    outcome: str
    sentence: str
    when: str
    by: str


def page(briefs: Sequence[Brief], unreadable: Mapping[str, str], settings: Settings, site: Site) -> File:
    """The overview over all experiments, the latest first; `unreadable`: why others cannot be read, by name."""
    answered, unanswered = asked.learned(briefs), asked.open_questions(briefs)
    months = [
        (month, [_line(one, learned(one)) for one in group])
        for month, group in groupby(answered[:_LEARNED], key=lambda one: f"{one.moment:%B %Y}")
    ]
    return shell.page(
        "overview.html",
        "index.html",
        site,
        months=months,
        more_learned=max(0, len(answered) - _LEARNED),
        waiting=[_line(one, _waits(one)) for one in unanswered[:_OPEN]],
        more_waiting=max(0, len(unanswered) - _OPEN),
        counts=asked.counts(briefs),
        total=len(briefs),
        bests=_bests(briefs, settings),
        trees=_trees(briefs),
        unreadable=sorted(unreadable.items())[:_UNREADABLE] if site.code else [],
    )


def _line(one: Brief, sentence: str) -> Line:
    return Line(
        address=address(one.name),
        title=one.title,
        state=one.state,
        outcome=one.outcome or "open",
        sentence=sentence,
        when=one.moment.isoformat(),
        by=one.author.partition(" <")[0],
    )


def _waits(one: Brief) -> str:
    """What an open question waits for."""
    if one.outcome == INCONCLUSIVE and one.judged:
        return f"The trials do not tell: {found(one.judged[0], one.arm)}"
    predicted = f" Predicted: {one.predictions[0]}." if one.predictions else ""
    return f"{lacking(one).capitalize()}.{predicted}"


def _bests(briefs: Sequence[Brief], settings: Settings) -> list[dict[str, Any]]:
    drawn = []
    until = max((one.moment for one in briefs), default=None)
    for one in asked.best(briefs, settings, _METRICS):
        assert until is not None
        last = one.steps[-1]
        steps = [(each.when, each.value, each.brief.name, address(each.brief.name)) for each in one.steps]
        drawn.append(
            {
                "metric": one.metric,
                "better": one.better,
                "picture": shell.markup(best(one.metric, steps, until)),
                "value": number(last.value, settings.precision(one.metric)),
                "n": last.n,
                "experiments": one.experiments,
                "title": last.brief.title,
                "address": address(last.brief.name),
            }
        )
    return drawn


def _trees(briefs: Sequence[Brief]) -> Markup:
    """The trees in which something happened last, as many as the page has room for."""
    known = {one.name: one for one in briefs}
    shown: list[str] = []
    roots = []
    for tree in asked.trees(briefs):
        if len(shown) + len(tree.names) > _NODES:
            continue
        roots.append(tree.root)
        shown += tree.names
    if not roots:
        return shell.markup("")
    nodes = {
        name: Node(
            name=name,
            title=known[name].title,
            outcome=known[name].outcome,
            state=known[name].state,
            address=address(name),
        )
        for name in shown
    }
    children: dict[str, list[str]] = {}
    for name in shown:
        parent = known[name].parent
        if parent in nodes:
            children.setdefault(parent, []).append(name)
    return shell.markup(lineage(roots, nodes, children))
