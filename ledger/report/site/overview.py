"""The first page: what was learned lately, what is open, and how far the ledger has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.site import overview as asked
from ledger.analysis.site.brief import Brief
from ledger.analysis.site.replicates import replicates_to_tell
from ledger.model.frozen import frozen
from ledger.model.models import ModelVersion
from ledger.model.settings import Settings
from ledger.model.site import File
from ledger.model.verdict import INCONCLUSIVE, Judged
from ledger.report.models import said
from ledger.report.numbers import number
from ledger.report.site import prose, shell
from ledger.report.site.experiment import address
from ledger.report.site.sentences import deciding, found, lacking, learned, parsed
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
_MODELS: Final = 20
# more replicates than this nobody runs
_MANY: Final = 1000


@frozen
class OverviewLine:
    """An experiment in one line: its page, its title, one sentence, and how its author goes on."""

    address: str
    title: str
    state: str
    kind: str
    sentence: str
    interpretation: str
    when: str
    by: str


def page(
    briefs: Sequence[Brief],
    unreadable: Mapping[str, str],
    settings: Settings,
    site: Site,
    models: Sequence[ModelVersion] = (),
) -> File:
    """The overview over all experiments, the latest first.

    `unreadable`: why others cannot be read, by name; `models`: the versions of models that are in use.
    """
    answered, unanswered = asked.learned(briefs), asked.open_questions(briefs)
    whole = {month: asked.counts(list(group)) for month, group in groupby(answered, key=_month)}
    months = [
        (month, whole[month], [_line(one, learned(one, settings)) for one in group])
        for month, group in groupby(answered[:_LEARNED], key=_month)
    ]
    return shell.page(
        "overview.html",
        "index.html",
        site,
        months=months,
        more_learned=max(0, len(answered) - _LEARNED),
        waiting=[_line(one, _waits(one, settings)) for one in unanswered[:_OPEN]],
        more_waiting=max(0, len(unanswered) - _OPEN),
        counts=asked.counts(briefs),
        total=len(briefs),
        bests=_bests(briefs, settings),
        models=_models(models[:_MODELS], briefs),
        more_models=max(0, len(models) - _MODELS),
        trees=_trees(briefs),
        unreadable=sorted(unreadable.items())[:_UNREADABLE] if site.code else [],
    )


def _month(one: Brief) -> str:
    return f"{one.moment:%B %Y}"


def _line(one: Brief, sentence: str) -> OverviewLine:
    return OverviewLine(
        address=address(one.name),
        title=one.title,
        state=one.state,
        kind=one.kind,
        sentence=sentence,
        interpretation=prose.beginning(one.interpretation, prose.QUOTED),
        when=one.moment.isoformat(),
        by=one.author.partition(" <")[0],
    )


def _waits(one: Brief, settings: Settings) -> str:
    """What an open question waits for."""
    decided = deciding(one)
    if one.finding is not None:
        return learned(one, settings)
    if one.outcome == INCONCLUSIVE and decided is not None:
        return f"The trials are inconclusive: {found(decided)}{_would_tell(decided)}"
    predicted = f" Predicted: {one.predictions[0]}." if one.predictions else ""
    return f"{lacking(one).capitalize()}.{predicted}"


def _would_tell(judged: Judged) -> str:
    """How many replicates would tell, if the difference is the one that was measured."""
    prediction = parsed(judged.text)
    count = None if prediction is None else replicates_to_tell(judged, prediction)
    if count is None:
        return ""
    if count > _MANY:
        return f" If the true value is as measured, more than {_MANY:,} replicates would be needed to tell."
    return f" If the true value is as measured, about {count} replicates instead of {judged.n} would tell."


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
                "picture": shell.markup(best(one.metric, steps, until)) if len(steps) > 1 else "",
                "value": number(last.value, settings.precision(one.metric)),
                "n": last.n,
                "experiments": one.experiments,
                "title": last.brief.title,
                "by": last.brief.author.partition(" <")[0],
                "when": last.when,
                "address": address(last.brief.name),
            }
        )
    return drawn


def _models(models: Sequence[ModelVersion], briefs: Sequence[Brief]) -> list[dict[str, Any]]:
    """The versions of models, with the experiments that they come from and what speaks against each."""
    known = {one.name: one for one in briefs}
    return [
        {
            "name": f"{one.name} {one.version}",
            "stages": one.stages,
            "when": one.registered.tag.when,
            "brief": known.get(one.experiment or "") if one.believed else None,
            "address": address(one.experiment or ""),
            "said": tuple(said(one)),
        }
        for one in models
    ]


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
            kind=known[name].kind,
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
